"""Glucose as it went, over a day or a few: gaps stay open, and what the sensor could not measure is named."""

from collections.abc import Iterator

from markupsafe import Markup

from ingest_api.pages.charts.curves import against, line
from ingest_api.pages.charts.frame import (
    LINE,
    empty,
    glucose_back,
    glucose_colours,
    paint,
    path,
    picture,
    plot,
    time_marks,
    words_at,
)
from ingest_api.pages.charts.stretch import Stretch, glucose_runs, hourly, places_in
from ingest_api.pages.charts.svg import checked, el, joined, percent
from ingest_api.pages.charts.table import Table
from ingest_api.pages.charts.telling import Axis, Telling, axis
from ingest_api.pages.charts.time_axis import hour_ticks
from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import GAP, minutes_between

LINE_HEIGHT = 280
"""Pixels."""

_EDGE = 0.04
"""Nearer than this to an edge (fraction of the width) a text begins or ends at its place instead of straddling it."""


def glucose_line(identifier: str, of: Stretch, telling: Telling) -> Markup:
    """The line of a stretch, coloured by range; its lowest, highest and last reading in figures."""
    scale = axis(telling, float(of.series.values[of.highest]) if len(of.series) else None)
    ticks = hour_ticks(of.span, of.series.zone, telling.words)
    back = [glucose_back(scale, LINE_HEIGHT), time_marks(ticks, LINE_HEIGHT)]
    return picture("line", glucose_line_label(of, telling), LINE_HEIGHT, *back, _drawn(checked(identifier), of, scale))


def glucose_line_label(of: Stretch, telling: Telling) -> str:
    """What the line shows, in a sentence."""
    words = telling.words
    if not len(of.series):
        return words.nothing
    zone = of.series.zone
    return words.line_label.format(
        since=words.moment(of.span.since.astimezone(zone)),
        until=words.moment(of.span.until.astimezone(zone)),
        readings=len(of.series),
        last=of.said(of.last, telling),
        at=words.moment(of.at(of.last)),
        lowest=of.said(of.lowest, telling),
        highest=of.said(of.highest, telling),
        target=telling.extent(telling.target),
        gaps=len(of.series.gaps()),
    )


def glucose_line_table(of: Stretch, telling: Telling) -> Table:
    """The stretch hour by hour."""
    return hourly(of, telling)


def _drawn(name: str, of: Stretch, scale: Axis) -> Markup:
    if not len(of.series):
        return empty(scale.telling.words.nothing, LINE_HEIGHT)
    places = places_in(of.span, of.series.at)
    drawn = glucose_runs(of.series, places, scale)
    wash = path(against(drawn, scale.middle), "area", fill=paint(name, "wash"))
    curve = path(line(drawn), "curve", stroke=paint(name, "ink"))
    return plot(glucose_colours(name, scale, "ink", "wash"), wash, curve) + _named(of, scale, places)


def _named(of: Stretch, scale: Axis, places: Floats) -> Markup:
    """Readings in figures: lowest, highest, last, and where the sensor gave none."""
    downs = scale.places(of.series.values).clip(0, 1) * LINE_HEIGHT
    marks = [_beyond(part, places, downs, of, scale.telling) for part in _excursions(of)]
    for position, away in ((of.highest, -LINE), (of.lowest, LINE)):
        if position not in of.beyond and position != of.last:
            text = of.number(position, scale.telling)
            marks.append(_at(text, float(places[position]), float(downs[position]) + away, "t-value"))
    across, down = percent(float(places[-1])), float(downs[-1])
    dot = el("circle", cx=across, cy=down, r=4, class_="last-dot")
    last = el("text", of.number(of.last, scale.telling), x=across, y=down + 4, dx=9, class_="t-strong")
    return joined([*marks, dot, last])


def _excursions(of: Stretch) -> Iterator[list[int]]:
    """Positions beyond the sensor, those of one excursion together."""
    part: list[int] = []
    for position, over in of.beyond.items():
        if part and (over != of.beyond[part[-1]] or minutes_between(of.series.at[[part[-1], position]])[0] > GAP):
            yield part
            part = []
        part.append(position)
    if part:
        yield part


def _beyond(part: list[int], places: Floats, downs: Floats, of: Stretch, telling: Telling) -> Markup:
    """LO under an excursion or HI over it, with an arrow."""
    words, over = telling.words, of.beyond[part[0]]
    text = f"▲ {words.above_sensor}" if over else f"▼ {words.below_sensor}"
    y = max(downs[part].min() - LINE, LINE / 2) if over else min(downs[part].max() + LINE, LINE_HEIGHT - LINE / 2)
    return _at(text, float(places[part].mean()), float(y), "t-beyond")


def _at(text: str, place: float, y: float, class_: str) -> Markup:
    side = "t-start" if place < _EDGE else "t-end" if place > 1 - _EDGE else "t-middle"
    return words_at(text, percent(place), y, f"{side} {class_}")
