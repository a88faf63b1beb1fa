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
from timeseries.glucose.steps import AGREED, commonest_step, minutes_of_each, steps_about

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
        lows = [each for each in (self.lowest, other.lowest) if each is not None]
        highs = [each for each in (self.highest, other.highest) if each is not None]
        return Tally(
            n=self.n + other.n,
            days=self.days + other.days,
            total=self.total + other.total,
            squares=self.squares + other.squares,
            low_risk=self.low_risk + other.low_risk,
            high_risk=self.high_risk + other.high_risk,
            risk_range=self.risk_range + other.risk_range,
            lowest=min(lows, default=None),
            highest=max(highs, default=None),
            readings=tuple(map(add, self.readings, other.readings)),
            minutes=tuple(map(add, self.minutes, other.minutes)),
            steps=tuple(sorted({*self.steps, *other.steps})),
        )


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies that share no day; of none, the empty tally."""
    return reduce(add, tallies, Tally())


def tally(series: Series) -> Tally:
    """The tally of a whole series."""
    return total(tally_by_day(series).values())


def tally_by_day(series: Series) -> dict[int, Tally]:
    """The tally of each local day that has readings; days since 1970-01-01.

    Each is made from that day's readings alone, so that a day can be made anew without its neighbours.
    """
    days, place = np.unique(series.clock.days, return_inverse=True)
    weighed = [_weigh(series.where(place == n)) for n in range(len(days))]
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


def _weigh(day: Series) -> tuple[tuple[int, ...], Floats]:
    """The steps met on a day, ascending, and the minutes each of its readings stands for, (n,)."""
    usual = commonest_step(day)
    if usual is None:
        return (), np.zeros(len(day))
    steps = steps_about(day, usual)
    apart = np.rint(minutes_between(day.at)).astype(np.int64)
    met, times = np.unique(apart[apart == steps[:-1]], return_counts=True)
    return tuple(met[times >= AGREED].tolist()), minutes_of_each(day, steps)


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
