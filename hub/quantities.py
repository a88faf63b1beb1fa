"""What is measured and in which unit: the closed lists, and the only conversions.

Codes: LOINC for the clinical record, UCUM for units, MDC (ISO/IEEE 11073-10101, partition * 65536 + term)
for device exchange. The small numbers are what the database stores; they never change meaning.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hub.errors import ImplausibleValue, NotANumber, UnitMismatch, UnitSuspect, UnitUnknown

GLUCOSE_MG_DL_PER_MMOL_L = 18.0156
"""mg/dL in one mmol/L of glucose: molar mass 180.156 g/mol. Older texts print 18.0182; this is the one we use."""


class Unit(StrEnum):
    """Every unit Vigie understands; the value is the name the outside uses."""

    MG_DL = "mg/dL"
    MMOL_L = "mmol/L"
    G_L = "g/L"
    KG = "kg"
    G = "g"
    LB = "lb"
    ST = "st"
    JIN = "jin"
    CM = "cm"
    PERCENT = "%"
    OHM = "ohm"
    MM_HG = "mmHg"
    PER_MIN = "/min"
    CELSIUS = "Cel"
    STEPS = "steps"


UCUM: Mapping[Unit, str | None] = MappingProxyType(
    {
        Unit.MG_DL: "mg/dL",
        Unit.MMOL_L: "mmol/L",
        Unit.G_L: "g/L",
        Unit.KG: "kg",
        Unit.G: "g",
        Unit.LB: "[lb_av]",
        Unit.ST: "[stone_av]",
        Unit.JIN: None,
        Unit.CM: "cm",
        Unit.PERCENT: "%",
        Unit.OHM: "Ohm",
        Unit.MM_HG: "mm[Hg]",
        Unit.PER_MIN: "/min",
        Unit.CELSIUS: "Cel",
        Unit.STEPS: "{steps}",
    }
)
"""UCUM code of each unit; the Chinese market catty (jin, 500 g) has none."""

_UNIT_BY_NAME: Mapping[str, Unit] = MappingProxyType(
    {unit.value: unit for unit in Unit} | {code: unit for unit, code in UCUM.items() if code}
)


class Kind(StrEnum):
    """Every kind of measure; the value is the name the outside uses."""

    GLUCOSE_INTERSTITIAL = "glucose_interstitial"
    GLUCOSE_CAPILLARY = "glucose_capillary"
    GLUCOSE_PLASMA = "glucose_plasma"
    WEIGHT = "weight"
    HEIGHT = "height"
    BODY_FAT = "body_fat"
    BODY_WATER = "body_water"
    MUSCLE_MASS = "muscle_mass"
    MUSCLE_PERCENT = "muscle_percent"
    BONE_MASS = "bone_mass"
    IMPEDANCE = "impedance"
    SYSTOLIC = "blood_pressure_systolic"
    DIASTOLIC = "blood_pressure_diastolic"
    MEAN_PRESSURE = "blood_pressure_mean"
    HEART_RATE = "heart_rate"
    SPO2 = "spo2"
    TEMPERATURE = "temperature"
    STEPS = "steps"
    HBA1C = "hba1c"
    KETONES = "ketones"
    GLUCOSE_SCAN = "glucose_scan"


GLUCOSE_KINDS = (Kind.GLUCOSE_INTERSTITIAL, Kind.GLUCOSE_CAPILLARY, Kind.GLUCOSE_PLASMA, Kind.GLUCOSE_SCAN)
FAMILIES: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "glucose": GLUCOSE_KINDS,
        "blood_pressure": (Kind.SYSTOLIC, Kind.DIASTOLIC, Kind.MEAN_PRESSURE),
    }
)
"""Names that stand for several kinds when reading back: `kind=glucose` asks for all of them."""

# Factors are to the canonical unit of the family. Pound and stone: 0.45359237 kg and 14 lb (international avoirdupois).
_GLUCOSE = MappingProxyType({Unit.MG_DL: 1.0, Unit.MMOL_L: GLUCOSE_MG_DL_PER_MMOL_L, Unit.G_L: 100.0})
_MASS = MappingProxyType({Unit.KG: 1.0, Unit.G: 0.001, Unit.LB: 0.45359237, Unit.ST: 14 * 0.45359237, Unit.JIN: 0.5})


def _only(unit: Unit) -> Mapping[Unit, float]:
    return MappingProxyType({unit: 1.0})


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What is known of a kind: stored number, units with factors to the first (canonical), plausible range, codes.

    The plausible range is in the canonical unit and wide on purpose: outside it the number is a fault, not a patient.
    """

    number: int
    factors: Mapping[Unit, float]
    low: float
    high: float
    loinc: str | None
    mdc: int | None

    @property
    def unit(self) -> Unit:
        """The canonical unit, in which values are stored."""
        return next(iter(self.factors))


# Glucose: meters and sensors print numbers up to 500 or 600 mg/dL and HI beyond; under 20 no device gives a glucose
# (a dual meter's ketone rows look like that). Plasma comes from laboratories, which print what they find.
KINDS: Mapping[Kind, KindFacts] = MappingProxyType(
    {
        Kind.GLUCOSE_INTERSTITIAL: KindFacts(1, _GLUCOSE, 20, 600, "99504-3", 160212),
        Kind.GLUCOSE_CAPILLARY: KindFacts(2, _GLUCOSE, 20, 600, "32016-8", 160184),
        Kind.GLUCOSE_PLASMA: KindFacts(3, _GLUCOSE, 20, 1500, "2345-7", 160196),
        Kind.WEIGHT: KindFacts(4, _MASS, 2, 400, "29463-7", 188736),
        Kind.HEIGHT: KindFacts(5, _only(Unit.CM), 30, 260, "8302-2", 188740),
        Kind.BODY_FAT: KindFacts(6, _only(Unit.PERCENT), 1, 80, "41982-0", 188748),
        Kind.BODY_WATER: KindFacts(7, _only(Unit.PERCENT), 10, 90, "101684-9", None),
        Kind.MUSCLE_MASS: KindFacts(8, _MASS, 1, 200, "73964-9", None),
        Kind.MUSCLE_PERCENT: KindFacts(9, _only(Unit.PERCENT), 5, 95, "73965-6", None),
        Kind.BONE_MASS: KindFacts(10, _MASS, 0.2, 15, "101685-6", None),
        Kind.IMPEDANCE: KindFacts(11, _only(Unit.OHM), 50, 3000, None, None),
        Kind.SYSTOLIC: KindFacts(12, _only(Unit.MM_HG), 40, 300, "8480-6", 150021),
        Kind.DIASTOLIC: KindFacts(13, _only(Unit.MM_HG), 20, 200, "8462-4", 150022),
        Kind.MEAN_PRESSURE: KindFacts(14, _only(Unit.MM_HG), 30, 250, "8478-0", 150023),
        Kind.HEART_RATE: KindFacts(15, _only(Unit.PER_MIN), 20, 300, "8867-4", 149546),
        Kind.SPO2: KindFacts(16, _only(Unit.PERCENT), 40, 100, "2708-6", 150456),
        Kind.TEMPERATURE: KindFacts(17, _only(Unit.CELSIUS), 25, 45, "8310-5", 150364),
        Kind.STEPS: KindFacts(18, _only(Unit.STEPS), 0, 200_000, "41950-7", None),
        Kind.HBA1C: KindFacts(19, _only(Unit.PERCENT), 3, 20, "4548-4", 160220),
        Kind.KETONES: KindFacts(20, _only(Unit.MMOL_L), 0, 15, "53060-9", None),
        # a look at the sensor between its regular records: counted with them, moments of worry would weigh twice
        # (its codes would be the interstitial ones, which must lead back to one kind)
        Kind.GLUCOSE_SCAN: KindFacts(21, _GLUCOSE, 20, 600, None, None),
    }
)

UNIT_NUMBER: Mapping[Unit, int] = MappingProxyType({unit: n for n, unit in enumerate(Unit, start=1)})
UNIT_BY_NUMBER: Mapping[int, Unit] = MappingProxyType({n: unit for unit, n in UNIT_NUMBER.items()})
KIND_BY_NUMBER: Mapping[int, Kind] = MappingProxyType({facts.number: kind for kind, facts in KINDS.items()})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit, which travel together."""

    value: float
    unit: Unit


def parse_unit(name: str) -> Unit:
    """The unit of that name or UCUM code, spelled exactly; raises UnitUnknown."""
    unit = _UNIT_BY_NAME.get(name)
    if unit is None:
        raise UnitUnknown(f"unit {name[:20]!r} is not known; use one of: {', '.join(Unit)}")
    return unit


def to_canonical(kind: Kind, quantity: Quantity) -> float:
    """The quantity's number in the kind's canonical unit; raises UnitMismatch, NotANumber."""
    factor = KINDS[kind].factors.get(quantity.unit)
    if factor is None:
        allowed = ", ".join(KINDS[kind].factors)
        raise UnitMismatch(f"{kind} is not measured in {quantity.unit}; use one of: {allowed}")
    if not math.isfinite(quantity.value):
        raise NotANumber(f"{kind} must be a finite number")
    return quantity.value * factor


def from_canonical(kind: Kind, value: float, unit: Unit) -> float:
    """A canonical number said in `unit`; raises UnitMismatch."""
    factor = KINDS[kind].factors.get(unit)
    if factor is None:
        raise UnitMismatch(f"{kind} cannot be shown in {unit}; use one of: {', '.join(KINDS[kind].factors)}")
    return value / factor


def believe(kind: Kind, quantity: Quantity) -> float:
    """The canonical number, if a living person can have it; raises UnitSuspect, ImplausibleValue, UnitMismatch.

    A value that only another unit would make plausible is never converted: the unit is what is in doubt.
    """
    facts = KINDS[kind]
    canonical = to_canonical(kind, quantity)
    if facts.low <= canonical <= facts.high:
        return canonical
    others = [unit for unit, factor in facts.factors.items() if facts.low <= quantity.value * factor <= facts.high]
    if others:
        raise UnitSuspect(
            f"{kind} is implausible in {quantity.unit} but plausible in {' or '.join(others)}: "
            "set the sender's unit right, then replay"
        )
    raise ImplausibleValue(f"{kind} must lie between {facts.low:g} and {facts.high:g} {facts.unit}")
