"""The hub's own item: one measurement with its id, unit and time, as gateways (MQTT) and apps (HTTP) send it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, TypeAdapter, with_config
from pydantic_core import to_json
from typing_extensions import TypedDict

from device_adapters.strict_json import STRICT, fit, instant, parse, wall_clock
from hub.errors import KindUnknown, Malformed, Refusal
from hub.measurements import Channel, Condition, Measurement, RawPayload, Refused
from hub.quantities import Kind, Quantity, parse_unit

Name = Annotated[str, Field(min_length=1, max_length=200)]
Short = Annotated[str, Field(min_length=1, max_length=64)]
Named = Annotated[Condition, Field(strict=False)]  # by its name, which strictly is no Condition yet
Hint = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Heard = Literal["gatt", "advert"]  # how a gateway came by it; without it, the way the message itself took
Echo = Annotated[int, Field(ge=0, le=86_400)]
MOST_ITEMS = 5_000
"""Items in one message; more is answered with a refusal that says to send several messages."""


@with_config(STRICT)
class Item(TypedDict):
    """One measurement. `id`, `kind`, `value`, `unit` and `taken_at` are mandatory; unknown keys are ignored."""

    id: Name
    device: NotRequired[Name]
    kind: Short
    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: Short
    taken_at: Short
    device_time: NotRequired[Short | None]
    seq: NotRequired[Annotated[int, Field(ge=0, lt=2**63)] | None]
    context: NotRequired[Any]
    condition: NotRequired[Named | None]
    hint: NotRequired[Hint | None]
    channel: NotRequired[Heard | None]
    echo: NotRequired[Echo | None]


ITEM = TypeAdapter(Item)
_KINDS: dict[str, Kind | None] = {kind.value: kind for kind in Kind} | {"glucose": None}


def measure(item: Item, device: str, raw: RawPayload, gateway: str | None = None) -> Measurement:
    """The item as a Measurement; raises KindUnknown, UnitUnknown, Malformed (a time without offset)."""
    stamp, echo = item.get("device_time"), item.get("echo")
    return Measurement(
        device=device,
        kind=_kind(item["kind"]),
        quantity=Quantity(item["value"], parse_unit(item["unit"])),
        received_at=raw.received_at,
        key=item["id"],
        channel=Channel(item.get("channel") or raw.channel),
        taken_at=instant(item["taken_at"], "taken_at"),
        device_time=None if stamp is None else wall_clock(stamp, "device_time"),
        condition=item.get("condition"),
        sequence=item.get("seq"),
        context=_context(item.get("context")),
        hint=item.get("hint"),
        gateway=gateway,
        echo=None if echo is None else timedelta(seconds=echo),
    )


def _context(value: object) -> str | None:
    """Whatever the sender says besides, as JSON text that every reader and the database can hold."""
    if value is None:
        return None
    text = to_json(value)
    parse(text)  # 1e400 came in as a number and would go out as Infinity
    if b"\\u0000" in text:
        raise Malformed("context must not hold the character NUL")
    return text.decode()


def measure_one_by_one(
    values: list[object], make: Callable[[Item], Measurement]
) -> tuple[tuple[Measurement, ...], tuple[Refused, ...]]:
    """The measurements of a message in which not all can be used: what is right, and what is refused, by place."""
    good: list[Measurement] = []
    bad: list[Refused] = []
    for position, value in enumerate(values):
        try:
            good.append(make(fit(ITEM, value)))
        except Refusal as why:
            bad.append(Refused(position, why))
    return tuple(good), tuple(bad)


def _kind(name: str) -> Kind | None:
    """The kind of that name; None for a plain "glucose", which the device's registered kind makes precise."""
    try:
        return _KINDS[name]
    except KeyError:
        raise KindUnknown(f"kind {name[:40]!r} is not known; use one of: glucose, {', '.join(Kind)}") from None
