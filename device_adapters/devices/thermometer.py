"""Thermometers (Health Thermometer Service 1.0, 0x1809): Temperature Measurement, section 3.1."""

from datetime import timedelta

from device_adapters.conversations import clock_set, listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import number, refusing, spoken
from device_adapters.wire.device import CURRENT_TIME
from device_adapters.wire.reader import Reader
from hub.errors import UnitUnknown
from hub.measurements import Decoded
from hub.quantities import Kind, Quantity, Unit

_MEASUREMENT = "2a1c"
_SITES = ("armpit", "body", "ear", "finger", "gastro-intestinal", "mouth", "rectum", "toe", "tympanum")


class _ThermometerSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic != _MEASUREMENT:
            return Decoded()
        reader = Reader(frame.payload)
        flags, temperature = reader.u8(), reader.medical_float()
        stamp = reader.date_time() if flags & 2 else None
        site = reader.u8() if flags & 4 else 0
        reader.end()
        if flags & 1:
            raise UnitUnknown("the thermometer measures in Fahrenheit; set it to Celsius")
        quantity = Quantity(number(temperature, Kind.TEMPERATURE), Unit.CELSIUS)
        context: dict[str, object] = {"site": _SITES[site - 1]} if 1 <= site <= len(_SITES) else {}
        return spoken(self._identity, frame, [(Kind.TEMPERATURE, quantity)], stamp=stamp, context=context)


PROFILE = Profile(
    name="thermometer",
    about="thermometers that keep to the SIG; in degrees Celsius",
    service="1809",
    characteristics=(_MEASUREMENT, CURRENT_TIME),
    open=_ThermometerSession,
    converse=clock_set(listening(_MEASUREMENT, idle=timedelta(seconds=10))),
)
