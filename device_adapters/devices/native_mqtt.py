"""Vigie's own gateways: `vigie/v1/up/<gateway>`, numbered messages of items, acknowledged by the hub after commit."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, NotRequired
from uuid import UUID

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.native_item import MOST_ITEMS, Item, measure, measure_one_by_one
from device_adapters.strict_json import STRICT, fit, read, salvage
from hub.errors import Malformed, Refusal
from hub.measurements import WHOLE, Channel, Decoded, Measurement, RawPayload, Refused, Sequence

TOPIC = "vigie/v1/up/"
Count = Annotated[int, Field(ge=0, lt=2**62)]


@with_config(STRICT)
class _Envelope(TypedDict):
    """`seq` counts messages since `boot`; `first`, when given, is the oldest number the gateway still holds."""

    boot: Annotated[UUID, Field(strict=False)]
    seq: Count
    first: NotRequired[Count]


@with_config(STRICT)
class _Message(_Envelope):
    items: Annotated[list[Item], Field(max_length=MOST_ITEMS)]


@with_config(STRICT)
class _Doubtful(_Envelope):
    items: Annotated[list[Any], Field(max_length=MOST_ITEMS)]


_MESSAGE = TypeAdapter(_Message)
_DOUBTFUL = TypeAdapter(_Doubtful)
_ENVELOPE = TypeAdapter(_Envelope)


def decode(raw: RawPayload) -> Decoded:
    """The message's items; an item that is wrong is refused by itself, and the message still counts."""
    gateway = raw.source.removeprefix(TOPIC)
    make = partial(_measure, raw=raw, gateway=gateway)
    try:
        message = read(_MESSAGE, raw.payload)
        measurements = tuple(map(make, message["items"]))
        return Decoded(measurements, sequence=_sequence(gateway, message))
    except Refusal:
        return _piecemeal(raw, gateway, make)


def _piecemeal(raw: RawPayload, gateway: str, make: Callable[[Item], Measurement]) -> Decoded:
    """What is right of a message in which something is wrong; if all is, still which message it was."""
    try:
        doubtful = read(_DOUBTFUL, raw.payload)
    except Refusal as why:
        return Decoded(refused=(Refused(WHOLE, why),), sequence=_sequence(gateway, _envelope(raw, why)))
    measurements, refused = measure_one_by_one(doubtful["items"], make)
    return Decoded(measurements, refused, sequence=_sequence(gateway, doubtful))


def _envelope(raw: RawPayload, why: Refusal) -> _Envelope:
    """The envelope of a message that cannot be used, so that its gateway may forget it; raises `why` if it has none."""
    try:
        return fit(_ENVELOPE, salvage(raw.payload))
    except Refusal:
        raise why from None


def _measure(item: Item, raw: RawPayload, gateway: str) -> Measurement:
    if "device" not in item:
        raise Malformed("device is missing: every item names the device that measured it")
    return measure(item, item["device"], raw, gateway)


def _sequence(gateway: str, envelope: _Envelope) -> Sequence:
    return Sequence(gateway, str(envelope["boot"]), envelope["seq"], envelope.get("first"))


ADAPTER = Adapter(
    name="native-mqtt",
    about="Vigie's own gateways; the hub's acknowledgement says what is committed",
    channel=Channel.MQTT,
    sources=(TOPIC + "+",),
    decode=decode,
)
