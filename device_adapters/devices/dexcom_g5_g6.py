"""Dexcom G5 and G6 glucose frames (0x31), read only and never connected: a hub that connects takes the person's slot.

The layout is CGMBLEKit's GlucoseRxMessage, proven by five captures: operation, status, sequence (4), transmitter time
(4, seconds since it was activated), glucose (2, the upper four bits flags), state, trend, CRC-16/XMODEM.
"""

from device_adapters.gatt import Frame, Identity, Profile, Session
from device_adapters.gatt_shapes import measured, said
from device_adapters.wire.crc import check, xmodem
from device_adapters.wire.reader import Reader
from hub.errors import Malformed
from hub.measurements import Condition, Decoded
from hub.quantities import Kind, Quantity, Unit

_GLUCOSE = 0x31
_NUMBER = 0x0FFF
_OK = 6
"""The calibration state of a sensor that is calibrated and works; in every other the number is not shown."""
_LOW, _HIGH = 39, 401
"""How Dexcom writes LOW and HIGH, outside the 40 to 400 mg/dL it measures."""


class _DexcomSession(Session):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def feed(self, frame: Frame) -> Decoded:
        reader = Reader(frame.payload)
        if reader.u8() != _GLUCOSE:
            raise Malformed("only glucose frames (31) are known")
        status, sequence, seconds, word = reader.u8(), reader.unsigned(4), reader.unsigned(4), reader.u16()
        state, trend, checked = reader.u8(), reader.i8(), reader.read_so_far
        check(xmodem(checked), reader.u16())
        reader.end()
        number = word & _NUMBER
        return Decoded(
            (
                measured(
                    self._identity,
                    frame,
                    Kind.GLUCOSE_INTERSTITIAL,
                    Quantity(float(number), Unit.MG_DL),
                    key=f"{sequence} {seconds}",
                    condition=_condition(number, status, state),
                    sequence=sequence,
                    context=said({"trend_mg_dl_per_min": trend / 10, "transmitter_time_s": seconds}),
                ),
            )
        )


def _condition(number: int, status: int, state: int) -> Condition | None:
    if status != 0 or state != _OK or number < _LOW:
        return Condition.SENSOR_FAULT
    if number >= _HIGH:
        return Condition.ABOVE_RANGE
    return Condition.BELOW_RANGE if number == _LOW else None


PROFILE = Profile(
    name="dexcom-g5-g6",
    about="Dexcom G5 and G6 frames, decoded and never connected: a hub would take the place of the person's own phone",
    service="f8083532-849e-531c-c594-30f1f86a4ea5",
    characteristics=("f8083534-849e-531c-c594-30f1f86a4ea5",),
    open=_DexcomSession,
    connected=False,
)
