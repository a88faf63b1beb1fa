"""Commercial 4G boxes (Dusun, AVA4) that read blood-glucose meters and scales over Bluetooth, for people without Wi-Fi.

Units are implied by the format: mg/dL (as a string), kg, ohm. Examples: the public AVA4 payload notes of My FirstCare.
"""

from collections.abc import Iterator
from typing import Annotated, Any, NotRequired

from pydantic import Field, TypeAdapter, with_config
from pydantic_core import to_json
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.shapes import EpochSeconds, Number, decimal, epoch, mac, say
from device_adapters.strict_json import STRICT, fit, read
from hub.errors import Refusal
from hub.measurements import Channel, Decoded, Measurement, RawPayload, Refused
from hub.quantities import Kind, Quantity, Unit

_FIELDS = {
    "blood_glucose": (None, Unit.MG_DL),
    "weight": (Kind.WEIGHT, Unit.KG),
    "resistance": (Kind.IMPEDANCE, Unit.OHM),
}


@with_config(STRICT)
class _Entry(TypedDict):
    """One device the box heard; which numbers it holds depends on what it is."""

    scan_time: EpochSeconds
    ble_addr: str
    marker: NotRequired[Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] | None]
    blood_glucose: NotRequired[Number | str]
    weight: NotRequired[Number | str]
    resistance: NotRequired[Number | str]


@with_config(STRICT)
class _Value(TypedDict):
    device_list: list[Any]


@with_config(STRICT)
class _Data(TypedDict):
    value: _Value


@with_config(STRICT)
class _Report(TypedDict):
    data: _Data


_MESSAGE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_REPORT, _ENTRY = TypeAdapter(_Report), TypeAdapter(_Entry)


def decode(raw: RawPayload) -> Decoded:
    """What each device in the report measured; what the box says of itself holds no measure."""
    message = read(_MESSAGE, raw.payload)
    if message.get("type") != "reportAttribute":
        return Decoded()
    measurements: list[Measurement] = []
    refused: list[Refused] = []
    for position, value in enumerate(fit(_REPORT, message)["data"]["value"]["device_list"]):
        try:
            measurements += _entry(fit(_ENTRY, value), raw)
        except Refusal as why:
            refused.append(Refused(position, why))
    return Decoded(tuple(measurements), tuple(refused))


def _entry(entry: _Entry, raw: RawPayload) -> tuple[Measurement, ...]:
    """The entry's measures; the box's clock is only proposed, since it may be years ahead."""
    seconds, marker = entry["scan_time"], entry.get("marker")
    return say(
        raw,
        mac(entry["ble_addr"]),
        tuple(_quantities(entry)),
        stamp=str(seconds),
        device_time=epoch(seconds),
        context=None if marker is None else to_json({"marker": marker}).decode(),
    )


def _quantities(entry: _Entry) -> Iterator[tuple[Kind | None, Quantity]]:
    for name, (kind, unit) in _FIELDS.items():
        match entry.get(name):
            case str(text):
                yield kind, Quantity(decimal(text, name), unit)
            case int(number) | float(number) if number:
                yield kind, Quantity(float(number), unit)


ADAPTER = Adapter(
    name="ble-box-4g",
    about="4G Bluetooth boxes (Dusun, AVA4) with meters and scales; their clock may be years ahead",
    channel=Channel.MQTT,
    sources=("dusun_pub",),
    decode=decode,
)
