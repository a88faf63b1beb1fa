"""How fast the weight changes: the Theil-Sen slope of the last four weeks, with its interval."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from timeseries.weight.series import Numbers, WeightSeries, days_between

WINDOW_DAYS = 28.0
LEAST_DAYS = 14.0
LEAST_WEIGHINGS = 5
"""Fewer than five weighings, or less than two weeks between the first and the last, give no slope: [own rule] the
day-to-day spread of about 0.5 kg would then be read as half a kilogram a week and more."""

MOST_WEIGHINGS = 1_000
"""Beyond this many in the window evenly chosen ones stand for all: the pairs grow with the square."""


@dataclass(frozen=True, slots=True)
class Slope:
    """kg a week, and the bounds of its 95 % interval."""

    kg_per_week: float
    low: float
    high: float


def slope_per_week(series: WeightSeries) -> Slope | None:
    """The slope over the 28 days up to the last weighing; None when there is too little (see LEAST_WEIGHINGS)."""
    recent = series.only(days_between(series.at, series.at[-1:].repeat(len(series))) < WINDOW_DAYS)
    if len(recent) < LEAST_WEIGHINGS or recent.days[-1] < LEAST_DAYS:
        return None
    if len(recent) > MOST_WEIGHINGS:
        chosen = np.zeros(len(recent), dtype=np.bool_)
        chosen[np.linspace(0, len(recent) - 1, MOST_WEIGHINGS).astype(np.int64)] = True
        recent = recent.only(chosen)
    return theil_sen(recent.days / 7, recent.kg)


def theil_sen(x: Numbers, y: Numbers, confidence: float = 0.95) -> Slope | None:
    """Median of all pairs' slopes with Sen's interval, x and y (n,); None if no two x differ.

    P. K. Sen, JASA 63 (1968): Kendall's variance with the tie correction gives the ranks of the bounds
    (the definition scipy's theilslopes follows).
    """
    later, sooner = np.tril_indices(len(x), -1)
    dx, dy = x[later] - x[sooner], y[later] - y[sooner]
    slopes = np.sort(dy[dx != 0] / dx[dx != 0])
    if not len(slopes):
        return None
    half = NormalDist().inv_cdf((1 + confidence) / 2) * _kendall_sd(x, y)
    low = max(round((len(slopes) - half) / 2) - 1, 0)
    high = min(round((len(slopes) + half) / 2), len(slopes) - 1)
    return Slope(float(np.median(slopes)), float(slopes[low]), float(slopes[high]))


def _kendall_sd(x: Numbers, y: Numbers) -> float:
    def term(n: Numbers) -> float:
        return float(np.sum(n * (n - 1) * (2 * n + 5)))

    ties = (np.unique(values, return_counts=True)[1].astype(np.float64) for values in (x, y))
    variance = (term(np.array([len(x)], dtype=np.float64)) - sum(term(tie) for tie in ties)) / 18
    return sqrt(max(variance, 0.0))
