"""One device and its readings in the hub's own items: what apps post, and what the rows of an export file become."""

from functools import partial
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.native_item import MOST_ITEMS, Name, measure, measure_one_by_one
from device_adapters.strict_json import STRICT, read
from hub.measurements import Decoded, RawPayload


@with_config(STRICT)
class _Body(TypedDict):
    device: Name
    readings: Annotated[list[Any], Field(min_length=1, max_length=MOST_ITEMS)]


_BODY = TypeAdapter(_Body)


def decode(raw: RawPayload) -> Decoded:
    """The readings in their order; one that is wrong is refused by itself."""
    body = read(_BODY, raw.payload)
    measurements, refused = measure_one_by_one(body["readings"], partial(measure, device=body["device"], raw=raw))
    return Decoded(measurements, refused)
