"""dex2mqtt (GuTsaV/dex2mqtt): the latest Dexcom value as bare text, in mmol/L by its format, without time."""

from datetime import timedelta

from device_adapters.adapter import Adapter
from device_adapters.shapes import decimal, say
from hub.errors import NotANumber
from hub.measurements import Channel, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_LONGEST = 20
_ECHO = timedelta(minutes=3)
"""A sensor measures every 5 minutes and often finds the same; longer, and a true value would be taken for an echo."""


def decode(raw: RawPayload) -> Decoded:
    """The value, now; one the broker kept is ignored, since nothing tells when it was."""
    if raw.retained:
        return Decoded()
    if len(raw.payload) > _LONGEST or not raw.payload.isascii():
        raise NotANumber("the message must be one number")
    value = decimal(raw.payload.decode().strip(), "glucose")
    measured = (Kind.GLUCOSE_INTERSTITIAL, Quantity(value, Unit.MMOL_L))
    return Decoded(say(raw, "dex2mqtt", [measured], stamp=None, echo=_ECHO))


ADAPTER = Adapter(
    name="dex2mqtt",
    about="dex2mqtt, the latest Dexcom value as bare mmol/L text; when the sensor stops, it repeats the last",
    channel=Channel.MQTT,
    sources=("glucose/current",),
    decode=decode,
)
