"""What a forecast is made from: the last hour at each reading, told by readings up to it and none later."""

from dataclasses import dataclass

import numpy as np

from timeseries.glucose.bounds import Flags, Floats
from timeseries.glucose.series import Series, minutes_between
from timeseries.local_time import Instants

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
    """The last hour at each reading of a series.

    `at` (n,) datetime64[us] UTC; `lags` (n, 12) mg/dL, newest first, at 5-minute steps; `sufficient` (n,) where the
    hour is unbroken, the slope is fresh and the reading itself a value; `minutes` (n,) each reading stands for.
    """

    at: Instants
    lags: Floats
    sufficient: Flags
    minutes: Floats


def evidence(series: Series) -> Evidence:
    """The evidence at each distinct instant of a series; lags between readings are interpolated, never beyond one."""
    told = series.distinct()
    at = told.at.astype(np.int64)
    asked = at[:, None] - np.arange(LAGS) * APART * MINUTE
    since_last = np.append(np.full(min(1, len(at)), np.inf), minutes_between(told.at))
    begun = np.maximum.accumulate(np.where(since_last > HOLE, at, 0))
    believed = (told.values >= LEAST) & (told.values <= MOST)
    return Evidence(
        at=told.at,
        lags=np.interp(asked, at, told.values) if len(at) else np.empty((0, LAGS)),
        sufficient=(at - begun >= NEEDED * MINUTE) & (since_last <= FRESH) & believed,
        minutes=np.minimum(since_last, FRESH),
    )


def later(series: Series, minutes: int) -> tuple[Floats, Flags]:
    """Glucose so many minutes after each distinct instant, (n,) mg/dL, and where it is known: what came true.

    Known where readings at most 20 minutes apart enclose the moment. A bound of the sensor's range counts as the number
    just beyond it: leaving lows out because they were too low would teach that there are none.
    """
    told = series.distinct()
    at = told.at.astype(np.int64)
    asked = at + minutes * MINUTE
    after = np.searchsorted(at, asked)
    within = np.minimum(after, len(at) - 1)
    enclosed = (at[within] == asked) | (at[within] - at[within - 1] <= FRESH * MINUTE)
    return np.interp(asked, at, told.values), (after < len(at)) & enclosed
