"""One person's sensor readings in time: ordered, one source at a time, nothing missing inside."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from timeseries.glucose.bounds import Flags, Floats, Levels, levels
from timeseries.local_time import Instants, WallClock, wall_clock

GAP = 45.0
"""Minutes without a reading after which nothing is assumed of the time between (iglu's `inter_gap`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Readings of one kind, oldest first.

    `at` (n,) datetime64[us] UTC, not decreasing; `values` (n,) mg/dL, finite; `in_mmol` (n,) where the sensor said it
    in mmol/L; `zone` the person's. A reading beyond the sensor's range is the number just beyond its bound (39, 401).
    Two readings at one instant both count, except on a grid, which keeps the last.
    """

    at: Instants
    values: Floats
    in_mmol: Flags
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse what no function here could make sense of; raises ValueError."""
        if not self.at.shape == self.values.shape == self.in_mmol.shape == (len(self.at),):
            raise ValueError("times, values and units of a series must be three columns of one length")
        if self.at.dtype != np.dtype("datetime64[us]"):
            raise ValueError("times of a series must be datetime64[us]; convert them with astype")
        if not np.isfinite(self.values).all():
            raise ValueError("a series holds numbers only; leave out readings without one")
        if (np.diff(self.at) < np.timedelta64(0)).any():
            raise ValueError("times of a series must not decrease; sort the readings first")

    def __len__(self) -> int:
        """How many readings."""
        return len(self.at)

    @property
    def levels(self) -> Levels:
        """The readings in their sensors' own units, for comparison with bounds."""
        return levels(self.values, self.in_mmol)

    @property
    def clock(self) -> WallClock:
        """What the person's wall clock showed at each reading."""
        return wall_clock(self.at, self.zone)

    def where(self, chosen: Flags) -> "Series":
        """The readings where `chosen`, (n,)."""
        return Series(self.at[chosen], self.values[chosen], self.in_mmol[chosen], self.zone)

    def between(self, since: datetime, until: datetime) -> "Series":
        """The readings from `since` up to but not including `until`, both with their offset."""
        first, last = np.searchsorted(self.at, np.array([instant(since), instant(until)]), side="left")
        return Series(self.at[first:last], self.values[first:last], self.in_mmol[first:last], self.zone)

    def gaps(self) -> list[tuple[datetime, datetime]]:
        """The last reading before each gap over 45 minutes, and the first after it."""
        before = np.flatnonzero(minutes_between(self.at) > GAP)
        return [(moment(self.at[n]), moment(self.at[n + 1])) for n in before.tolist()]

    def distinct(self) -> "Series":
        """The last reading of each instant."""
        if len(self) < 2 or (self.at[1:] != self.at[:-1]).all():
            return self
        return self.where(np.append(self.at[1:] != self.at[:-1], True))


def instant(moment: datetime) -> np.datetime64:
    """An aware datetime as the instants of a series are."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def moment(at: np.datetime64) -> datetime:
    """An instant of a series (datetime64[us]) as an aware datetime, UTC."""
    return cast(datetime, at.item()).replace(tzinfo=UTC)


def minutes_between(at: Instants) -> Floats:
    """Real minutes from each instant to the next, (n-1,)."""
    microseconds: NDArray[np.int64] = at.astype(np.int64)
    apart: Floats = np.diff(microseconds) / 60e6
    return apart
