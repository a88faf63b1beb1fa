"""Readings and series made by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hub.measurements import Channel, Condition
from hub.quantities import KINDS, Kind, Quantity
from hub.readings import Reading, TimeSource, reading_key
from timeseries.weight.series import WeightSeries

MONDAY = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def day(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


def series(*weighings: tuple[float, float]) -> WeightSeries:
    """(day, kg) as a series."""
    at = np.array([day(number).replace(tzinfo=None) for number, _ in weighings], dtype="datetime64[us]")
    return WeightSeries(at, np.array([kg for _, kg in weighings], dtype=np.float64), PARIS)


def reading(
    value: float | None,
    taken_at: datetime = MONDAY,
    *,
    kind: Kind = Kind.WEIGHT,
    device: int = 1,
    person: int | None = 7,
    received: int = 0,
    condition: Condition | None = None,
) -> Reading:
    """A reading received `received` seconds after it was taken."""
    return Reading(
        person=person,
        household=None,
        kind=kind,
        value=value,
        taken_at=taken_at,
        utc_offset=60,
        device=device,
        key=reading_key(device, f"{taken_at} {kind}"),
        raw=Quantity(value or 0.0, KINDS[kind].unit),
        received_at=taken_at + timedelta(seconds=received),
        channel=Channel.MQTT,
        time_source=TimeSource.SENDER,
        condition=condition,
    )
