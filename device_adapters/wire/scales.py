"""Weight Measurement (0x2A9D, Weight Scale Service 1.0.1) and Body Composition Measurement (0x2A9C, 1.0)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from device_adapters.wire.reader import Reader
from hub.errors import Malformed
from hub.quantities import Unit

_UNSUCCESSFUL = 0xFFFF
_UNKNOWN_USER = 0xFF
_KG, _LB = Decimal("0.005"), Decimal("0.01")
_TENTH = Decimal("0.1")
_MOST_FAT = 1000
"""Tenths of a percent. Who is fatter than 100 % is another layout: a Xiaomi record read so has its year here."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One 0x2A9D value; `weight` counts steps of 0.005 kg or 0.01 lb, None if the weighing was unsuccessful."""

    flags: int
    weight: int | None
    unit: Unit
    stamp: datetime | None
    user: int | None

    @property
    def reserved(self) -> bool:
        """True if bits are set which the specification does not define: a layout of the maker's own."""
        return bool(self.flags >> 4)


@dataclass(frozen=True, slots=True)
class Composition:
    """One 0x2A9C value, raw: percentages and ohms in tenths, masses in steps of `unit`, None where absent.

    `fat` is None if the measurement was unsuccessful.
    """

    fat: int | None
    unit: Unit
    stamp: datetime | None
    user: int | None
    basal_kj: int | None
    muscle: int | None
    muscle_mass: int | None
    fat_free_mass: int | None
    soft_lean_mass: int | None
    water_mass: int | None
    impedance: int | None
    weight: int | None


def weighing(payload: bytes) -> Weighing:
    """Reads a 0x2A9D value; raises Malformed. BMI and height are read over: they were typed in, not measured."""
    reader = Reader(payload)
    flags, weight = reader.u8(), reader.u16()
    stamp = reader.date_time() if flags & 2 else None
    user = reader.u8() if flags & 4 else None
    if flags & 8:
        reader.take(4)
    reader.end()
    return Weighing(flags, _or_none(weight, _UNSUCCESSFUL), _unit(flags), stamp, _or_none(user, _UNKNOWN_USER))


def composition(payload: bytes) -> Composition:
    """Reads a 0x2A9C value, its fields in the order of their flags; raises Malformed.

    Bit 12 says that the rest comes in another value, which stands for itself.
    """
    reader = Reader(payload)
    flags, fat = reader.u16(), reader.u16()
    if flags >> 13:
        raise Malformed("reserved flags are set: the layout is the maker's own, and its model must be known")
    if _MOST_FAT < fat != _UNSUCCESSFUL:
        raise Malformed("more than 100 % of body fat: the layout is the maker's own, and its model must be known")
    stamp = reader.date_time() if flags & 2 else None
    user = reader.u8() if flags & 4 else None
    fields = [reader.u16() if flags >> bit & 1 else None for bit in range(3, 12)]
    reader.end()
    basal, muscle, muscle_mass, fat_free, soft_lean, water, impedance, weight, _height = fields
    return Composition(
        fat=_or_none(fat, _UNSUCCESSFUL),
        unit=_unit(flags),
        stamp=stamp,
        user=_or_none(user, _UNKNOWN_USER),
        basal_kj=basal,
        muscle=muscle,
        muscle_mass=muscle_mass,
        fat_free_mass=fat_free,
        soft_lean_mass=soft_lean,
        water_mass=water,
        impedance=impedance,
        weight=_or_none(weight, _UNSUCCESSFUL),
    )


def mass(steps: int, unit: Unit) -> float:
    """Steps of 0.005 kg or 0.01 lb as a mass in that unit."""
    return float(steps * (_LB if unit is Unit.LB else _KG))


def tenths(steps: int) -> float:
    """Tenths as a number."""
    return float(steps * _TENTH)


def _unit(flags: int) -> Unit:
    return Unit.LB if flags & 1 else Unit.KG


def _or_none(value: int | None, none: int) -> int | None:
    return None if value == none else value
