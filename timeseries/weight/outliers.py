"""Weighings that stand alone: a suitcase, a child on the arm, somebody else. Marked, never deleted.

A mark keeps a weighing out of the trend, nothing more: rules on fast gains look at every weighing, since water can come
within a day. A step that lasts is believed from its second weighing on.
"""

import numpy as np

from timeseries.weight.series import Marks, Numbers, Times, WeightSeries
from timeseries.weight.spread import POPULATION_SD, day_to_day_sd

NEIGHBOURHOOD = np.timedelta64(14, "D")
"""How far to either side the local level is taken."""

LEAST_NEIGHBOURS = 3
FAR_SDS = 5.0
FAR_KG = 3.0
"""Far from the median of the neighbours is more than five personal SDs and more than 3 kg, well above the 2 kg in
3 days that heart failure care looks for (ESC): a gain of that size stays in the trend. [own rule]"""


def outliers(series: WeightSeries) -> Marks:
    """(n,) True where a weighing is far from the weighings around it and neither the one before nor after agrees.

    Far is from the median of those within NEIGHBOURHOOD, itself left out; two that are half as far apart agree.
    """
    sd = day_to_day_sd(series)
    far_kg = max(FAR_SDS * (POPULATION_SD if sd is None else sd), FAR_KG)
    first = np.searchsorted(series.at, series.at - NEIGHBOURHOOD, side="left")
    end = np.searchsorted(series.at, series.at + NEIGHBOURHOOD, side="right")
    middles = [_middle(series.kg, i, int(a), int(b)) for i, (a, b) in enumerate(zip(first, end, strict=True))]
    far = np.array([mid is not None and abs(kg - mid) > far_kg for kg, mid in zip(series.kg, middles, strict=True)])
    return np.asarray(far.astype(np.bool_) & ~_agreeing(series.at, series.kg, far_kg / 2))


def _middle(kg: Numbers, i: int, first: int, end: int) -> float | None:
    around = np.concatenate([kg[first:i], kg[i + 1 : end]])
    return float(np.median(around)) if len(around) >= LEAST_NEIGHBOURS else None


def _agreeing(at: Times, kg: Numbers, within: float) -> Marks:
    """(n,) True where the weighing next to it in time, before or after, is near in both time and weight."""
    near = (np.abs(np.diff(kg)) <= within) & (np.diff(at) <= NEIGHBOURHOOD)
    return np.append(near, False)[: len(kg)] | np.insert(near, 0, False)[: len(kg)]
