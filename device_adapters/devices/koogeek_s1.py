"""Koogeek S1: 55AA55AA, type, length, fields, the exclusive or of them all. Known from one finished weighing."""

from datetime import timedelta
from decimal import Decimal
from functools import reduce
from operator import xor

from device_adapters.conversations import listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import body_weight, kg, refusing, spoken
from device_adapters.wire.crc import check
from hub.errors import Malformed
from hub.measurements import Condition, Decoded
from hub.quantities import Kind, Quantity, Unit

_BEGIN = bytes.fromhex("55aa55aa0307")
_LENGTH = 14
_FINAL = 1
_STEP = Decimal("0.1")
_STREAMS = ("fff1", "fff4")


class _KoogeekSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        payload = frame.payload
        if len(payload) != _LENGTH or not payload.startswith(_BEGIN):
            raise Malformed("only this scale's 14-byte weighing is known")
        check(reduce(xor, payload[:-1]), payload[-1])
        condition = None if payload[6] == _FINAL else Condition.UNSTABLE
        kind, weight = kg(float(int.from_bytes(payload[9:11]) * _STEP))
        quantities = [(kind, weight if condition else body_weight(weight))]
        if ohms := int.from_bytes(payload[11:13]):
            quantities.append((Kind.IMPEDANCE, Quantity(float(ohms), Unit.OHM)))
        return spoken(self._identity, frame, quantities, condition=condition)


PROFILE = Profile(
    name="koogeek-s1",
    about="Koogeek S1, a frame of its own with weight and impedance",
    service="fff0",
    characteristics=_STREAMS,
    open=_KoogeekSession,
    converse=listening(*_STREAMS, idle=timedelta(seconds=30)),
    models=("Koogeek",),
)
