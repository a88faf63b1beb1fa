"""What several connected devices share: how a value becomes a Measurement, and which clock may date it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TypeVar

from pydantic_core import to_json

from device_adapters.gatt import Frame, Identity, Session
from device_adapters.shapes import ECHO, address
from device_adapters.wire.device import CURRENT_TIME, current_time, date_time_value
from device_adapters.wire.numbers import Number, Special
from hub.errors import DecodeError, ImplausibleValue, NotANumber, Refusal
from hub.measurements import Channel, Condition, Decoded, Measurement, Refused
from hub.quantities import Kind, Quantity, Unit, to_canonical

CLOCK = "clock_ahead"
"""Learnt of a device: the seconds by which its clock, read as UTC, was ahead of ours (the gateway's clock uses it)."""

LIVE = timedelta(hours=9)
"""A stamp older than this at receipt, in whatever zone, is a record of the device's memory and not a measure of now."""

_FIRST_YEAR = 2000
_LEAST_KG = 20
"""Under this nobody stands on a scale. A maker's own resolution, read as the SIG's, lands here (9.49 for 94.9 kg)."""


S = TypeVar("S", bound=Session)


def refusing(feed: Callable[[S, Frame], Decoded]) -> Callable[[S, Frame], Decoded]:
    """A session's `feed` that raises DecodeError only: right bytes with a measure nobody can use are refused parts."""

    @wraps(feed)
    def careful(session: S, frame: Frame) -> Decoded:
        try:
            return feed(session, frame)
        except DecodeError:
            raise
        except Refusal as why:
            return Decoded(refused=(Refused(0, why),))

    return careful


def measured(
    identity: Identity,
    frame: Frame,
    kind: Kind | None,
    quantity: Quantity,
    *,
    key: str,
    device_time: datetime | None = None,
    stored: bool = False,
    condition: Condition | None = None,
    sequence: int | None = None,
    context: str | None = None,
    hint: str | None = None,
    echo: timedelta | None = None,
) -> Measurement:
    """One quantity of a connected device as a Measurement named `key`."""
    return Measurement(
        device=address(identity.address),
        kind=kind,
        quantity=quantity,
        received_at=frame.received_at,
        key=key,
        channel=Channel.GATT,
        device_time=device_time,
        stored=stored,
        condition=condition,
        sequence=sequence,
        context=context,
        hint=hint,
        echo=echo,
    )


def spoken(
    identity: Identity,
    frame: Frame,
    quantities: Iterable[tuple[Kind, Quantity]],
    *,
    stamp: datetime | None = None,
    condition: Condition | None = None,
    context: dict[str, object] | None = None,
    hint: int | None = None,
) -> Decoded:
    """Quantities measured at once, named by their stamp; without one the receipt dates them, and repeats are an echo.

    A stamp long past is a record's. One from before 2000, or ahead of us, is a clock nobody set, and dates nothing.
    """
    moment = frame.received_at if stamp is None else stamp
    held = settled(condition)
    return Decoded(
        tuple(
            measured(
                identity,
                frame,
                kind,
                quantity,
                key=f"{moment.isoformat()} {kind} {quantity.value!r} {quantity.unit}{held}",
                device_time=stamp,
                stored=stamp is not None and from_memory(stamp, frame.received_at),
                condition=condition,
                context=said(context),
                hint=None if hint is None else str(hint),
                echo=ECHO if stamp is None else None,
            )
            for kind, quantity in quantities
        )
    )


def settled(condition: Condition | None) -> str:
    """What sets the name of a number still settling apart from the one it settles on."""
    return f" {condition}" if condition is Condition.UNSTABLE else ""


def from_memory(stamp: datetime, received_at: datetime) -> bool:
    """True if a display so old cannot be that of a measure just taken, and its clock was set by somebody."""
    shown = stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp
    return stamp.year >= _FIRST_YEAR and shown < received_at - LIVE


def said(context: dict[str, object] | None) -> str | None:
    """A context as the JSON text a Measurement carries; None if it says nothing."""
    return to_json(context).decode() if context else None


def number(value: Number, field: str) -> float:
    """A finite number of the device's; raises NotANumber for what stands in a number's place."""
    if isinstance(value, Special):
        raise NotANumber(f"the device gives no number for {field}")
    return float(value)


def body_weight(weight: Quantity) -> Quantity:
    """The weight of somebody who stands on a scale; raises ImplausibleValue.

    Upwards the kind's own range does: a layout that is not the SIG's gives too little, never a little too much.
    """
    if to_canonical(Kind.WEIGHT, weight) < _LEAST_KG:
        raise ImplausibleValue(f"a weight under {_LEAST_KG} kg: the scale's own layout is likely, name its model")
    return weight


def kg(value: float) -> tuple[Kind, Quantity]:
    """A weight in kilograms."""
    return Kind.WEIGHT, Quantity(value, Unit.KG)


def clock_ahead(frame: Frame) -> dict[str, int]:
    """What is learnt from a device's clock as it was read (0x2A2B or 0x2A08); nothing if it shows no time."""
    read = current_time if frame.characteristic == CURRENT_TIME else date_time_value
    shown = read(frame.payload)
    if shown is None or shown.year < _FIRST_YEAR:
        return {}
    return {CLOCK: round((shown.replace(tzinfo=UTC) - frame.received_at).total_seconds())}
