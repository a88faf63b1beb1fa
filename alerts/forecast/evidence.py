"""What a forecast is made from: the last hour before a reading, as told by then; and what came true after it."""

from dataclasses import dataclass

import numpy as np

from timeseries.glucose.bounds import Flags, Floats
from timeseries.glucose.series import Series, minutes_between

LAGS = 12
APART = 5
"""Twelve values five minutes apart, whatever the sensor's step: the newest is the reading itself."""

NEEDED = 60
"""Unbroken minutes before a forecast: the start of the BGLP challenge (2018, 2020), and a new sensor's first hour."""

HOLE = 35.0
"""Minutes between two readings that break the hour [own rule: a 15-minute sensor may lose one reading]."""

FRESH = 20.0
"""Minutes from the reading before, over which the newest slope is still told [own rule: one 15-minute step]."""

LEAST, MOST = 40.0, 400.0
"""mg/dL. Beyond, a reading may be a bound of the sensor's range (Dexcom prints Low and High there), not a value."""

MINUTE = 60_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """How well the last hour is told at each distinct instant of a series.

    `told` the series without repeated instants, (n,); `sufficient` (n,) where the hour is unbroken, the slope is fresh
    and the reading itself a value; `minutes` (n,) each reading stands for, at most 20.
    """

    told: Series
    sufficient: Flags
    minutes: Floats


def evidence(series: Series) -> Evidence:
    """The evidence at each distinct instant of a series."""
    told = series.distinct()
    at = told.at.astype(np.int64)
    since_last = np.append(np.full(min(1, len(at)), np.inf), minutes_between(told.at))
    begun = np.maximum.accumulate(np.where(since_last > HOLE, at, np.iinfo(np.int64).min))
    believed = (told.values >= LEAST) & (told.values <= MOST)
    sufficient = (at - NEEDED * MINUTE >= begun) & (since_last <= FRESH) & believed
    return Evidence(told, sufficient, np.minimum(since_last, FRESH))


def lags(told: Series, chosen: Flags | slice) -> Floats:
    """The last hour at the chosen readings of distinct instants, (chosen, 12) mg/dL, newest first.

    Between readings it is interpolated; since the newest lag is a reading, none later is ever used.
    """
    at = told.at.astype(np.int64)
    asked = at[chosen, None] - np.arange(LAGS) * APART * MINUTE
    return np.interp(asked, at, told.values) if len(at) else np.empty((0, LAGS))


def later(told: Series, minutes: int) -> tuple[Floats, Flags]:
    """Glucose so many minutes after each of the distinct instants, (n,) mg/dL, and where it is known: what came true.

    Known where readings at most 20 minutes apart enclose the moment. A bound of the sensor's range counts as the number
    just beyond it: leaving lows out because they were too low would teach that there are none.
    """
    at = told.at.astype(np.int64)
    asked = at + minutes * MINUTE
    after = np.searchsorted(at, asked)
    within = np.minimum(after, len(at) - 1)
    enclosed = (at[within] == asked) | (at[within] - at[within - 1] <= FRESH * MINUTE)
    return np.interp(asked, at, told.values), (after < len(at)) & enclosed
