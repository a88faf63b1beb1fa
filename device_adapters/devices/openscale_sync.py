"""openScale-sync: what the openScale app holds, by user; its sources are MQTTSync.kt and OpenScaleMeasurement.kt.

Deleting and clearing in openScale deletes nothing here: removing a reading is the person's own act in Vigie.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NotRequired

from pydantic import AliasChoices, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.adapter import Adapter
from device_adapters.shapes import Fields, Number, epoch, present, say, scale_unit
from device_adapters.strict_json import STRICT, fit, instant, read
from hub.errors import Malformed, Refusal
from hub.measurements import Channel, Decoded, Measurement, RawPayload, Refused
from hub.quantities import Kind, Quantity, Unit

_WEIGHT: Fields = {"weight": (Kind.WEIGHT, Unit.KG)}
_SHARES: Fields = {
    "body_fat": (Kind.BODY_FAT, Unit.PERCENT),
    "water": (Kind.BODY_WATER, Unit.PERCENT),
    "muscle": (Kind.MUSCLE_PERCENT, Unit.PERCENT),
}
_FLAT: Fields = {**_WEIGHT, **_SHARES}
"""What the flat fields and the history's columns are, by their format; 0.0 and null are absent."""

_KINDS: Mapping[str, Kind] = {name: kind for name, (kind, _) in _FLAT.items()} | {
    "bone": Kind.BONE_MASS,
    "heart_rate": Kind.HEART_RATE,
    "impedance": Kind.IMPEDANCE,
}
_MINUTE = timedelta(minutes=1)
_Millis = Annotated[int, Field(ge=0, lt=253_402_300_800_000)]


@with_config(STRICT)
class _Measured(TypedDict):
    """An insert, update or last; a minified release called the date `a` and the weight `b`."""

    date: Annotated[_Millis | str, Field(validation_alias=AliasChoices("date", "a"))]
    weight: NotRequired[Annotated[Number, Field(validation_alias=AliasChoices("weight", "b"))]]
    body_fat: NotRequired[Number]
    water: NotRequired[Number]
    muscle: NotRequired[Number]
    values: NotRequired[list[Any]]


@with_config(STRICT)
class _Value(TypedDict):
    """One of `values`, or one cell of the history: it describes itself, its unit in UCUM."""

    key: str
    unit: NotRequired[str]
    value: NotRequired[Any]


@with_config(STRICT)
class _History(TypedDict):
    """Everything the app holds, one row a measure."""

    fields: list[str]
    units: dict[str, str]
    rows: list[list[Any]]


_MEASURED, _VALUE, _HISTORY = TypeAdapter(_Measured), TypeAdapter(_Value), TypeAdapter(_History)
_NUMBER: TypeAdapter[float | None] = TypeAdapter(Number | None, config=STRICT)
_MILLIS: TypeAdapter[int] = TypeAdapter(_Millis, config=STRICT)


def decode(raw: RawPayload) -> Decoded:
    """The measures; the same one, inserted, updated, said last or in the history, has one name by its minute."""
    match raw.source.rpartition("/")[2]:
        case "delete" | "clear":
            return Decoded()
        case "history":
            return _history(read(_HISTORY, raw.payload), raw)
        case "insert" | "update" | "last":
            # With nothing left to say, `last` is kept as an empty object.
            return Decoded() if raw.payload.strip() == b"{}" else _measured(read(_MEASURED, raw.payload), raw)
        case action:
            raise Malformed(f"openScale-sync does not publish measurements/{action[:20]}")


def _measured(message: _Measured, raw: RawPayload) -> Decoded:
    date, values = message["date"], message.get("values", [])
    said, refused = _read(enumerate(values))
    # `values` say the weight with its unit; the shares of it stand there in kg for some users, and flat always in %.
    found = dict(present(message, _SHARES if values else _FLAT)) | said
    moment = epoch(date / 1000) if isinstance(date, int) else instant(date, "date")
    return Decoded(_say(raw, moment, found), refused)


def _history(history: _History, raw: RawPayload) -> Decoded:
    units = {name: unit.value for name, (_, unit) in _FLAT.items()} | history["units"]
    measurements: list[Measurement] = []
    refused: list[Refused] = []
    for position, row in enumerate(history["rows"]):
        cells = dict(zip(history["fields"], row, strict=False))
        try:
            moment = epoch(fit(_MILLIS, cells.pop("date", None)) / 1000)
        except Refusal as why:
            refused.append(Refused(position, why))
            continue
        found, bad = _read(
            (position, {"key": name, "unit": units.get(name, ""), "value": cell}) for name, cell in cells.items()
        )
        measurements += _say(raw, moment, found)
        refused += bad
    return Decoded(tuple(measurements), tuple(refused))


def _read(values: Iterable[tuple[int, object]]) -> tuple[dict[Kind, Quantity], tuple[Refused, ...]]:
    """What the self-describing values say, and those that are refused, by their position."""
    found: dict[Kind, Quantity] = {}
    refused: list[Refused] = []
    for position, value in values:
        try:
            found.update(_quantity(fit(_VALUE, value)))
        except Refusal as why:
            refused.append(Refused(position, why))
    return found, tuple(refused)


def _quantity(item: _Value) -> Iterator[tuple[Kind, Quantity]]:
    """The value, if its kind is kept and it was measured; raises NotANumber, UnitMissing, UnitUnknown."""
    kind = _KINDS.get(item["key"].lower())
    number = None if kind is None else fit(_NUMBER, item.get("value"))
    if kind is None or not number:
        return
    unit = scale_unit(item.get("unit"))
    if kind is Kind.MUSCLE_PERCENT and unit is not Unit.PERCENT:
        kind = Kind.MUSCLE_MASS
    if unit is Unit.PERCENT or kind not in (Kind.BODY_FAT, Kind.BODY_WATER):
        yield kind, Quantity(number, unit)


def _say(raw: RawPayload, moment: datetime, found: Mapping[Kind, Quantity]) -> tuple[Measurement, ...]:
    """One user's measures; messages know the minute and the history the millisecond, so the minute names them."""
    levels = raw.source.split("/")
    user = levels[1] if len(levels) == 4 else None
    stamp = str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MINUTE)
    device = "openscale" if user is None else f"openscale:{user}"
    return say(raw, device, found.items(), stamp=stamp, taken_at=moment, hint=user)


ADAPTER = Adapter(
    name="openscale-sync",
    about="the openScale app's sync, a device a user; its messages know the minute only, and repeat what they said",
    channel=Channel.MQTT,
    sources=("openScaleSync/+/measurements/+", "openScaleSync/measurements/+"),
    decode=decode,
)
