"""serge1peshcoff/xiaomi-scale-2-mqtt: one Xiaomi scale; its source is scale.js and measurement.js."""

from datetime import datetime
from typing import Annotated, NotRequired

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.shapes import Fields, Number, present, say, say_undated, scale_unit
from device_adapters.strict_json import STRICT, read, wall_clock
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Unit

_TOPIC = "mi.scale2"
_OHM: Fields = {"impedance": (Kind.IMPEDANCE, Unit.OHM)}
# Computed by the sender as if the weight were in kg: from pounds they are wrong.
_COMPUTED: Fields = {
    "fat": (Kind.BODY_FAT, Unit.PERCENT),
    "muscle": (Kind.MUSCLE_MASS, Unit.KG),
    "bone": (Kind.BONE_MASS, Unit.KG),
}


@with_config(STRICT)
class _Message(TypedDict):
    date: NotRequired[str | None]
    stable: NotRequired[Annotated[bool, Field(validation_alias="isStabilized")]]
    removed: NotRequired[Annotated[bool, Field(validation_alias="loadRemoved")]]
    unit: NotRequired[str]
    weight: Number
    impedance: NotRequired[Number | None]
    fat: NotRequired[Annotated[Number | None, Field(validation_alias="fatPercentage")]]
    muscle: NotRequired[Annotated[Number | None, Field(validation_alias="muscleMass")]]
    bone: NotRequired[Annotated[Number | None, Field(validation_alias="boneMass")]]


_MESSAGE = TypeAdapter(_Message)


def decode(raw: RawPayload) -> Decoded:
    """The weighing; its date is a month late (JavaScript counts months from 0), so that receipt will date it."""
    message = read(_MESSAGE, raw.payload)
    unit, date = scale_unit(message.get("unit")), message.get("date")
    fields = {"weight": (Kind.WEIGHT, unit), **_OHM, **(_COMPUTED if unit is Unit.KG else {})}
    condition = _condition(message)
    quantities = present(message, fields)
    if date is None:
        return say_undated(raw, _TOPIC, quantities, condition=condition)
    stamp = date if condition is not Condition.UNSTABLE else f"{date} {condition}"
    clock: datetime = wall_clock(date, "date")
    return Decoded(say(raw, _TOPIC, quantities, stamp=stamp, device_time=clock, condition=condition))


def _condition(message: _Message) -> Condition | None:
    if not message.get("stable", True):
        return Condition.UNSTABLE
    return Condition.WEIGHT_REMOVED if message.get("removed", False) else None


ADAPTER = Adapter(
    name="xiaomi-scale-2-mqtt",
    about="xiaomi-scale-2-mqtt, one scale; its date is a month late and therefore not believed",
    channel=Channel.MQTT,
    sources=(_TOPIC,),
    decode=decode,
)
