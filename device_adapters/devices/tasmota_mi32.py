"""Tasmota with its MI32 driver: Xiaomi scales among whatever else that box senses; source xsns_62_esp32_mi_ble.ino."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NotRequired

from pydantic import AliasChoices, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.shapes import ECHO, Fields, Number, mac, present, say, scale_unit
from device_adapters.strict_json import STRICT, fit, read, wall_clock
from hub.errors import Refusal
from hub.measurements import Channel, Condition, Decoded, Measurement, RawPayload, Refused
from hub.quantities import Kind, Unit

_PREFIXES = ("MISCALE", "MIBCS")
_OHM: Fields = {"impedance": (Kind.IMPEDANCE, Unit.OHM)}
_Flag = Annotated[int, Field(ge=0, le=1)]


@with_config(STRICT)
class _Scale(TypedDict):
    """One scale; its first release spelled the fields in lower case, later ones say the flags in bridge mode only."""

    mac: str
    stable: NotRequired[Annotated[_Flag, Field(validation_alias=AliasChoices("stabilized", "WeightStabilized"))]]
    removed: NotRequired[Annotated[_Flag, Field(validation_alias=AliasChoices("weight_removed", "WeightRemoved"))]]
    unit: NotRequired[Annotated[str, Field(validation_alias=AliasChoices("weight_unit", "WeightUnit"))]]
    weight: NotRequired[Annotated[Number, Field(validation_alias=AliasChoices("weight", "Weight"))]]
    impedance: NotRequired[Annotated[Number, Field(validation_alias=AliasChoices("impedance", "Impedance"))]]


_MESSAGE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_SCALE = TypeAdapter(_Scale)
_TIME = TypeAdapter(str, config=STRICT)


def decode(raw: RawPayload) -> Decoded:
    """What the scales in the message say; it is repeated each second while the scale is on the air: echoes."""
    if not any(prefix.encode() in raw.payload for prefix in _PREFIXES):
        return Decoded()  # a plug, a thermometer: most of what Tasmota sends
    message = read(_MESSAGE, raw.payload)
    said = fit(_TIME, message.get("Time"))
    clock = wall_clock(said, "Time")
    measurements: list[Measurement] = []
    refused: list[Refused] = []
    for position, (name, value) in enumerate(message.items()):
        if name.startswith(_PREFIXES):
            try:
                measurements += _scale(fit(_SCALE, value), raw, said, clock)
            except Refusal as why:
                refused.append(Refused(position, why))
    return Decoded(tuple(measurements), tuple(refused))


def _scale(scale: _Scale, raw: RawPayload, said: str, clock: datetime) -> Iterator[Measurement]:
    if not scale.get("stable", 1) or not scale.get("weight"):
        return
    fields = {"weight": (Kind.WEIGHT, scale_unit(scale.get("unit"))), **_OHM}
    condition = Condition.WEIGHT_REMOVED if scale.get("removed") else None
    yield from say(
        raw,
        mac(scale["mac"]),
        present(scale, fields),
        stamp=said,
        device_time=clock,
        condition=condition,
        echo=ECHO,
    )


ADAPTER = Adapter(
    name="tasmota-mi32",
    about="Tasmota's MI32 driver; repeats the weight every second, under its own clock",
    channel=Channel.MQTT,
    sources=("tele/+/SENSOR", "stat/+/SENSOR"),
    decode=decode,
)
