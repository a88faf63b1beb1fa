"""One person's weighings as arrays: usable values only, one a device and time, oldest first."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hub.measurements import Condition
from hub.quantities import Kind

Times = NDArray[np.datetime64]
Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
Ordinals = NDArray[np.int64]

DAY = np.timedelta64(1, "D") / np.timedelta64(1, "us")
"""Microseconds in a day."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightSeries:
    """Weighings of one person: `at` (n,) datetime64[us] UTC, ascending; `kg` (n,) float64, finite; read-only."""

    at: Times
    kg: Numbers
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Arrays that cannot be changed behind anyone's back; raises ValueError when they do not fit together."""
        if self.at.shape != self.kg.shape or self.at.ndim != 1:
            raise ValueError("give as many times as weights, in one dimension")
        if not np.all(np.isfinite(self.kg)):
            raise ValueError("drop missing weights before making a series")
        if np.any(np.diff(self.at) < np.timedelta64(0, "us")):
            raise ValueError("sort the weighings by time before making a series")
        self.at.flags.writeable = False
        self.kg.flags.writeable = False

    def __len__(self) -> int:
        """How many weighings."""
        return len(self.kg)

    @property
    def days(self) -> Numbers:
        """(n,) days since the first weighing."""
        return days_between(self.at[:1], self.at)

    @property
    def local_days(self) -> Ordinals:
        """(n,) calendar day of each weighing in the person's zone, as a proleptic ordinal (1 a day, DST or not)."""
        return np.array([instant(at).astimezone(self.zone).toordinal() for at in self.at], dtype=np.int64)

    def only(self, chosen: Marks) -> Self:
        """The weighings marked in `chosen` (n,)."""
        return type(self)(self.at[chosen], self.kg[chosen], self.zone)


def days_between(start: Times, end: Times) -> Numbers:
    """Days from `start` to `end`, elementwise; of nothing, nothing."""
    return np.asarray((end - start[: len(end)]).astype("timedelta64[us]").astype(np.float64) / DAY)


def instant(at: np.datetime64) -> datetime:
    """An array's UTC time as an aware datetime."""
    moment: datetime = at.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)


class Measured(Protocol):
    """What a figure needs of a reading, stored or new: canonical value, when, by which device, received when."""

    @property
    def kind(self) -> Kind: ...
    @property
    def value(self) -> float | None: ...
    @property
    def taken_at(self) -> datetime: ...
    @property
    def device(self) -> Hashable: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def condition(self) -> Condition | None: ...


def weight_series(readings: Iterable[Measured], zone: ZoneInfo) -> WeightSeries:
    """The series in one person's readings; other kinds are passed over, and what is no measure of a person.

    Of several readings of one device at one time the last received counts.
    """
    kept = last_received(reading for reading in readings if reading.kind is Kind.WEIGHT)
    values = sorted((r.taken_at, str(r.device), r.value) for r in kept if r.value is not None)
    at = np.array([taken_at.astimezone(UTC).replace(tzinfo=None) for taken_at, _, _ in values], dtype="datetime64[us]")
    return WeightSeries(at, np.array([kg for _, _, kg in values], dtype=np.float64), zone)


def last_received(readings: Iterable[Measured]) -> list[Measured]:
    """One usable reading a device, time and kind: the last received. A correction to "no value" removes the value."""
    latest: dict[tuple[Hashable, datetime, Kind], Measured] = {}
    for reading in sorted(readings, key=lambda reading: reading.received_at):
        latest[reading.device, reading.taken_at, reading.kind] = reading
    return [reading for reading in latest.values() if _usable(reading)]


def _usable(reading: Measured) -> bool:
    of_a_person = reading.condition is None or reading.condition.of_a_person
    return reading.value is not None and of_a_person
