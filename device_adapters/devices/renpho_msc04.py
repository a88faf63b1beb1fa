"""Renpho R-MSC04: 55AA, command, length (big-endian), fields, the sum of all. 21: still settling; 24: final."""

from datetime import timedelta
from decimal import Decimal

from device_adapters.conversations import listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import body_weight, kg, refusing, spoken
from device_adapters.wire.crc import check
from hub.errors import Malformed
from hub.measurements import Condition, Decoded

_BEGIN = bytes.fromhex("55aa")
_LIVE, _FINAL = 0x21, 0x24
_FIELDS = {_LIVE: 5, _FINAL: 6}
_STEP = Decimal("0.01")
_STREAM = "2a10"


class _RenphoSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        payload = frame.payload
        if len(payload) < 6 or not payload.startswith(_BEGIN) or int.from_bytes(payload[3:5]) != len(payload) - 6:
            raise Malformed("a frame of this scale is 55AA, a command, its length, its fields and a checksum")
        check(sum(payload[:-1]) & 0xFF, payload[-1])
        command = payload[2]
        if command not in _FIELDS:
            return Decoded()
        if len(payload) != 6 + _FIELDS[command]:
            raise Malformed(f"command {command:02X} of this scale has {_FIELDS[command]} bytes")
        kind, weight = kg(float(int.from_bytes(payload[-3:-1]) * _STEP))
        if command == _LIVE:
            return spoken(self._identity, frame, [(kind, weight)], condition=Condition.UNSTABLE)
        return spoken(self._identity, frame, [(kind, body_weight(weight))])


PROFILE = Profile(
    name="renpho-msc04",
    about="Renpho R-MSC04, frames of its own; a number still settling is marked",
    service="1a10",
    characteristics=(_STREAM,),
    open=_RenphoSession,
    converse=listening(_STREAM, idle=timedelta(seconds=30)),
    models=("MSC04",),
)
