"""What a day's readings add up to: sums that can be stored, one row a day, and added again to any period's figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from timeseries.glucose.bounds import HIGH, LOW, PREGNANCY_LOW, TIGHT_HIGH, VERY_HIGH, VERY_LOW, Floats, Levels
from timeseries.glucose.risk_space import risks
from timeseries.glucose.series import Series, minutes_between
from timeseries.glucose.steps import AGREED, commonest_step, minutes_of_each, steps_about, whole_minutes
from timeseries.local_time import Instants

CLASSES = 7
"""< 54, 54-62, 63-69, 70-140, 141-180, 181-250, > 250 mg/dL; or < 3.0 … > 13.9 mmol/L (Battelino 2019)."""

AROUND = 100.0
"""Squares are summed about this number of mg/dL, so that they do not swamp the differences they are kept for."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over readings. Tallies of the days of a series add up to that of the whole.

    `readings` and `minutes` per class; `steps` all sampling steps met, in minutes; `total` and `squares` of the values
    less `AROUND`; `low_risk`, `high_risk` sums over readings; `risk_range` sum over `days` of the day's largest low
    and high risk; `lowest`, `highest` mg/dL, None without readings.
    """

    n: int = 0
    days: int = 0
    total: float = 0.0
    squares: float = 0.0
    low_risk: float = 0.0
    high_risk: float = 0.0
    risk_range: float = 0.0
    lowest: float | None = None
    highest: float | None = None
    readings: tuple[int, ...] = (0,) * CLASSES
    minutes: tuple[float, ...] = (0.0,) * CLASSES
    steps: tuple[int, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """The tally of both; they must share no day."""
        return total((self, other))


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies that share no day, from the first to the last; of none, the empty tally."""
    told = list(tallies)
    return Tally(
        n=sum(each.n for each in told),
        days=sum(each.days for each in told),
        total=_sum(each.total for each in told),
        squares=_sum(each.squares for each in told),
        low_risk=_sum(each.low_risk for each in told),
        high_risk=_sum(each.high_risk for each in told),
        risk_range=_sum(each.risk_range for each in told),
        lowest=min((each.lowest for each in told if each.lowest is not None), default=None),
        highest=max((each.highest for each in told if each.highest is not None), default=None),
        readings=tuple(map(sum, zip(*(each.readings for each in told), strict=True))) or (0,) * CLASSES,
        minutes=tuple(map(_sum, zip(*(each.minutes for each in told), strict=True))) or (0.0,) * CLASSES,
        steps=tuple(sorted({step for each in told for step in each.steps})),
    )


def _sum(of: Iterable[float]) -> float:
    """One after the other: sums of sums are the sums, whatever Python's own does about rounding."""
    return reduce(add, of, 0.0)


def tally(series: Series) -> Tally:
    """The tally of a whole series."""
    return total(tally_by_day(series).values())


def tally_by_day(series: Series) -> dict[int, Tally]:
    """The tally of each local day that has readings; days since 1970-01-01.

    Each is made from that day's readings alone, so that a day can be made anew without its neighbours.
    """
    days, place = np.unique(series.clock.days, return_inverse=True)
    weighed = [_weigh(series.at[place == n]) for n in range(len(days))]
    minutes = np.concatenate([each for _, each in weighed]) if weighed else np.empty(0)
    classes = place * CLASSES + classes_of(series.levels)
    about = series.values - AROUND
    low_risk, high_risk = risks(series.values)
    n = np.bincount(place, minlength=len(days)).tolist()
    sums = [np.bincount(place, each, len(days)).tolist() for each in (about, about**2, low_risk, high_risk)]
    low, high, lowest, highest = (
        _largest(each, place, len(days)) for each in (low_risk, high_risk, -series.values, series.values)
    )
    readings = np.bincount(classes, minlength=CLASSES * len(days)).reshape(-1, CLASSES)
    spent = np.bincount(classes, minutes, CLASSES * len(days)).reshape(-1, CLASSES)
    return {
        day: Tally(
            n=n[row],
            days=1,
            total=sums[0][row],
            squares=sums[1][row],
            low_risk=sums[2][row],
            high_risk=sums[3][row],
            risk_range=low[row] + high[row],
            lowest=-lowest[row],
            highest=highest[row],
            readings=tuple(readings[row].tolist()),
            minutes=tuple(spent[row].tolist()),
            steps=weighed[row][0],
        )
        for row, day in enumerate(days.tolist())
    }


def _weigh(at: Instants) -> tuple[tuple[int, ...], Floats]:
    """The steps met on a day, ascending, and the minutes each of its readings stands for, (n,)."""
    apart = minutes_between(at)
    whole = whole_minutes(apart)
    usual = commonest_step(whole)
    if usual is None:
        return (), np.zeros(len(at))
    steps = steps_about(whole, usual)
    times = np.bincount(whole[whole == steps[:-1]])
    return tuple(np.flatnonzero(times >= AGREED).tolist()), minutes_of_each(apart, steps)


def _largest(values: Floats, place: NDArray[np.int64], days: int) -> list[float]:
    """The largest of each day."""
    largest = np.full(days, -np.inf)
    np.maximum.at(largest, place, values)
    return largest.tolist()


def classes_of(of: Levels) -> NDArray[np.int64]:
    """The class 0 to 6 of each reading."""
    at_least = (VERY_LOW, PREGNANCY_LOW, LOW)
    beyond = (TIGHT_HIGH, HIGH, VERY_HIGH)
    found = np.zeros(len(of.numbers), np.int64)
    for bound in at_least:
        found += ~of.below(bound)
    for bound in beyond:
        found += of.above(bound)
    return found
