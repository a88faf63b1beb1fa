"""Older Beurer and Sanitas scales (SBF70, BF700, BF800): an own stream on 0xFFE1, big-endian, to be acknowledged.

58: a weight while it settles. 59: a measurement in three parts, whose body water lies across the border of two.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import repeat

from device_adapters.gatt import Conversation, Frame, Identity, Listen, Memory, Profile, Session, Subscribe, Write
from device_adapters.gatt_shapes import kg, spoken
from device_adapters.wire.scales import tenths
from hub.errors import Malformed
from hub.measurements import Condition, Decoded
from hub.quantities import Kind, Quantity, Unit

_STREAM = "ffe1"
_STARTS = (0xE7, 0xF7)
_LIVE, _MEASUREMENT = 0x58, 0x59
_ACKNOWLEDGE = 0xF1
_STEP = Decimal("0.05")
_IDLE = timedelta(seconds=30)


class _StreamSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._stamp: datetime | None = None
        self._water: int | None = None

    def feed(self, frame: Frame) -> Decoded:
        payload = frame.payload
        if len(payload) < 2 or payload[0] not in _STARTS:
            raise Malformed("a frame of this scale begins with E7 or F7")
        if payload[1] == _LIVE:
            return self._live(frame)
        return self._part(frame) if payload[1] == _MEASUREMENT else Decoded()

    def _live(self, frame: Frame) -> Decoded:
        _must_have(frame, 5)
        return spoken(self._identity, frame, _weight(frame.payload[3:5]), condition=Condition.UNSTABLE)

    def _part(self, frame: Frame) -> Decoded:
        count_and_part = tuple(frame.payload[2:4])
        if count_and_part in ((3, 2), (3, 3)):
            _must_have(frame, 15)
            return self._second(frame) if count_and_part == (3, 2) else self._third(frame)
        self._stamp = self._water = None
        return Decoded()

    def _second(self, frame: Frame) -> Decoded:
        body = frame.payload[4:]
        self._stamp = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int.from_bytes(body[:4]))
        self._water = body[10]
        ohms, fat = int.from_bytes(body[6:8]), int.from_bytes(body[8:10])
        quantities = [*_weight(body[4:6]), *_percent(Kind.BODY_FAT, fat)]
        if ohms:
            quantities.append((Kind.IMPEDANCE, Quantity(float(ohms), Unit.OHM)))
        return spoken(self._identity, frame, quantities, stamp=self._stamp)

    def _third(self, frame: Frame) -> Decoded:
        """Its last fields (bone, the basal rate) are not proven by any display, and left."""
        body = frame.payload[4:]
        quantities = list(_percent(Kind.MUSCLE_PERCENT, int.from_bytes(body[1:3])))
        if self._water is not None:
            quantities += _percent(Kind.BODY_WATER, self._water << 8 | body[0])
        decoded = spoken(self._identity, frame, quantities, stamp=self._stamp)
        self._stamp = self._water = None
        return decoded


def _must_have(frame: Frame, count: int) -> None:
    if len(frame.payload) != count:
        raise Malformed(f"this frame of the scale has {count} bytes")


def _weight(two: bytes) -> Iterator[tuple[Kind, Quantity]]:
    if any(two):
        yield kg(float(int.from_bytes(two) * _STEP))


def _percent(kind: Kind, value: int) -> Iterator[tuple[Kind, Quantity]]:
    if value:
        yield kind, Quantity(tenths(value), Unit.PERCENT)


def _converse(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
    """Hear the stream and acknowledge each frame, which the scale waits for."""
    yield Subscribe(_STREAM)
    for _ in repeat(None):
        frame = yield Listen(lambda _frame: True, _IDLE)
        if not isinstance(frame, Frame):
            return
        if len(frame.payload) > 3 and frame.payload[1] in (_LIVE, _MEASUREMENT):
            yield Write(_STREAM, bytes((frame.payload[0], _ACKNOWLEDGE)) + frame.payload[1:4])


PROFILE = Profile(
    name="sanitas-sbf70",
    about="older Beurer and Sanitas scales with a stream of their own, to be acknowledged frame by frame",
    service="ffe0",
    characteristics=(_STREAM,),
    open=_StreamSession,
    converse=_converse,
    models=("SBF70", "SBF75", "BF700", "BF-700", "BF800", "BF-800", "BF710"),
)
