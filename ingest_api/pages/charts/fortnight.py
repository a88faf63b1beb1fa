"""Fourteen days in one line of a list: from the lowest to the highest of each day, and its mean."""

from collections.abc import Mapping
from datetime import date, timedelta

from markupsafe import Markup

from ingest_api.pages.charts.frame import path, picture, plot, unknown
from ingest_api.pages.charts.svg import HEIGHT, WIDTH, el, percent
from ingest_api.pages.charts.telling import Axis, Telling, small_axis
from timeseries.glucose.averages import mean
from timeseries.glucose.tally import CLASSES, Tally

DAYS = 14
FORTNIGHT_HEIGHT = 40
"""Pixels."""


def fortnight(days: Mapping[date, Tally], last: date, telling: Telling) -> Markup:
    """A stroke a day over the target band, a dot at its mean; days without readings stay open."""
    highest = max((each.highest for each in days.values() if each.highest is not None), default=None)
    if highest is None:
        return picture("mini", telling.words.nothing, FORTNIGHT_HEIGHT, unknown(telling.words))
    label = fortnight_label(days, last, telling)
    scale = small_axis(telling, highest)
    low, high = (scale.at(bound) for bound in (telling.target.above, telling.target.below) if bound)
    band = el("rect", x=0, y=percent(high), width="100%", height=percent(low - high), class_="target-band")
    strokes = "".join(_stroke(days[day], n, scale) for n, day in enumerate(_fortnight(last)) if day in days)
    means = "".join(_mean(days[day], n, scale) for n, day in enumerate(_fortnight(last)) if day in days)
    return picture("mini", label, FORTNIGHT_HEIGHT, band, plot(path(strokes, "day-span"), path(means, "day-mean")))


def fortnight_label(days: Mapping[date, Tally], last: date, telling: Telling) -> str:
    """How many days have readings, and on how many some lay very low or very high."""
    told = [days[day] for day in _fortnight(last) if day in days]
    return telling.words.fortnight_label.format(
        days=len(told),
        low=sum(bool(each.readings[0]) for each in told),
        high=sum(bool(each.readings[CLASSES - 1]) for each in told),
        under=telling.extent(telling.zones[0]),
        over=telling.over_very_high,
    )


def _fortnight(last: date) -> list[date]:
    return [last - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]


def _stroke(of: Tally, n: int, scale: Axis) -> str:
    if of.lowest is None or of.highest is None:
        return ""
    return f"M{_x(n)},{_y(of.highest, scale)}V{_y(of.lowest, scale)}"


def _mean(of: Tally, n: int, scale: Axis) -> str:
    average = mean(of)
    return "" if average is None else f"M{_x(n)},{_y(average, scale)}h0"


def _x(n: int) -> int:
    return round(WIDTH * (n + 0.5) / DAYS)


def _y(mg_dl: float, scale: Axis) -> int:
    return round(HEIGHT * scale.place(mg_dl))
