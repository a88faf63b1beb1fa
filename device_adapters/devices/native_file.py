"""Export files: `vigie import` hands in their rows, each a payload of its own with its original line beside it."""

from device_adapters.adapter import Adapter
from device_adapters.device_readings import decode
from hub.measurements import Channel

ADAPTER = Adapter(
    name="native-file",
    about="the rows of vendors' export files, by `vigie import`; see imports.md",
    channel=Channel.FILE,
    sources=("import",),
    decode=decode,
)
