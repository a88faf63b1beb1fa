"""What several message shapes share: how they say absent, spell addresses and units, name the unnamed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from hub.errors import Malformed, NotANumber, RecordError, UnitMissing
from hub.measurements import Condition, Decoded, Measurement, RawPayload
from hub.quantities import Kind, Quantity, Unit, parse_unit
from hub.records import normal_address

Number = Annotated[float, Field(allow_inf_nan=False)]
EpochSeconds = Annotated[int, Field(ge=0, lt=253_402_300_800)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Fields = Mapping[str, tuple[Kind, Unit]]
Quantities = Iterable[tuple[Kind | None, Quantity]]

ECHO = timedelta(minutes=10)
"""How long a scale's last advertisement is repeated after somebody stepped off."""

ECHO_AGAIN = timedelta(hours=12)
"""The same when the broker says it may have delivered the message before: perhaps hours ago, before a restart."""

_DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,12})?", re.ASCII)


def present(message: Mapping[str, object], fields: Fields) -> Iterator[tuple[Kind, Quantity]]:
    """The fields that hold a number; null and 0 are how these formats say that something was not measured."""
    for name, (kind, unit) in fields.items():
        value = message.get(name)
        if isinstance(value, int | float) and value != 0:
            yield kind, Quantity(float(value), unit)


def say(
    raw: RawPayload,
    device: str,
    quantities: Quantities,
    *,
    stamp: str | None,
    taken_at: datetime | None = None,
    device_time: datetime | None = None,
    condition: Condition | None = None,
    context: str | None = None,
    hint: str | None = None,
    echo: timedelta | None = None,
) -> tuple[Measurement, ...]:
    """The quantities as Measurements of one device, each named by its stamp, kind and value.

    Without a stamp of the sender's, the time of receipt names them, and `echo` says which repeats are one.
    A retained message is a record the broker kept: it is never dated by its receipt.
    """
    moment = raw.received_at.isoformat() if stamp is None else stamp
    return tuple(
        Measurement(
            device=address(device),
            kind=kind,
            quantity=quantity,
            received_at=raw.received_at,
            key=f"{moment} {kind or 'glucose'} {quantity.value!r} {quantity.unit}",
            channel=raw.channel,
            taken_at=taken_at,
            device_time=device_time,
            stored=raw.retained,
            condition=condition,
            context=context,
            hint=hint,
            echo=echo,
        )
        for kind, quantity in quantities
    )


def say_undated(
    raw: RawPayload, device: str, quantities: Quantities, *, hint: str | None = None, condition: Condition | None = None
) -> Decoded:
    """The quantities of a message that names no time: now, or nothing if the broker kept it since nobody knows when."""
    if raw.retained:
        return Decoded()
    return Decoded(say(raw, device, quantities, stamp=None, hint=hint, condition=condition, echo=echo_of(raw)))


def echo_of(raw: RawPayload) -> timedelta:
    """How far apart two arrivals of the same undated measurement may be and still be one."""
    return ECHO_AGAIN if raw.again else ECHO


def address(text: str) -> str:
    """A device's address in its one spelling; raises Malformed."""
    try:
        return normal_address(text)
    except RecordError as why:
        raise Malformed(str(why)) from None


def mac(text: str | None) -> str:
    """A Bluetooth address as AA:BB:CC:DD:EE:FF, however it was written; raises Malformed."""
    spelled = address(text or "-")
    if not re.fullmatch(r"([0-9A-F]{2}:){5}[0-9A-F]{2}", spelled):
        raise Malformed("the message must name the device's Bluetooth address, twelve hexadecimal digits")
    return spelled


def scale_unit(name: str | None) -> Unit:
    """The unit as scales spell it (`lbs` for `lb`), never guessed; raises UnitMissing, UnitUnknown."""
    if not name:
        raise UnitMissing("unit is missing: every weight needs its unit beside it")
    return parse_unit({"lbs": "lb"}.get(name, name))


def decimal(text: str, field: str) -> float:
    """A number in a format that writes it as text: digits and a point, nothing else; raises NotANumber."""
    if not _DECIMAL.fullmatch(text):
        raise NotANumber(f"{field} must be a number of digits and a point")
    return float(text)


def epoch(seconds: float) -> datetime:
    """Seconds since 1970 as an instant; its shape bounds them to what a calendar holds."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
