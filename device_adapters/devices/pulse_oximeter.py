"""Pulse oximeters (Pulse Oximeter Service 1.0.1, 0x1822): spot-check and continuous measurements."""

from datetime import datetime, timedelta

from device_adapters.conversations import clock_set, listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import number, spoken
from device_adapters.wire.device import CURRENT_TIME
from device_adapters.wire.reader import Reader
from hub.measurements import Condition, Decoded
from hub.quantities import Kind, Quantity, Unit

_SPOT, _CONTINUOUS = "2a5e", "2a5f"
_NO_MEASURE = 0xFC00
"""Measurement status: a demonstration, a test, a calibration; unavailable, questionable or invalid."""
_UNFIT = 0xF80A
"""Device and sensor status: a malfunction, no adequate signal, a sensor off, unknown, displaced or disconnected."""


class _OximeterSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic not in (_SPOT, _CONTINUOUS):
            return Decoded()
        spot = frame.characteristic == _SPOT
        reader = Reader(frame.payload)
        flags = reader.u8()
        saturation, pulse = reader.sfloat(), reader.sfloat()
        stamp, rest = _stamp(reader, flags) if spot else _means(reader, flags)
        status = reader.u16() if rest & 1 else 0
        device = reader.unsigned(3) if rest & 2 else 0
        if rest & 4:
            reader.sfloat()  # how strong the pulse is
        reader.end()
        return spoken(
            self._identity,
            frame,
            [
                (Kind.SPO2, Quantity(number(saturation, Kind.SPO2), Unit.PERCENT)),
                (Kind.HEART_RATE, Quantity(number(pulse, Kind.HEART_RATE), Unit.PER_MIN)),
            ],
            stamp=stamp,
            condition=Condition.SENSOR_FAULT if status & _NO_MEASURE or device & _UNFIT else None,
        )


def _stamp(reader: Reader, flags: int) -> tuple[datetime | None, int]:
    """A spot check's date (nothing if the clock was not set), and its other flags, moved to the right."""
    stamp = reader.date_time() if flags & 1 else None
    return (None if flags & 16 else stamp), flags >> 1


def _means(reader: Reader, flags: int) -> tuple[None, int]:
    """A continuous measurement's fast and slow means are read over; its other flags, moved to the right."""
    reader.take(4 * ((flags & 1) + (flags >> 1 & 1)))
    return None, flags >> 2


PROFILE = Profile(
    name="pulse-oximeter",
    about="pulse oximeters that keep to the SIG; every value a continuous one sends is kept",
    service="1822",
    characteristics=(_SPOT, _CONTINUOUS, CURRENT_TIME),
    open=_OximeterSession,
    converse=clock_set(listening(_SPOT, _CONTINUOUS, idle=timedelta(seconds=10))),
)
