"""dexpy (winemug/dexpy): a Dexcom sensor's values as text, `<unix seconds>|<trend>|<mg/dL>`."""

from pydantic_core import to_json

from device_adapters.adapter import Adapter
from device_adapters.shapes import decimal, epoch, say
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_LONGEST = 100
_LOW, _HIGH = 39, 401
"""How Dexcom writes LOW and HIGH, outside the 40 to 400 mg/dL it measures; below 39 are the sensor's error codes."""


def decode(raw: RawPayload) -> Decoded:
    """The one value of the message, dated by Dexcom's own clock."""
    if len(raw.payload) > _LONGEST or not raw.payload.isascii() or b"\0" in raw.payload:
        raise Malformed("the message must be seconds|trend|mg/dL")
    try:
        seconds, trend, value = raw.payload.decode().strip().split("|")
    except ValueError:
        raise Malformed("the message must be seconds|trend|mg/dL") from None
    if not (seconds.isdigit() and len(seconds) <= 11):
        raise Malformed("the time must be whole seconds since 1970")
    number = decimal(value, "glucose")
    measured = (Kind.GLUCOSE_INTERSTITIAL, Quantity(number, Unit.MG_DL))
    user = raw.source.rpartition("/")[2]
    return Decoded(
        say(
            raw,
            f"dexpy:{user}",
            [measured],
            stamp=seconds,
            taken_at=epoch(int(seconds)),
            condition=_condition(number),
            context=to_json({"trend": trend}).decode(),
            hint=user,
        )
    )


def _condition(value: float) -> Condition | None:
    if value < _LOW:
        return Condition.SENSOR_FAULT
    return {_LOW: Condition.BELOW_RANGE, _HIGH: Condition.ABOVE_RANGE}.get(int(value))


ADAPTER = Adapter(
    name="dexpy",
    about="dexpy, Dexcom values as text; sends up to a day of missed ones after an interruption",
    channel=Channel.MQTT,
    sources=("dexpy/+",),
    decode=decode,
)
