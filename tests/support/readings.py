"""Measurements and readings, made in a line each: what a test does not say is ordinary."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.measurements import Channel, Measurement
from hub.quantities import Kind, Quantity, Unit, to_canonical
from hub.readings import Reading, TimeSource, reading_key

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
"""When tests happen."""

PLAIN = Measurement(
    device="AA:BB:CC:00:00:01",
    kind=Kind.GLUCOSE_INTERSTITIAL,
    quantity=Quantity(110.0, Unit.MG_DL),
    received_at=NOON,
    key="1",
    channel=Channel.MQTT,
)
"""An interstitial glucose without a time of its own."""


def mg_dl(value: float) -> Quantity:
    """A glucose."""
    return Quantity(value, Unit.MG_DL)


def kg(value: float) -> Quantity:
    """A weight."""
    return Quantity(value, Unit.KG)


def a_reading(key: str | bytes, *, device: int = 1, person: int | None = 1, **said: Any) -> Reading:
    """A reading at noon of 110 mg/dL; `after` seconds later; its value follows `raw` unless it is said."""
    kind = said.pop("kind", Kind.GLUCOSE_INTERSTITIAL)
    raw = said.pop("raw", mg_dl(110.0))
    taken_at = said.pop("taken_at", NOON) + timedelta(seconds=said.pop("after", 0))
    ordinary = {
        "household": None,
        "value": to_canonical(kind, raw),
        "utc_offset": 120,
        "received_at": taken_at,
        "channel": Channel.MQTT,
        "time_source": TimeSource.SENDER,
    }
    name = key if isinstance(key, bytes) else reading_key(device, key)
    return Reading(person=person, kind=kind, taken_at=taken_at, device=device, key=name, raw=raw, **ordinary | said)
