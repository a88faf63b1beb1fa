"""Phone apps: `POST /v1/readings`, one device and its readings, answered one by one after commit."""

from functools import partial
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.native_item import MOST_ITEMS, Name, measure, measure_one_by_one
from device_adapters.strict_json import STRICT, read
from hub.measurements import Channel, Decoded, RawPayload


@with_config(STRICT)
class _Body(TypedDict):
    device: Name
    readings: Annotated[list[Any], Field(min_length=1, max_length=MOST_ITEMS)]


_BODY = TypeAdapter(_Body)


def decode(raw: RawPayload) -> Decoded:
    """The request's readings in their order; one that is wrong is refused by itself."""
    body = read(_BODY, raw.payload)
    measurements, refused = measure_one_by_one(body["readings"], partial(measure, device=body["device"], raw=raw))
    return Decoded(measurements, refused)


ADAPTER = Adapter(
    name="native-http",
    about="phone apps and scripts, over HTTP",
    channel=Channel.HTTP,
    sources=("/v1/readings",),
    decode=decode,
)
