"""Blood pressure monitors (Blood Pressure Service 1.1.1, 0x1810): Blood Pressure Measurement, section 3.1."""

from datetime import timedelta

from device_adapters.conversations import clock_set, listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import number, refusing, spoken
from device_adapters.wire.device import CURRENT_TIME
from device_adapters.wire.numbers import Number, Special, names
from device_adapters.wire.reader import Reader
from hub.errors import UnitUnknown
from hub.measurements import Decoded
from hub.quantities import Kind, Quantity, Unit

_MEASUREMENT = "2a35"
_UNKNOWN_USER = 0xFF
_STATUS = (
    "body-movement",
    "cuff-too-loose",
    "irregular-pulse",
    "pulse-above-range",
    "pulse-below-range",
    "improper-position",
)


class _PressureSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic != _MEASUREMENT:
            return Decoded()
        reader = Reader(frame.payload)
        flags = reader.u8()
        systolic, diastolic, mean = reader.sfloat(), reader.sfloat(), reader.sfloat()
        stamp = reader.date_time() if flags & 2 else None
        pulse = reader.sfloat() if flags & 4 else Special.NAN
        user = reader.u8() if flags & 8 else _UNKNOWN_USER
        status = names(reader.u16(), _STATUS) if flags & 16 else []
        reader.end()
        if flags & 1:
            raise UnitUnknown("the monitor measures in kPa; set it to mmHg")
        pressures = [_pressure(Kind.SYSTOLIC, systolic), _pressure(Kind.DIASTOLIC, diastolic)]
        if not isinstance(mean, Special):
            pressures.append(_pressure(Kind.MEAN_PRESSURE, mean))
        if not isinstance(pulse, Special):
            pressures.append((Kind.HEART_RATE, Quantity(float(pulse), Unit.PER_MIN)))
        hint = None if user == _UNKNOWN_USER else user
        context: dict[str, object] = {"status": status} if status else {}
        return spoken(self._identity, frame, pressures, stamp=stamp, hint=hint, context=context)


def _pressure(kind: Kind, value: Number) -> tuple[Kind, Quantity]:
    return kind, Quantity(number(value, kind), Unit.MM_HG)


PROFILE = Profile(
    name="blood-pressure",
    about="blood pressure monitors that keep to the SIG (Omron, A&D, Beurer); in mmHg",
    service="1810",
    characteristics=(_MEASUREMENT, CURRENT_TIME),
    open=_PressureSession,
    converse=clock_set(listening(_MEASUREMENT, idle=timedelta(seconds=10))),
)
