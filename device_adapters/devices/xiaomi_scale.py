"""Xiaomi scales, heard from their advertisements: Mi Scale (0x181D, 10 bytes), Body Composition Scale (0x181B, 13).

Connected, the latter sends the same record where the SIG has its Body Composition Measurement (0x2A9C).

Layouts: facts of openScale, xiaomi-ble and Tasmota pull request 25049 (the sentinels).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from struct import unpack

from device_adapters.adapter import Adapter
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.shapes import ECHO, echo_of, mac, say
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_V1, _V2 = "181d", "181b"
_LENGTH = {_V1: 10, _V2: 13}
_SENTINELS = 0xFFF0
"""From here up a number is a message: 0xFFF0 overload, 0xFFFE and 0xFFFD a failed impedance."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """One advertisement, its flag bits named; the last two numbers are raw."""

    pounds: bool
    jin: bool
    stable: bool
    thing: bool
    removed: bool
    date: bytes
    impedance: int
    weight: int

    @property
    def unit(self) -> Unit:
        if self.pounds and self.jin:
            raise Malformed("the frame says pounds and jin at once")
        return Unit.LB if self.pounds else Unit.JIN if self.jin else Unit.KG

    @property
    def condition(self) -> Condition | None:
        if self.thing:
            return Condition.OBJECT_ON_SCALE
        if not self.stable:
            return Condition.UNSTABLE
        return Condition.WEIGHT_REMOVED if self.removed else None


def decode(raw: RawPayload) -> Decoded:
    """The frame's weight and impedance; what stays on the air after stepping off is the same measure, said again."""
    frame = _frame(raw)
    date = _date(frame.date)
    if frame.weight == 0 or (date is None and raw.retained):
        return Decoded()
    condition = frame.condition
    # A number still settling may be the very one the scale then settles on: it must not take its key.
    settled = condition in (None, Condition.WEIGHT_REMOVED)
    stamp = None if date is None else f"{date.isoformat()}{'' if settled else f' {condition}'}"
    # Without a date the broker's repeats must be recognised too; a clock set at the factory still runs and names them.
    echo = echo_of(raw) if date is None else ECHO if date.year < 2000 else None
    quantities = _quantities(frame, settled=settled)
    return Decoded(
        say(raw, mac(raw.address), quantities, stamp=stamp, device_time=date, condition=condition, echo=echo)
    )


def _frame(raw: RawPayload) -> _Frame:
    if len(raw.payload) != _LENGTH[raw.source]:
        raise Malformed(f"service data of 0x{raw.source.upper()} must be {_LENGTH[raw.source]} bytes")
    impedance = 0
    if raw.source == _V1:
        c, weight, date = unpack("<BH7s", raw.payload)
        flags = (c & 1, c & 1 << 4, c & 1 << 5, c & 1 << 6, c & 1 << 7)
    else:
        c0, c1, date, ohms, weight = unpack("<BB7sHH", raw.payload)
        flags = (c0 & 1, c1 & 1 << 6, c1 & 1 << 5, c0 & 1 << 2, c1 & 1 << 7)
        impedance = ohms if c1 & 1 << 1 and ohms < _SENTINELS else 0
    if weight >= _SENTINELS:
        raise Malformed("the scale says that it is overloaded")
    pounds, jin, stable, thing, removed = map(bool, flags)
    return _Frame(pounds, jin, stable, thing, removed, date, impedance, weight)


def _quantities(frame: _Frame, *, settled: bool) -> Iterator[tuple[Kind, Quantity]]:
    yield Kind.WEIGHT, Quantity(frame.weight / (200 if frame.unit is Unit.KG else 100), frame.unit)
    if settled and frame.impedance:
        yield Kind.IMPEDANCE, Quantity(float(frame.impedance), Unit.OHM)


def _date(date: bytes) -> datetime | None:
    """The scale's own clock, in no zone; None if no calendar has that date."""
    year, *rest = unpack("<H5B", date)
    try:
        stamp = datetime(year, *rest)  # noqa: DTZ001 - the display of a clock that knows no zone
    except ValueError:
        return None
    return stamp if 1970 <= year < 2100 else None


ADAPTER = Adapter(
    name="xiaomi-scale",
    about="Mi Scale and Mi Body Composition Scale, heard from their advertisements; their clock may stand at 1970",
    channel=Channel.ADVERT,
    sources=(_V1, _V2),
    decode=decode,
)


class _Connected(Session):
    """The records of a connection, which are those of the advertisements and have their names."""

    def __init__(self, identity: Identity) -> None:
        self._address = identity.address

    def feed(self, frame: Frame) -> Decoded:
        return decode(RawPayload(Channel.GATT, _V2, frame.payload, frame.received_at, self._address))


PROFILE = Profile(
    name="xiaomi-body-scale",
    about="Mi Body Composition Scale, whose record lies where the SIG has another; its advertisements say as much",
    service=_V2,
    characteristics=("2a9c",),
    open=_Connected,
    models=("MIBFS", "MIBCS", "XMTZC02", "XMTZC05", "Mi Body Composition Scale"),
    connected=False,
)
