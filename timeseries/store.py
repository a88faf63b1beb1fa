"""The store of readings: what it promises, whatever stands behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from hub.measurements import Channel, Condition
from hub.quantities import GLUCOSE_KINDS, Kind, Quantity
from hub.readings import Key, Reading, TimeSource


class Outcome(StrEnum):
    """What became of a reading: new, said before, or the same measure from another source (counted once)."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class Found:
    """A reading as read back: canonical value (None with a condition), the raw one as the device said it."""

    kind: Kind
    taken_at: datetime
    utc_offset: int
    value: float | None
    raw: Quantity
    condition: Condition | None
    device: UUID
    channel: Channel
    time_source: TimeSource
    received_at: datetime
    device_time: datetime | None
    key: Key


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of readings ended; the next begins after it."""

    taken_at: datetime
    key: Key


@dataclass(frozen=True, slots=True)
class Query:
    """One person's readings of some kinds, from `since` up to but not including `until`, oldest first."""

    person: int
    kinds: tuple[Kind, ...]
    since: datetime
    until: datetime
    limit: int
    after: Place | None = None


class Store(Protocol):
    """Keeps readings once and reads them back; every implementation passes the same contract tests."""

    def keep(self, readings: Sequence[Reading]) -> list[Outcome]:
        """Store what is new; the outcomes in the order given. Safe to repeat, in any order, after any failure.

        Of two in one batch that report one measure, that of the lower key counts.
        """
        ...

    def find(self, query: Query) -> list[Found]:
        """One page of a person's readings, by time, then key."""
        ...

    def latest(self, person: int) -> list[Found]:
        """The newest reading of each kind that the person has."""
        ...


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near two reports of one measure by different devices lie.

    `apart` in time; `rounding`, in the canonical unit, is what one may lose when the two were said in different units
    (in the same unit they must be equal).
    """

    apart: timedelta
    rounding: float


# Half the smallest step of a sensor (1 minute), so that neighbours are never taken for one another; half a printed
# digit of mmol/L. Scales and their applications keep the minute only, and print 0.1 kg or 0.1 lb.
_GLUCOSE = Likeness(timedelta(seconds=29), 0.05 * 18.0156)
_OTHERS = Likeness(timedelta(seconds=90), 0.05)


def likeness(kind: Kind) -> Likeness:
    """How alike two reports of that kind must be to be one measure."""
    return _GLUCOSE if kind in GLUCOSE_KINDS else _OTHERS


def same_measure(one: Reading, other: Reading) -> bool:
    """True if both report one measure: the same device's undated echo, or two devices saying the same at once."""
    if one.kind is not other.kind or one.condition is not other.condition:
        return False
    apart = abs(one.taken_at - other.taken_at)
    if one.device == other.device:
        return one.echo is not None and one.raw == other.raw and apart <= one.echo
    like = likeness(one.kind)
    return one.shared and apart <= like.apart and _same_value(one, other, like.rounding)


def _same_value(one: Reading, other: Reading, rounding: float) -> bool:
    if one.raw.unit is other.raw.unit:
        return one.raw.value == other.raw.value
    return one.value is not None and other.value is not None and abs(one.value - other.value) <= rounding
