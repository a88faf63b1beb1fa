"""Night and day apart: sleep hides lows that the whole day's figures dilute."""

from dataclasses import dataclass

from timeseries.glucose.averages import mean
from timeseries.glucose.ranges import Ranges, ranges
from timeseries.glucose.series import Series
from timeseries.glucose.tally import tally

NIGHT_ENDS = 6 * 60
"""Minute of the local day: night is 00:00 to 06:00, day 06:00 to 24:00 (Danne 2017, doi:10.2337/dc17-1600)."""


@dataclass(frozen=True, slots=True)
class Part:
    """Readings of one part of the day: how many, mean mg/dL and time in ranges; None without readings."""

    n: int
    mean: float | None
    ranges: Ranges | None


@dataclass(frozen=True, slots=True)
class DayNight:
    """Night and day of the same period."""

    night: Part
    day: Part


def day_night(series: Series) -> DayNight:
    """The figures of night and day, by the person's wall clock."""
    at_night = series.clock.minutes < NIGHT_ENDS
    return DayNight(_part(series.where(at_night)), _part(series.where(~at_night)))


def _part(series: Series) -> Part:
    summed = tally(series)
    return Part(summed.n, mean(summed), ranges(summed))
