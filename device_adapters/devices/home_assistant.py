"""Home Assistant discovery: what other programs publish there describes topics and units, and measures nothing."""

from device_adapters.adapter import Adapter
from hub.measurements import Channel, Decoded, RawPayload


def decode(raw: RawPayload) -> Decoded:
    """Nothing is measured in a description."""
    return Decoded()


ADAPTER = Adapter(
    name="home-assistant",
    about="Home Assistant discovery messages; they describe, and measure nothing",
    channel=Channel.MQTT,
    sources=("homeassistant/+/+/config", "homeassistant/+/+/+/config"),
    decode=decode,
)
