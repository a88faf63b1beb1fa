"""Where a person's weight is expected at a time, and how surely, from their confirmed weighings.

A local level model (West and Harrison, Bayesian Forecasting and Dynamic Models, chapters 2 and 4): each weighing is the
level plus noise; the level drifts as a random walk; the noise's size is the person's own, learnt from a prior. The next
weighing then follows Student's t, wider the longer ago the last confirmed one was. Run forwards and backwards in time,
so that a weighing from a scale's memory is also judged by what was confirmed later.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from timeseries.attribution.student import log_density

DRIFT = 0.05
"""Variance the level gains a day, in units of one weighing's. By measurement (benchmarks/attribution.py): forecasts of
the same people over a day and a month are likeliest at 0.2 to 0.4, which asks about twice as often and errs no less."""

PRIOR_SD = 0.4
"""kg, of one weighing, and PRIOR_WEIGHT: how many weighings that prior is worth. The 12 people of Krone 2020 have a
median SD of 0.46 kg between successive days, which holds the noise of two weighings and a day of drift."""

PRIOR_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Level:
    """The level right after a confirmed weighing: `kg`, its variance in units of one weighing's; `day` since 1970."""

    day: float
    kg: float
    variance: float

    def at(self, day: float) -> "Level":
        """The same, seen from another day: no better known, and drifted since."""
        return Level(day, self.kg, self.variance + DRIFT * abs(day - self.day))

    def joined(self, other: "Level") -> "Level":
        """What two independent views of the same day's level say together: the mean weighted by certainty."""
        total = self.variance + other.variance
        kg = (self.kg * other.variance + other.kg * self.variance) / total
        return Level(self.day, kg, self.variance * other.variance / total)


@dataclass(frozen=True, slots=True)
class Track:
    """A person's level through time: `forward[i]` knows weighings 0..i, `backward[i]` knows i..n-1; n ≥ 1."""

    days: tuple[float, ...]
    forward: tuple[Level, ...]
    backward: tuple[Level, ...]
    sd: float
    freedom: float

    def level(self, day: float) -> Level:
        """The level on a day, from what was confirmed before and after it."""
        i = bisect_right(self.days, day)
        views = [view.at(day) for view in (*self.forward[max(i - 1, 0) : i], *self.backward[i : i + 1])]
        return views[0] if len(views) == 1 else views[0].joined(views[1])

    def log_density(self, day: float, kg: float) -> float:
        """Log density, per kg, of a weighing of theirs on that day."""
        level = self.level(day)
        return log_density(kg - level.kg, self.sd * sqrt(1 + level.variance), self.freedom)


def track(days: Sequence[float], kg: Sequence[float]) -> Track | None:
    """The track of weighings in order of time, `days` and `kg` (n,); None of none."""
    if not days:
        return None
    forward, surprise = _filter(days, kg)
    backward, _ = _filter(days[::-1], kg[::-1])
    freedom = PRIOR_WEIGHT + len(days) - 1
    sd = sqrt((PRIOR_WEIGHT * PRIOR_SD**2 + surprise) / freedom)
    return Track(tuple(days), tuple(forward), tuple(backward[::-1]), sd, freedom)


def _filter(days: Sequence[float], kg: Sequence[float]) -> tuple[list[Level], float]:
    """The level after each weighing, and the sum of squared surprises in units of one weighing's variance, kg²."""
    level, variance, surprise = kg[0], 1.0, 0.0
    levels = [Level(days[0], level, variance)]
    for before, day, weight in zip(days, days[1:], kg[1:], strict=False):
        expected = variance + DRIFT * abs(day - before)
        off = weight - level
        surprise += off**2 / (1 + expected)
        variance = expected / (1 + expected)  # also the share of the surprise that moves the level
        level += variance * off
        levels.append(Level(day, level, variance))
    return levels, surprise
