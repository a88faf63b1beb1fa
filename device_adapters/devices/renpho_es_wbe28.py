"""Renpho ES-WBE28: the SIG's services with a layout of its own.

The weight counts 0.05 kg and its flags have the reserved bit 6; on 0x2A9C comes a record of 19 bytes of which only the
impedance is known. One capture each, the weight as the scale displayed it.
"""

from decimal import Decimal

from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import body_weight, kg, refusing, spoken
from device_adapters.sig_scale import CHARACTERISTICS, COMPOSITION, WEIGHT, converse
from device_adapters.wire.reader import Reader
from device_adapters.wire.scales import tenths, weighing
from hub.errors import Malformed
from hub.measurements import Decoded
from hub.quantities import Kind, Quantity, Unit

_OWN_LAYOUT = 1 << 6
_STEP = Decimal("0.05")
_COMPOSITION_FLAGS = 0x020C


class _RenphoSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic == WEIGHT:
            return self._weighing(frame)
        return self._impedance(frame) if frame.characteristic == COMPOSITION else Decoded()

    def _weighing(self, frame: Frame) -> Decoded:
        said = weighing(frame.payload)
        if not said.flags & _OWN_LAYOUT or said.unit is not Unit.KG:
            raise Malformed("this model's weight is known with flag bit 6 and in kilograms only")
        if not said.weight:
            return Decoded()
        kind, weight = kg(float(said.weight * _STEP))
        return spoken(self._identity, frame, [(kind, body_weight(weight))], stamp=said.stamp, hint=said.user)

    def _impedance(self, frame: Frame) -> Decoded:
        reader = Reader(frame.payload)
        flags, _, ohms, _ = reader.u16(), reader.take(5), reader.u16(), reader.take(10)
        reader.end()
        if flags != _COMPOSITION_FLAGS:
            raise Malformed(f"this model's composition begins with the flags 0x{_COMPOSITION_FLAGS:04X}")
        return spoken(self._identity, frame, [(Kind.IMPEDANCE, Quantity(tenths(ohms), Unit.OHM))] if ohms else [])


PROFILE = Profile(
    name="renpho-es-wbe28",
    about="Renpho ES-WBE28: the SIG's services with weights in 0.05 kg and a composition record of its own",
    service="181d",
    characteristics=CHARACTERISTICS,
    open=_RenphoSession,
    converse=converse,
    models=("ES-WBE28",),
)
