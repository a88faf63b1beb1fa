"""Units, kinds and what is believed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ImplausibleValue, NotANumber, UnitMismatch, UnitSuspect, UnitUnknown
from hub.measurements import CHANNEL_NUMBER, CONDITION_NUMBER
from hub.quantities import (
    FAMILIES,
    KIND_BY_NUMBER,
    KINDS,
    UCUM,
    UNIT_BY_NUMBER,
    UNIT_NUMBER,
    Kind,
    Quantity,
    Unit,
    believe,
    from_canonical,
    parse_unit,
    to_canonical,
)
from hub.readings import TIME_SOURCE_NUMBER

MEASURED_IN = [(kind, unit) for kind in Kind for unit in KINDS[kind].factors]
numbers = st.floats(min_value=1e-3, max_value=1e6)


def test_the_stored_number_of_a_kind_never_changes() -> None:
    assert {kind.value: facts.number for kind, facts in KINDS.items()} == {
        "glucose_interstitial": 1,
        "glucose_capillary": 2,
        "glucose_plasma": 3,
        "weight": 4,
        "height": 5,
        "body_fat": 6,
        "body_water": 7,
        "muscle_mass": 8,
        "muscle_percent": 9,
        "bone_mass": 10,
        "impedance": 11,
        "blood_pressure_systolic": 12,
        "blood_pressure_diastolic": 13,
        "blood_pressure_mean": 14,
        "heart_rate": 15,
        "spo2": 16,
        "temperature": 17,
        "steps": 18,
        "hba1c": 19,
        "ketones": 20,
        "glucose_scan": 21,
    }


def test_the_stored_number_of_a_unit_never_changes() -> None:
    names = ["mg/dL", "mmol/L", "g/L", "kg", "g", "lb", "st", "jin", "cm", "%", "ohm", "mmHg", "/min", "Cel", "steps"]
    assert {unit.value: number for unit, number in UNIT_NUMBER.items()} == dict(zip(names, range(1, 16), strict=True))


def test_the_stored_number_of_a_condition_never_changes() -> None:
    assert {condition.value: number for condition, number in CONDITION_NUMBER.items()} == {
        "below_range": 1,
        "above_range": 2,
        "control_solution": 3,
        "object_on_scale": 4,
        "unstable": 5,
        "weight_removed": 6,
        "sensor_fault": 7,
    }


def test_the_stored_number_of_a_channel_never_changes() -> None:
    assert {channel.value: number for channel, number in CHANNEL_NUMBER.items()} == {
        "mqtt": 1,
        "http": 2,
        "advert": 3,
        "file": 4,
        "manual": 5,
        "gatt": 6,
    }


def test_the_stored_number_of_a_time_source_never_changes() -> None:
    assert {source.value: number for source, number in TIME_SOURCE_NUMBER.items()} == {
        "sender": 1,
        "device": 2,
        "receipt": 3,
    }


def test_stored_numbers_lead_back_to_what_they_stand_for() -> None:
    assert [KIND_BY_NUMBER[KINDS[kind].number] for kind in Kind] == list(Kind)
    assert [UNIT_BY_NUMBER[UNIT_NUMBER[unit]] for unit in Unit] == list(Unit)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_facts_that_make_sense(kind: Kind) -> None:
    facts = KINDS[kind]
    assert facts.factors[facts.unit] == 1.0
    assert 0 <= facts.low < facts.high


def test_codes_name_one_kind_each() -> None:
    loinc = [facts.loinc for facts in KINDS.values() if facts.loinc]
    mdc = [facts.mdc for facts in KINDS.values() if facts.mdc]
    assert (len(set(loinc)), len(set(mdc))) == (len(loinc), len(mdc))


def test_families_hold_kinds_of_one_unit() -> None:
    assert {name: {KINDS[kind].unit for kind in kinds} for name, kinds in FAMILIES.items()} == {
        "glucose": {Unit.MG_DL},
        "blood_pressure": {Unit.MM_HG},
    }


@pytest.mark.parametrize(
    ("kind", "value", "unit", "canonical"),
    [
        (Kind.GLUCOSE_CAPILLARY, 100.0, Unit.MG_DL, 100.0),
        (Kind.GLUCOSE_CAPILLARY, 5.5, Unit.MMOL_L, 99.0858),
        (Kind.GLUCOSE_INTERSTITIAL, 10.0, Unit.MMOL_L, 180.156),
        (Kind.GLUCOSE_PLASMA, 1.26, Unit.G_L, 126.0),
        (Kind.WEIGHT, 72500.0, Unit.G, 72.5),
        (Kind.WEIGHT, 100.0, Unit.LB, 45.359237),
        (Kind.WEIGHT, 10.0, Unit.ST, 63.5029318),
        (Kind.WEIGHT, 140.0, Unit.JIN, 70.0),
        (Kind.KETONES, 0.6, Unit.MMOL_L, 0.6),
        (Kind.HBA1C, 6.5, Unit.PERCENT, 6.5),
    ],
)
def test_known_values_convert_as_the_definitions_say(kind: Kind, value: float, unit: Unit, canonical: float) -> None:
    assert to_canonical(kind, Quantity(value, unit)) == pytest.approx(canonical, rel=1e-12)


@given(st.sampled_from(MEASURED_IN), numbers)
def test_a_value_said_again_in_its_unit_is_the_same(measured: tuple[Kind, Unit], value: float) -> None:
    kind, unit = measured
    assert from_canonical(kind, to_canonical(kind, Quantity(value, unit)), unit) == pytest.approx(value, rel=1e-15)


@given(st.sampled_from(MEASURED_IN), numbers)
def test_a_conversion_is_a_constant_factor(measured: tuple[Kind, Unit], value: float) -> None:
    kind, unit = measured
    one = to_canonical(kind, Quantity(1.0, unit))
    assert to_canonical(kind, Quantity(value, unit)) == pytest.approx(value * one, rel=1e-15)


@pytest.mark.parametrize("unit", Unit)
def test_a_unit_is_known_by_its_name_and_its_ucum_code(unit: Unit) -> None:
    assert parse_unit(unit.value) is unit
    assert parse_unit(UCUM[unit] or unit.value) is unit


@pytest.mark.parametrize("name", ["", "mg/dl", "MG/DL", " mg/dL", "mmol", "lbs", "kgs", "mg", "°C", "null", "\0"])
def test_a_unit_spelled_otherwise_is_unknown(name: str) -> None:
    with pytest.raises(UnitUnknown):
        parse_unit(name)


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        (Kind.GLUCOSE_INTERSTITIAL, Unit.KG),
        (Kind.GLUCOSE_CAPILLARY, Unit.G),
        (Kind.WEIGHT, Unit.G_L),
        (Kind.BODY_FAT, Unit.KG),
        (Kind.KETONES, Unit.MG_DL),
    ],
)
def test_a_unit_of_something_else_is_refused_both_ways(kind: Kind, unit: Unit) -> None:
    with pytest.raises(UnitMismatch):
        to_canonical(kind, Quantity(100.0, unit))
    with pytest.raises(UnitMismatch):
        from_canonical(kind, 100.0, unit)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(kind: Kind, value: float) -> None:
    with pytest.raises(NotANumber):
        believe(kind, Quantity(value, KINDS[kind].unit))


@pytest.mark.parametrize(
    ("kind", "value", "unit"),
    [
        (Kind.GLUCOSE_CAPILLARY, 5.4, Unit.MG_DL),
        (Kind.GLUCOSE_CAPILLARY, 111.0, Unit.MMOL_L),
        (Kind.GLUCOSE_INTERSTITIAL, 110.0, Unit.G_L),
        (Kind.GLUCOSE_INTERSTITIAL, 1.1, Unit.MG_DL),
        (Kind.WEIGHT, 72500.0, Unit.KG),
        (Kind.WEIGHT, 72.5, Unit.G),
    ],
)
def test_a_value_only_another_unit_makes_plausible_is_suspect_and_not_converted(
    kind: Kind, value: float, unit: Unit
) -> None:
    with pytest.raises(UnitSuspect, match="set the sender's unit right"):
        believe(kind, Quantity(value, unit))


@pytest.mark.parametrize(
    ("kind", "value", "unit"),
    [
        (Kind.GLUCOSE_CAPILLARY, 0.0, Unit.MG_DL),
        (Kind.GLUCOSE_CAPILLARY, -100.0, Unit.MG_DL),
        (Kind.GLUCOSE_CAPILLARY, 1e6, Unit.MG_DL),
        (Kind.WEIGHT, 0.0, Unit.KG),
        (Kind.TEMPERATURE, 98.6, Unit.CELSIUS),
        (Kind.SPO2, 101.0, Unit.PERCENT),
    ],
)
def test_a_value_no_unit_makes_plausible_is_implausible(kind: Kind, value: float, unit: Unit) -> None:
    with pytest.raises(ImplausibleValue) as refused:
        believe(kind, Quantity(value, unit))
    assert refused.value.code == "implausible_value"


@pytest.mark.parametrize("kind", Kind)
def test_the_bounds_of_a_kind_are_believed_and_nothing_beyond(kind: Kind) -> None:
    facts = KINDS[kind]
    assert [believe(kind, Quantity(bound, facts.unit)) for bound in (facts.low, facts.high)] == [facts.low, facts.high]
    with pytest.raises(ImplausibleValue):
        believe(kind, Quantity(math.nextafter(facts.low, -math.inf), facts.unit))
    with pytest.raises(ImplausibleValue):
        believe(kind, Quantity(math.nextafter(facts.high, math.inf), facts.unit))


def test_a_refusal_never_says_the_value() -> None:
    with pytest.raises(UnitSuspect) as refused:
        believe(Kind.GLUCOSE_CAPILLARY, Quantity(5.4321, Unit.MG_DL))
    assert "5.4321" not in str(refused.value)
