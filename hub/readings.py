"""Readings: measurements that are somebody's. `tie` is the only place where one is made."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

from hub.errors import ForeignGateway, ImplausibleTime, NotPaired, UnitMismatch
from hub.measurements import Channel, Condition, Measurement
from hub.quantities import Kind, Quantity, believe, to_canonical
from hub.records import DeviceKind, HeldDevice, Holding

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No connected device recorded anything before; a clock that says so has lost its battery (1970) or never had one."""

AHEAD = timedelta(minutes=10)
"""How far a clock may run ahead of ours and still be believed."""

BEHIND = timedelta(hours=24)
"""How old a live measurement's own stamp may be before the time of receipt is the better guess."""


EXPORTED = "vigie:"
"""How the key of a reading from one of our own exports begins; 24 hexadecimal digits follow."""

_EXPORTED = re.compile(f"{EXPORTED}[0-9a-f]{{24}}")

Key = bytes
"""A reading's identity, 16 bytes; a UUID to the database and to the outside."""

_IMPOSSIBLE = "the time is before 2000 or in the future; set the device's clock, then replay"


_QUARTER = 15 * 60


class TimeSource(StrEnum):
    """Which clock gave a reading its time."""

    SENDER = "sender"
    DEVICE = "device"
    RECEIPT = "receipt"


class Attribution(IntEnum):
    """How a shared device's reading came to its person; the numbers are stored and never change meaning."""

    GIVEN = 1
    CONFIRMED = 2


TIME_SOURCE_NUMBER = {source: n for n, source in enumerate(TimeSource, start=1)}
TIME_SOURCE_BY_NUMBER = {n: source for source, n in TIME_SOURCE_NUMBER.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A believed measurement in somebody's record: canonical value, UTC time with the holder's offset (minutes).

    `person` is None while a shared device's reading waits in its `household`'s inbox.
    `value` is None when the device gave only a bound of its range; the bound is then in `raw`, the reason in
    `condition`. `device_time` is the device's own clock as it stood, corrected by nobody.
    `shared` is true when another device of theirs measures the same: this may be a second report of one measure.
    `echo` is set for undated measurements: an identical one of the same device within it is the same.
    """

    person: int | None
    household: int | None
    kind: Kind
    value: float | None
    taken_at: datetime
    utc_offset: int
    device: int
    key: Key
    raw: Quantity
    received_at: datetime
    channel: Channel
    time_source: TimeSource
    device_time: datetime | None = None
    condition: Condition | None = None
    sequence: int | None = None
    context: str | None = None
    hint: str | None = None
    echo: timedelta | None = None
    shared: bool = False


def tie(measurement: Measurement, held: HeldDevice) -> Reading:
    """The measurement as a reading of whoever held the device when it was taken.

    Raises ForeignGateway, NotPaired, ImplausibleTime, UnitMismatch, UnitSuspect, ImplausibleValue, NotANumber.
    """
    device = held.device
    if device.gateway is not None and measurement.gateway not in (None, device.gateway):
        raise ForeignGateway("this device belongs to another gateway; register it with the one that now hears it")
    kind = measurement.kind or _glucose_kind(device.kind)
    bound = measurement.condition is not None and measurement.condition.bounds_only
    number = (to_canonical if bound else believe)(kind, measurement.quantity)
    holding, taken_at, source = _hold(measurement, held.holdings)
    return Reading(
        person=holding.person,
        household=holding.household,
        kind=kind,
        value=None if bound else number,
        taken_at=taken_at,
        utc_offset=_offset_minutes(taken_at, holding.zone),
        device=device.number,
        key=reading_key(device.number, measurement.key),
        raw=measurement.quantity,
        received_at=measurement.received_at,
        channel=measurement.channel,
        time_source=source,
        device_time=measurement.device_time,
        condition=measurement.condition,
        sequence=measurement.sequence,
        context=measurement.context,
        hint=measurement.hint,
        echo=measurement.echo,
        shared=holding.shared,
    )


def reading_key(device: int, key: str) -> Key:
    """A reading's identity: its device's number, then 96 bits of its sender's key (so a device's keys lie together).

    An exported reading bears those bits as its key: imported anywhere, it is the same reading of its device.
    """
    if key.startswith(EXPORTED) and _EXPORTED.fullmatch(key):
        return device.to_bytes(4) + bytes.fromhex(key.removeprefix(EXPORTED))
    return device.to_bytes(4) + blake2b(key.encode(), digest_size=12).digest()


def _glucose_kind(device: DeviceKind) -> Kind:
    match device:
        case DeviceKind.CGM:
            return Kind.GLUCOSE_INTERSTITIAL
        case DeviceKind.METER:
            return Kind.GLUCOSE_CAPILLARY
        case DeviceKind.SCALE:
            raise UnitMismatch("a scale does not measure glucose; register the device as a cgm or a meter")


def _hold(measurement: Measurement, holdings: tuple[Holding, ...]) -> tuple[Holding, datetime, TimeSource]:
    """The holding at the time it was taken; the time itself needs the holder's zone when the device has none."""
    for holding in holdings:
        taken_at, source = _place(measurement, holding.zone)
        if holding.covers(taken_at):
            return holding, taken_at, source
    raise NotPaired("the device was nobody's at that time; pair it with a person or a household, then replay")


def _place(measurement: Measurement, zone: ZoneInfo) -> tuple[datetime, TimeSource]:
    """When it was taken, in UTC, and which clock says so; raises ImplausibleTime."""
    try:
        return _place_by_clock(measurement, zone)
    except OverflowError:  # the year 1 or 9999, moved to UTC
        raise ImplausibleTime(_IMPOSSIBLE) from None


def _place_by_clock(measurement: Measurement, zone: ZoneInfo) -> tuple[datetime, TimeSource]:
    received = measurement.received_at
    if measurement.taken_at is not None:
        return _possible(measurement.taken_at.astimezone(UTC), received), TimeSource.SENDER
    if measurement.device_time is None:
        return _receipt(measurement)
    try:
        instant = _localise(measurement.device_time, zone, received)
    except OverflowError:
        return _receipt(measurement)
    if measurement.stored:
        return _possible(instant, received), TimeSource.DEVICE
    if received - BEHIND <= instant <= received + AHEAD:
        return instant, TimeSource.DEVICE
    return _receipt(measurement)


def _receipt(measurement: Measurement) -> tuple[datetime, TimeSource]:
    """The time of receipt, which dates what is live and never what was stored."""
    if measurement.stored:
        raise ImplausibleTime(_IMPOSSIBLE)
    return measurement.received_at, TimeSource.RECEIPT


def _possible(instant: datetime, received: datetime) -> datetime:
    if EARLIEST <= instant <= received + AHEAD:
        return instant
    raise ImplausibleTime(_IMPOSSIBLE)


def _localise(stamp: datetime, zone: ZoneInfo, received: datetime) -> datetime:
    """A wall-clock time in its zone; of the two instants it may mean, the later one that can have been at receipt.

    It may mean two where clocks are turned back, and where they are turned forward and somebody's was not.
    """
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC)
    both = [stamp.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max((instant for instant in both if instant <= received + AHEAD), default=min(both))


def _offset_minutes(moment: datetime, zone: ZoneInfo) -> int:
    """The zone's UTC offset at that moment; today's zones change it at a whole quarter of an hour only."""
    return _offset_of_quarter(int(moment.timestamp()) // _QUARTER, zone)


@lru_cache(maxsize=16_384)
def _offset_of_quarter(quarter: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(quarter * _QUARTER, zone).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)
