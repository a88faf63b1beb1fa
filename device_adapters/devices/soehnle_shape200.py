"""Soehnle Shape Sense Connect 200: records of its own, 15 bytes, big-endian, from one capture.

What its two impedances are measured in is not known: they stay in the context.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from struct import unpack

from device_adapters.conversations import listening
from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import body_weight, kg, refusing, spoken
from hub.errors import Malformed
from hub.measurements import Decoded

_WEIGHING, _LENGTH = 9, 15
_STEP = Decimal("0.1")
_STREAM = "352e3001-28e9-40b8-a361-6db4cca4147c"


class _ShapeSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        if not frame.payload or frame.payload[0] != _WEIGHING:
            return Decoded()
        if len(frame.payload) != _LENGTH:
            raise Malformed(f"a weighing of this scale has {_LENGTH} bytes")
        _, user, year, month, day, hour, minute, second, weight, *impedances = unpack(">BBHBBBBBHHH", frame.payload)
        kind, quantity = kg(float(weight * _STEP))
        context: dict[str, object] = {f"impedance_{n}": value for n, value in enumerate(impedances, start=1)}
        stamp = _stamp(year, month, day, hour, minute, second)
        weighings = [(kind, body_weight(quantity))] if weight else []
        return spoken(self._identity, frame, weighings, stamp=stamp, context=context, hint=user)


def _stamp(*display: int) -> datetime | None:
    try:
        return datetime(*display)  # type: ignore[arg-type]  # noqa: DTZ001 - the display of a clock that knows no zone
    except ValueError:
        return None


PROFILE = Profile(
    name="soehnle-shape200",
    about="Soehnle Shape Sense Connect 200, records of its own with the user's number as a hint",
    service="352e3000-28e9-40b8-a361-6db4cca4147c",
    characteristics=(_STREAM,),
    open=_ShapeSession,
    converse=listening(_STREAM, idle=timedelta(seconds=30)),
    models=("Shape200", "Shape 200", "Shape Sense Connect 200"),
)
