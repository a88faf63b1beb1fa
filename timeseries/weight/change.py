"""How much the weight changed over a stretch of days, read from the trend."""

from dataclasses import dataclass

import numpy as np

from timeseries.weight.series import Numbers, Times, days_between

SPANS = (7, 30, 180)
"""Days. HAS 2019 reads loss over one month and six months; a week is what self-care in heart failure looks at."""


@dataclass(frozen=True, slots=True)
class Change:
    """kg gained (lost: negative), and in percent of the weight at the start."""

    kg: float
    percent: float


def slack_days(days: int) -> float:
    """How far from `days` ago the weighing compared with may lie: a sixth, two days at least. [own rule]"""
    return max(2.0, days / 6)


def change(at: Times, trend: Numbers, days: int) -> Change | None:
    """The trend at the last weighing against the trend at the one nearest to `days` before it.

    `at` (n,), `trend` (n,) kg. None when no weighing lies within slack_days of that day: the history is too short,
    or has a hole there.
    """
    if not len(at):
        return None
    off = np.abs(days_between(at, at[-1:].repeat(len(at))) - days)
    then = int(np.argmin(off))
    if off[then] > slack_days(days):
        return None
    gained = float(trend[-1] - trend[then])
    return Change(gained, 100 * gained / float(trend[then]))
