"""lolouk44/xiaomi_mi_scale: Xiaomi scales read by a small computer, which guesses the user from the weight."""

from datetime import datetime
from typing import NotRequired

from pydantic import TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.shapes import ECHO, Fields, Name, Number, present, say, scale_unit
from device_adapters.strict_json import STRICT, read, wall_clock
from hub.measurements import Channel, Decoded, RawPayload
from hub.quantities import Kind, Unit

# Computed by the sender from a weight it has itself turned into kg, whatever unit the scale shows.
_FIELDS: Fields = {
    "impedance": (Kind.IMPEDANCE, Unit.OHM),
    "body_fat": (Kind.BODY_FAT, Unit.PERCENT),
    "water": (Kind.BODY_WATER, Unit.PERCENT),
    "bone_mass": (Kind.BONE_MASS, Unit.KG),
    "muscle_mass": (Kind.MUSCLE_MASS, Unit.KG),
}


@with_config(STRICT)
class _Message(TypedDict):
    weight: Number
    weight_unit: NotRequired[str]
    impedance: NotRequired[Number]
    body_fat: NotRequired[Number]
    water: NotRequired[Number]
    bone_mass: NotRequired[Number]
    muscle_mass: NotRequired[Number]
    timestamp: Name


_MESSAGE = TypeAdapter(_Message)


def decode(raw: RawPayload) -> Decoded:
    """The weighing; a repeat of it a few seconds later, with its impedance, is an echo of the same weight."""
    message = read(_MESSAGE, raw.payload)
    user = raw.source.split("/")[1]
    fields = {"weight": (Kind.WEIGHT, scale_unit(message.get("weight_unit"))), **_FIELDS}
    clock = _local(message["timestamp"])
    return Decoded(
        say(
            raw,
            f"miscale:{user}",
            present(message, fields),
            stamp=message["timestamp"],
            device_time=clock,
            hint=user,
            echo=ECHO,
        )
    )


def _local(timestamp: str) -> datetime:
    """The sender stamps its local time with +00:00, so that offset says nothing; another one would be meant."""
    stamp = wall_clock(timestamp, "timestamp")
    return stamp if stamp.utcoffset() else stamp.replace(tzinfo=None)


ADAPTER = Adapter(
    name="miscale",
    about="lolouk44/xiaomi_mi_scale, a device a user; its +00:00 is in truth local time",
    channel=Channel.MQTT,
    sources=("miscale/+/weight",),
    decode=decode,
)
