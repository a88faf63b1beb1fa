"""Fourteen days in one line of a list: from the lowest to the highest of each day, and its mean."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from markupsafe import Markup

from ingest_api.pages.charts.frame import path, picture, plot, unknown
from ingest_api.pages.charts.svg import HEIGHT, WIDTH, el, percent
from ingest_api.pages.charts.telling import Telling, small_axis
from timeseries.glucose.averages import mean
from timeseries.glucose.tally import CLASSES, Tally

DAYS = 14
FORTNIGHT_HEIGHT = 40
"""Pixels."""


def fortnight(days: Mapping[date, Tally], last: date, telling: Telling) -> Markup:
    """A stroke a day over the target band, a dot at its mean; days without readings stay open."""
    there = [(n, days[day]) for n, day in enumerate(_fortnight(last)) if day in days]
    extent = [(n, each.lowest, mean(each), each.highest) for n, each in there if each.n]
    if not extent:
        return picture("mini", telling.words.nothing, FORTNIGHT_HEIGHT, unknown(telling.words))
    table = np.array(extent, float)
    scale = small_axis(telling, float(table[:, 3].max()))
    xs = np.rint(WIDTH * (table[:, 0] + 0.5) / DAYS).astype(int).tolist()
    lows, means, highs = np.rint(HEIGHT * scale.places(table[:, 1:]).clip(0, 1)).astype(int).T.tolist()
    strokes = "".join([f"M{x},{high}V{low}" for x, low, high in zip(xs, lows, highs, strict=True)])
    dots = "".join([f"M{x},{y}h0" for x, y in zip(xs, means, strict=True)])
    low, high = (scale.at(bound) for bound in (telling.target.above, telling.target.below) if bound)
    band = el("rect", x=0, y=percent(high), width="100%", height=percent(low - high), class_="target-band")
    label = _label([each for _, each in there], telling)
    return picture("mini", label, FORTNIGHT_HEIGHT, band, plot(path(strokes, "day-span"), path(dots, "day-mean")))


def _label(days: Sequence[Tally], telling: Telling) -> str:
    """How many days have readings, and on how many some lay very low or very high."""
    return telling.words.fortnight_label.format(
        days=len(days),
        low=sum(bool(each.readings[0]) for each in days),
        high=sum(bool(each.readings[CLASSES - 1]) for each in days),
        under=telling.extent(telling.zones[0]),
        over=telling.over_very_high,
    )


def _fortnight(last: date) -> list[date]:
    return [last - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
