"""Phone apps: `POST /v1/readings`, one device and its readings, answered one by one after commit."""

from device_adapters.adapter import Adapter
from device_adapters.device_readings import decode
from hub.measurements import Channel

ADAPTER = Adapter(
    name="native-http",
    about="phone apps and scripts, over HTTP",
    channel=Channel.HTTP,
    sources=("/v1/readings",),
    decode=decode,
)
