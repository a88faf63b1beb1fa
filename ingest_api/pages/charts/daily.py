"""Two weeks of days, a small chart each, weekday under weekday."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from markupsafe import Markup

from ingest_api.pages.charts.curves import Run, against, line, runs
from ingest_api.pages.charts.frame import MIDDLE, glucose_colours, paint, path, picture, plot, words_at
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, Stretch, stretch
from ingest_api.pages.charts.svg import HEIGHT, WIDTH, checked, el, joined, percent
from ingest_api.pages.charts.table import Table
from ingest_api.pages.charts.telling import Axis, Telling, small_axis
from ingest_api.pages.charts.words import Words
from timeseries.glucose.series import GAP, Series, minutes_between
from timeseries.local_time import DAY, date_of, start_of_day

DAYS = 14
_A_ROW = 7

_EPOCH = date_of(0).toordinal()

_CELL, _TITLE, _BELOW = 72, 22, 16
"""Pixels of a day's chart, of its name above, and of the space below."""

_GUTTER = 0.008
"""Between days, a fraction of the whole width."""

DAILY_HEIGHT = DAYS // _A_ROW * (_CELL + _TITLE + _BELOW) - _BELOW
"""Pixels."""

_COLUMNS = 120
"""A day is some hundred pixels wide at most."""


def two_weeks(series: Series, last: date, beyond: Iterable[Beyond]) -> Stretch:
    """The fourteen local days of a series that end with `last`."""
    after = last.toordinal() - _EPOCH + 1
    return stretch(series, Span(start_of_day(after - DAYS, series.zone), start_of_day(after, series.zone)), beyond)


def daily(identifier: str, of: Stretch, telling: Telling) -> Markup:
    """Each day of `two_weeks` from midnight to midnight by the wall clock, what is out of target filled."""
    name = checked(identifier)
    scale = small_axis(telling, float(of.series.values[of.highest]) if len(of.series) else None)
    band, curves = _band(scale), _curves(of.series, scale)
    cells = []
    for n, day in enumerate(_days(of)):
        drawn = curves.get(day, [])
        wash = path(against(drawn, scale.middle), "area", fill=paint(name, "out"))
        cells.append(_cell(n, day, [band, wash, path(line(drawn), "curve-thin", stroke=paint(name, "ink"))], scale))
    colours = glucose_colours(name, scale, "ink", "out")
    return picture("days", daily_label(of, telling), DAILY_HEIGHT, colours, _numbers(scale), *cells)


def _curves(series: Series, scale: Axis) -> Mapping[int, list[Run]]:
    """By day, open at gaps over 45 minutes; each day's from the left anew."""
    clock = series.clock
    days = clock.days
    apart = (minutes_between(series.at) > GAP) | (np.diff(days) != 0)
    drawn = runs(clock.seconds % DAY / DAY, scale.places(series.values), apart, _COLUMNS)
    curves: dict[int, list[Run]] = {}
    for day, run in zip(days[np.append(0, np.flatnonzero(apart) + 1)].tolist() if drawn else (), drawn, strict=True):
        curves.setdefault(day, []).append(run)
    return curves


def _days(of: Stretch) -> list[int]:
    """The days of the stretch, counted from 1970."""
    first = of.span.since.astimezone(of.series.zone).toordinal() - _EPOCH
    return list(range(first, first + DAYS))


def _top(n: int) -> int:
    """Pixels down to a row's charts."""
    return n * (_CELL + _TITLE + _BELOW) + _TITLE


def _cell(n: int, day: int, drawn: Sequence[Markup], scale: Axis) -> Markup:
    words = scale.telling.words
    row, column = divmod(n, _A_ROW)
    x = percent(column / _A_ROW)
    title = _title(date_of(day), words, x, _top(row) - _TITLE / 2 - 2)
    width = percent(1 / _A_ROW - _GUTTER)
    return title + plot(*drawn, class_="day", x=x, y=_top(row), width=width, height=_CELL)


def _title(day: date, words: Words, x: str, y: float) -> Markup:
    """The day's name; on a narrow screen its number alone."""
    weekday, number = words.short_day(day).split()
    parts = el("tspan", f"{weekday} ", class_="t-weekday"), el("tspan", number)
    return el("text", *parts, x=x, y=y + MIDDLE, class_="t-start t-day")


def _band(scale: Axis) -> Markup:
    high, low = _target(scale)
    return el("rect", x=0, y=high * HEIGHT, width=WIDTH, height=(low - high) * HEIGHT, class_="target-band")


def _target(scale: Axis) -> list[float]:
    """Where the target begins and ends, from the top."""
    return sorted(scale.at(bound) for bound in (scale.telling.target.above, scale.telling.target.below) if bound)


def _numbers(scale: Axis) -> Markup:
    """The bounds of the target at the left of each row."""
    target = scale.telling.target
    return joined(
        [
            words_at(
                scale.telling.text(scale.telling.number(bound)),
                "-6",
                _top(row) + scale.at(bound) * _CELL,
                "t-end t-small",
            )
            for row in range(DAYS // _A_ROW)
            for bound in (target.above, target.below)
            if bound
        ]
    )


def daily_label(of: Stretch, telling: Telling) -> str:
    """What the days show, in a sentence."""
    days = _days(of)
    return telling.words.days_label.format(
        first=telling.words.long_day(date_of(days[0])),
        last=telling.words.long_day(date_of(days[-1])),
        days=len(np.unique(of.series.clock.days)),
        target=telling.extent(telling.target),
    )


def daily_table(of: Stretch, telling: Telling) -> Table:
    """How many readings each day has, its lowest and its highest; days without readings too."""
    words, days = telling.words, of.series.clock.days
    rows = []
    for day in _days(of):
        there = (days == day).nonzero()[0]
        rows.append((words.long_day(date_of(day)), *of.extremes(there, telling)))
    header = (words.day, words.readings, words.lowest, words.highest)
    return Table(words.days_title.format(unit=telling.unit), header, tuple(rows))
