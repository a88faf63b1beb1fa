"""Body composition beside the weighing it was measured with."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.quantities import Kind
from timeseries.weight.series import Measured, last_received


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What one scale said at one moment, in canonical units (kg, %, ohm); None where it said nothing."""

    taken_at: datetime
    device: Hashable
    kg: float
    body_fat: float | None
    body_water: float | None
    muscle_mass: float | None
    muscle_percent: float | None
    bone_mass: float | None
    impedance: float | None


def compositions(readings: Iterable[Measured]) -> tuple[Composition, ...]:
    """The weighings that came with body composition, oldest first: same device, same time, last received.

    Scales estimate all but the impedance from it, weight, height, age and sex, each in its maker's way: figures of
    two devices do not compare. All readings must be one person's.
    """
    moments: dict[tuple[datetime, Hashable], dict[Kind, float]] = {}
    for reading in last_received(readings):
        if reading.value is not None:
            moments.setdefault((reading.taken_at, reading.device), {})[reading.kind] = reading.value
    in_order = sorted(moments.items(), key=lambda moment: (moment[0][0], str(moment[0][1])))
    pairs = (_pair(taken_at, device, values) for (taken_at, device), values in in_order)
    return tuple(pair for pair in pairs if pair is not None)


_PARTS = (
    Kind.BODY_FAT,
    Kind.BODY_WATER,
    Kind.MUSCLE_MASS,
    Kind.MUSCLE_PERCENT,
    Kind.BONE_MASS,
    Kind.IMPEDANCE,
)


def _pair(taken_at: datetime, device: Hashable, values: dict[Kind, float]) -> Composition | None:
    kg = values.get(Kind.WEIGHT)
    if kg is None or not any(part in values for part in _PARTS):
        return None
    return Composition(taken_at=taken_at, device=device, kg=kg, **{part.value: values.get(part) for part in _PARTS})
