"""How much of the time the sensor spoke, and whether that is enough to judge by."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from timeseries.glucose.series import Series, instant, minutes_between
from timeseries.glucose.steps import Steps, nominal_steps
from timeseries.local_time import DAY, seconds_of_day, wall_clock

SUFFICIENT_DAYS = 14
SUFFICIENT_PERCENT = 70.0
"""Battelino 2019: 70 % of 14 days, some ten days of data; for hypoglycaemia 28 days and more are better."""


def active_percent(series: Series) -> float | None:
    """Percent of the expected readings, from the first to the last, that are there; None under two instants.

    Expected: one a step. Missing: in each interval over one step (rounded to minutes), what the step leaves room for.
    Source: iglu active_percent; where steps are mixed, each interval is divided by its own.
    """
    steps = nominal_steps(series)
    if steps is None:
        return None
    apart, step = minutes_between(series.at), steps[:-1]
    expected = float((apart / step).sum()) + 1
    missing = float(((apart - step) / step)[np.rint(apart) > step].sum())
    return 100 * (expected - missing) / expected


def active_percent_within(series: Series, since: datetime, until: datetime) -> float | None:
    """Percent of a period that the sensor's readings stand for, each for one step, at most 100; None without any step.

    The period's real length counts: a day on which clocks change has 23 or 25 hours. For 14 days it is the usual
    n / (14 x 1440 / step). Source: Battelino 2019; iglu active_percent.
    """
    steps = nominal_steps(series)
    if steps is None:
        return None
    inside = (series.at >= instant(since)) & (series.at < instant(until))
    return _share(steps[inside], (until - since).total_seconds())


def sufficient(series: Series, since: datetime, until: datetime) -> bool:
    """True if the period has 14 local days or more and the sensor spoke in 70 % of it. Source: Battelino 2019."""
    wall = wall_clock(np.array([instant(since), instant(until)]), series.zone).seconds
    active = active_percent_within(series, since, until)
    return bool(wall[1] - wall[0] >= SUFFICIENT_DAYS * DAY) and active is not None and active >= SUFFICIENT_PERCENT


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """A local day (days since 1970-01-01): readings it has, and percent of its real 23, 24 or 25 hours they cover."""

    day: int
    readings: int
    active_percent: float


def coverage_by_day(series: Series) -> list[DayCoverage]:
    """The coverage of each local day with readings, oldest first; nothing under two instants."""
    steps = nominal_steps(series)
    if steps is None:
        return []
    days, place = np.unique(series.clock.days, return_inverse=True)
    return [
        DayCoverage(day, int((place == n).sum()), _share(steps[place == n], seconds_of_day(day, series.zone)))
        for n, day in enumerate(days.tolist())
    ]


def _share(steps: Steps, seconds: float) -> float:
    """Percent of so many seconds that readings of these steps, in minutes, cover."""
    return min(100.0, 100 * float(steps.sum()) * 60 / seconds)
