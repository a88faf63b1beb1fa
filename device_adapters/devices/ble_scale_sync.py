"""ble-scale-sync: a scale's last weighing, without time, unit or name; by its format in kg, and kept by the broker."""

from typing import Annotated, NotRequired

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.shapes import Fields, Number, present, say_undated
from device_adapters.strict_json import STRICT, read
from hub.measurements import Channel, Decoded, RawPayload
from hub.quantities import Kind, Unit

_TOPIC = "scale/body-composition"
_FIELDS: Fields = {
    "weight": (Kind.WEIGHT, Unit.KG),
    "impedance": (Kind.IMPEDANCE, Unit.OHM),
    "body_fat": (Kind.BODY_FAT, Unit.PERCENT),
    "water": (Kind.BODY_WATER, Unit.PERCENT),
    "bone": (Kind.BONE_MASS, Unit.KG),
    "muscle": (Kind.MUSCLE_MASS, Unit.KG),
}


@with_config(STRICT)
class _Message(TypedDict):
    weight: Number
    impedance: NotRequired[Number | None]
    body_fat: NotRequired[Annotated[Number | None, Field(validation_alias="bodyFatPercent")]]
    water: NotRequired[Annotated[Number | None, Field(validation_alias="waterPercent")]]
    bone: NotRequired[Annotated[Number | None, Field(validation_alias="boneMass")]]
    muscle: NotRequired[Annotated[Number | None, Field(validation_alias="muscleMass")]]


_MESSAGE = TypeAdapter(_Message)


def decode(raw: RawPayload) -> Decoded:
    """The weighing just made; one the broker kept is ignored, since nothing tells when it was."""
    user = raw.source.removeprefix(_TOPIC).removeprefix("/")
    if user.rpartition("/")[2] == "status":
        return Decoded()
    message = read(_MESSAGE, raw.payload)
    device = f"ble-scale-sync:{user}" if user else "ble-scale-sync"
    return say_undated(raw, device, present(message, _FIELDS), hint=user or None)


ADAPTER = Adapter(
    name="ble-scale-sync",
    about="ble-scale-sync, a device a user; says no time, so what the broker kept is ignored",
    channel=Channel.MQTT,
    sources=(_TOPIC, _TOPIC + "/+", _TOPIC + "/+/status"),
    decode=decode,
)
