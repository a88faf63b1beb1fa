"""The ambulatory glucose profile: a usual day, by clock time."""

from dataclasses import dataclass

import numpy as np

from timeseries.glucose.grid import Grid

PERCENTS = (5, 25, 50, 75, 95)
FEWEST_DAYS = 5
"""A percentile of fewer days than this says nothing of a usual day [own rule]."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A clock time, in minutes after local midnight, and the percentiles in mg/dL over the `n` days that have it."""

    minute: int
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    n: int


def profile(of: Grid) -> list[Slot]:
    """The percentiles at each clock time of the grid that five days or more have; unsmoothed, by R's type 7.

    Source: Johnson 2019 (doi:10.1089/dia.2019.0054) for the percentiles; iglu plot_agp before its smoothing.
    """
    table = np.sort(of.by_day(), axis=0)  # NaN goes last
    days = (~np.isnan(table)).sum(axis=0)
    slots = np.flatnonzero(days >= FEWEST_DAYS)
    place = (days[slots] - 1) * np.array(PERCENTS)[:, None] / 100
    below = place.astype(np.int64)
    above = np.minimum(below + 1, days[slots] - 1)
    low, high = table[below, slots], table[above, slots]
    percentiles = low + (high - low) * (place - below)
    rows = zip(slots.tolist(), percentiles.T.tolist(), days[slots].tolist(), strict=True)
    return [Slot(slot * of.step, p5, p25, p50, p75, p95, n) for slot, (p5, p25, p50, p75, p95), n in rows]
