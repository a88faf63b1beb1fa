"""QN-Scale (Renpho ES-26M and its kin): operation, length, protocol, fields, the sum of all; big-endian.

Only the 14-byte weight frame of the ES-26M is known. Others of the family put the weight elsewhere: they are refused.
The maker's application also writes settings; a scale that waits for them says nothing here.
"""

from datetime import timedelta
from decimal import Decimal

from device_adapters.conversations import listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import body_weight, kg, refusing, spoken
from device_adapters.wire.crc import check
from hub.errors import Malformed
from hub.measurements import Condition, Decoded

_WEIGHT, _LENGTH, _FINAL = 0x10, 14, 2
_STEP = Decimal("0.01")
_STREAM = "ffe1"


class _QnSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        payload = frame.payload
        if len(payload) < 3 or payload[1] != len(payload):
            raise Malformed("a frame of this scale says its own length in its second byte")
        check(sum(payload[:-1]) & 0xFF, payload[-1])
        if payload[0] != _WEIGHT:
            return Decoded()
        if len(payload) != _LENGTH:
            raise Malformed(f"a weight of this model has {_LENGTH} bytes; this is another of the family")
        kind, weight = kg(float(int.from_bytes(payload[5:7]) * _STEP))
        if payload[4] != _FINAL:
            return spoken(self._identity, frame, [(kind, weight)], condition=Condition.UNSTABLE)
        resistances = {f"impedance_{n}_ohm": int.from_bytes(payload[5 + 2 * n : 7 + 2 * n]) for n in (1, 2)}
        return spoken(self._identity, frame, [(kind, body_weight(weight))], context={**resistances})


PROFILE = Profile(
    name="qn-scale",
    about="QN-Scale, the Renpho ES-26M: frames of its own with weight and two impedances; only listened to",
    service="ffe0",
    characteristics=(_STREAM,),
    open=_QnSession,
    converse=listening(_STREAM, idle=timedelta(seconds=30)),
    models=("ES-26M", "QN-Scale"),
)
