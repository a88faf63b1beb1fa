"""How often the sensor speaks: 1, 5 or 15 minutes, and where one sensor's step gives way to another's."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import GAP, Series, minutes_between

Steps = NDArray[np.int64]

WINDOW = 13
"""Neighbouring intervals that decide a reading's step [own rule]."""

AGREED = WINDOW // 2 + 1
"""So many of them alike are a step; fewer are losses [own rule]."""

UNLIKE = 1.5
"""How many times longer or shorter a step must be to be another sensor's, and not the jitter of the same [own rule]."""


def usual_step(series: Series) -> int | None:
    """The median interval in whole minutes, at least 1; None with fewer than two instants.

    Source: iglu CGMS2DayByDay, dt0.
    """
    apart = np.sort(minutes_between(series.distinct().at))  # numpy's own median takes five times as long of so few
    middle = (len(apart) - 1) // 2, len(apart) // 2
    return max(1, round(float(apart[middle[0]] + apart[middle[1]]) / 2)) if len(apart) else None


def whole_minutes(apart: Floats) -> Steps:
    """Intervals in whole minutes."""
    return np.rint(apart).astype(np.int64)


def commonest_step(apart: Steps) -> int | None:
    """The interval met most often, in whole minutes, the shorter of two; None without any from 1 to 45 minutes.

    Of a single day it tells more than the median, which a few lost readings move.
    """
    counts = np.bincount(apart[(apart >= 1) & (apart <= GAP)])
    return int(counts.argmax()) if len(counts) else None


def nominal_steps(series: Series) -> Steps | None:
    """The step in minutes of the stretch each reading is in, (n,); None where `usual_step` is."""
    usual = usual_step(series)
    return None if usual is None else steps_about(whole_minutes(minutes_between(series.at)), usual)


def steps_about(apart: Steps, usual: int) -> Steps:
    """The step of the stretch each reading is in, (n,), given the usual one and what is between readings, (n-1,).

    One step throughout, unless seven of thirteen neighbouring intervals agree on quite another.
    """
    told = (apart >= 1) & (apart <= GAP)
    steps = np.full(len(apart) + 1, usual, np.int64)
    spoken = _settled(apart[told], usual)
    if (spoken == usual).all():
        return steps
    latest = np.maximum(np.cumsum(told) - 1, 0)  # of a reading before a gap, the step it had until then
    steps[:-1] = spoken[latest]
    steps[-1] = steps[-2]
    return steps


def minutes_of_each(apart: Floats, steps: Steps) -> Floats:
    """The minutes each reading stands for, (n,): up to the next one, (n-1,), but at most 1.5 steps.

    Without the limit a reading before a gap of days would weigh as those days.
    """
    until_next = np.append(apart, np.inf)
    minutes: Floats = np.minimum(until_next, 1.5 * steps)
    return minutes


def _settled(apart: Steps, usual: int) -> Steps:
    """For each interval the one that most around it agree on, if it is unlike the usual one; else the usual one."""
    settled = np.full(len(apart), usual, np.int64)
    if len(apart) < WINDOW or np.count_nonzero(apart != usual) < AGREED:
        return settled
    around = sliding_window_view(np.pad(apart, WINDOW // 2, mode="symmetric"), WINDOW)
    agreed = np.pad((apart == usual).astype(np.int64), WINDOW // 2, mode="symmetric").cumsum()
    usual_count = agreed[WINDOW - 1 :] - np.append(0, agreed[:-WINDOW])
    doubtful = np.flatnonzero(usual_count <= WINDOW // 2)
    middle = np.sort(around[doubtful], axis=1)[:, WINDOW // 2]
    alike = (around[doubtful] == middle[:, None]).sum(axis=1) > WINDOW // 2
    unlike = (middle >= UNLIKE * usual) | (middle * UNLIKE <= usual)
    settled[doubtful] = np.where(alike & unlike, middle, usual)
    return settled
