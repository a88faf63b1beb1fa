"""Theengs Gateway and OpenMQTTGateway: every Bluetooth beacon of a home, one message each, decoded or raw."""

from typing import NotRequired

from pydantic import TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter, adapters
from device_adapters.shapes import Number, mac, present, say_undated, scale_unit
from device_adapters.strict_json import STRICT, read
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Unit

_BASE_UUID = "-0000-1000-8000-00805f9b34fb"
_NAMES = ("MI SCALE2", "MI_SCALE", "MIBCS", "MIBFS")
_XIAOMI = "5701"
_BY_LENGTH = {10: "181d", 13: "181b"}
_FLAGGED = tuple(_BY_LENGTH.values())
"""What is always decoded again. What a gateway decrypted is not: it has the key."""

_KITCHEN = "SKALE"


@with_config(STRICT)
class _Message(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    manufacturerdata: NotRequired[str]
    servicedata: NotRequired[str]
    servicedatauuid: NotRequired[str]
    model_id: NotRequired[str]
    weighing_mode: NotRequired[str]
    unit: NotRequired[str | None]
    weight: NotRequired[Number]
    impedance: NotRequired[Number]


_MESSAGE = TypeAdapter(_Message)


def decode(raw: RawPayload) -> Decoded:
    """The advertisement itself if we can read it, since only it holds the scale's flags and date; else the fields."""
    if b'"weight"' not in raw.payload and b'"servicedata"' not in raw.payload:
        return Decoded()  # a thermometer, a tag: thousands of them pass here
    message = read(_MESSAGE, raw.payload)
    advert = _advert(message, raw)
    if advert is not None and (advert.source in _FLAGGED or "weight" not in message):
        return Decoded(inner=(advert,))
    if "weight" not in message or message.get("model_id") == _KITCHEN:
        return Decoded()
    unit = scale_unit(message.get("unit"))
    fields = {"weight": (Kind.WEIGHT, unit)}
    if message.get("weighing_mode") == "object":
        condition = Condition.OBJECT_ON_SCALE
        return say_undated(raw, _address(message, raw), present(message, fields), condition=condition)
    fields["impedance"] = (Kind.IMPEDANCE, Unit.OHM)
    return say_undated(raw, _address(message, raw), present(message, fields))


def _advert(message: _Message, raw: RawPayload) -> RawPayload | None:
    """The service data as it came over the air, if some adapter reads its kind."""
    if "servicedata" not in message:
        return None
    try:
        data = bytes.fromhex(message["servicedata"])
    except ValueError:
        raise Malformed("servicedata must be hexadecimal digits") from None
    uuid = _uuid(message, len(data))
    if uuid is None or not any(adapter.claims(Channel.ADVERT, uuid) for adapter in adapters()):
        return None
    return RawPayload(
        Channel.ADVERT, uuid, data, raw.received_at, _address(message, raw), retained=raw.retained, again=raw.again
    )


def _uuid(message: _Message, length: int) -> str | None:
    """The 16-bit service UUID, lower case; the gateway sometimes leaves it out, then a Xiaomi scale's length tells."""
    if "servicedatauuid" in message:
        uuid = message["servicedatauuid"].lower().removeprefix("0x")
        return uuid.removesuffix(_BASE_UUID).removeprefix("0000") if uuid.endswith(_BASE_UUID) else uuid
    named = message.get("name") in _NAMES
    return _BY_LENGTH.get(length) if named or message.get("manufacturerdata", "").startswith(_XIAOMI) else None


def _address(message: _Message, raw: RawPayload) -> str:
    return mac(message.get("id", raw.source.rpartition("/")[2]))


ADAPTER = Adapter(
    name="theengs",
    about="Theengs Gateway and OpenMQTTGateway; raw advertisements are decoded again",
    channel=Channel.MQTT,
    sources=("+/+/BTtoMQTT/+",),
    decode=decode,
)
