"""Glucose in one line of a list: the time in ranges, and the last hours.

Their tables are those of their larger sisters, `range_bar_table` and `glucose_line_table`.
"""

from itertools import accumulate, pairwise

from markupsafe import Markup

from ingest_api.pages.charts.curves import line
from ingest_api.pages.charts.frame import ROW_HEIGHT, path, picture, plot, unknown
from ingest_api.pages.charts.shares import percent_texts
from ingest_api.pages.charts.stretch import Stretch, glucose_runs, places_in
from ingest_api.pages.charts.svg import el, joined, percent
from ingest_api.pages.charts.telling import Telling, small_axis
from timeseries.glucose.ranges import Ranges

_PART = 14
_STEPS = {"very-low": 8, "low": 6, "target": 4, "high": 2, "very-high": 0}
"""Pixels from the top to each part of a range bar: high ranges stand higher, so that colour says nothing alone."""

_SPARK_COLUMNS = 48
"""Half an hour each of a day: its highest and lowest are kept."""


def mini_bar(of: Ranges | None, telling: Telling) -> Markup:
    """Time in ranges as a bar on its side, the lowest range at the left."""
    if of is None:
        return picture("mini", telling.words.nothing, ROW_HEIGHT, unknown(telling.words))
    shares = telling.shares(of)
    ends = [0.0, *accumulate(share / 100 for share in shares)]
    parts = [
        el("rect", x=percent(a), y=_STEPS[zone.name], width=percent(b - a), height=_PART, class_=f"part-{zone.name}")
        for zone, (a, b) in zip(telling.zones, pairwise(ends), strict=True)
        if b > a
    ]
    return picture("mini", mini_bar_label(of, telling), ROW_HEIGHT, joined(parts))


def mini_bar_label(of: Ranges, telling: Telling) -> str:
    """Each range and its percentage."""
    texts = percent_texts(telling.shares(of), telling.words)
    zones = [telling.words.zones[zone.name] for zone in telling.zones]
    return ", ".join(f"{zone} {text}" for zone, text in zip(zones, texts, strict=True))


def sparkline(of: Stretch, telling: Telling) -> Markup:
    """The curve of a stretch over the target band, and a dot at its last reading."""
    if not len(of.series):
        return picture("mini", telling.words.nothing, ROW_HEIGHT, unknown(telling.words))
    scale = small_axis(telling, float(of.series.values[of.highest]))
    places = places_in(of.span, of.series.at)
    curve = path(line(glucose_runs(of.series, places, scale, _SPARK_COLUMNS)), "spark")
    low, high = (scale.at(bound) for bound in (telling.target.above, telling.target.below) if bound)
    band = el("rect", x=0, y=percent(high), width="100%", height=percent(low - high), class_="target-band")
    last = percent(scale.place(float(of.series.values[-1])))
    dot = el("circle", cx=percent(float(places[-1])), cy=last, r=2.5, class_="last-dot")
    return picture("mini", sparkline_label(of, telling), ROW_HEIGHT, band, plot(curve), dot)


def sparkline_label(of: Stretch, telling: Telling) -> str:
    """The last, the lowest and the highest reading."""
    return telling.words.spark_label.format(
        last=of.said(of.last, telling), lowest=of.said(of.lowest, telling), highest=of.said(of.highest, telling)
    )
