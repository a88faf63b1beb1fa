"""Thresholds: what they may be, and above all what they may not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.threshold_document import thresholds_from_json, thresholds_from_toml, thresholds_to_json
from alerts.thresholds import Above, Below, Limit, Silence, Thresholds, UrgentLow, default_thresholds, in_force
from hub.errors import Malformed, NotANumber, UnitMismatch, UnitMissing, UnsafeThreshold
from hub.quantities import Unit
from timeseries.glucose.bounds import LOW, VERY_LOW
from timeseries.glucose.targets import Profile

MG, MMOL, G_L = Unit.MG_DL, Unit.MMOL_L, Unit.G_L


def _read(document: dict[str, Any]) -> Thresholds:
    return thresholds_from_json(json.dumps(document).encode())


@pytest.mark.parametrize(("value", "unit"), [(53.9, MG), (2.9, MMOL), (0.53, G_L), (71, MG), (4.0, MMOL), (0, MG)])
def test_the_urgent_low_is_refused_outside_54_to_70(value: float, unit: Unit) -> None:
    with pytest.raises(UnsafeThreshold):
        UrgentLow(Limit(value, unit))


@given(st.floats(54, 70))
def test_the_urgent_low_is_under_the_consensus_in_neither_unit(value: float) -> None:
    bound = UrgentLow(Limit(value, MG)).bound
    assert bound.mg_dl >= VERY_LOW.mg_dl
    assert bound.mmol_l >= VERY_LOW.mmol_l


def test_54_02_mg_converts_to_less_than_3_mmol_and_is_held_at_3() -> None:
    assert UrgentLow(Limit(54.02, MG)).bound.mmol_l == VERY_LOW.mmol_l


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_threshold_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises((UnsafeThreshold, NotANumber)):
        UrgentLow(Limit(value, MG))


@pytest.mark.parametrize(
    "document",
    [
        {"urgent_low": {"on": False}},
        {"urgent_low": None},
        {"silence": {"on": False}},
        {"silence": {"minutes": None}},
        {"low": {"limit": {"value": "70", "unit": "mg/dL"}, "minutes": 15}},
        {"lows": {}},
    ],
)
def test_a_document_cannot_silence_the_urgent_low_nor_say_what_is_unknown(document: dict[str, Any]) -> None:
    with pytest.raises((Malformed, NotANumber)):
        _read(document)


def test_a_document_with_an_urgent_low_under_the_consensus_is_refused() -> None:
    with pytest.raises(UnsafeThreshold, match="54 to 70"):
        _read({"urgent_low": {"limit": {"value": 40, "unit": "mg/dL"}}})


def test_a_limit_without_its_unit_is_refused() -> None:
    with pytest.raises(UnitMissing):
        _read({"low": {"limit": {"value": 70}, "minutes": 15}})


def test_a_limit_in_another_quantity_is_refused() -> None:
    with pytest.raises(UnitMismatch):
        _read({"low": {"limit": {"value": 70, "unit": "kg"}, "minutes": 15}})


def test_toml_and_json_say_the_same() -> None:
    head = 'version = 3\nset_by = "dr"\nvalid_from = 2026-01-01T00:00:00Z\n'
    toml = head + '[low]\nminutes = 20\nlimit = {value = 4.4, unit = "mmol/L"}'
    same = {"version": 3, "set_by": "dr", "valid_from": "2026-01-01T00:00:00Z"}
    low = {"minutes": 20, "limit": {"value": 4.4, "unit": "mmol/L"}}
    assert thresholds_from_toml(toml) == _read({**same, "low": low})


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(Malformed):
        thresholds_from_toml("low = = 70")


def test_thresholds_come_back_as_they_were_stored() -> None:
    told = Thresholds(version=2, set_by="dr", low=Below(Limit(4.2, MMOL), 20), high=Above(Limit(1.6, G_L), 30))
    assert thresholds_from_json(thresholds_to_json(told)) == told


@pytest.mark.parametrize(("value", "unit"), [(70, MG), (3.9, MMOL), (0.70, G_L)])
def test_a_bound_of_the_consensus_has_its_pair_in_the_other_unit(value: float, unit: Unit) -> None:
    assert Limit(value, unit).bound == LOW


def test_another_bound_is_converted_and_keeps_its_own_number() -> None:
    bound = Limit(4.4, MMOL).bound
    assert bound.mmol_l == 4.4
    assert bound.mg_dl == pytest.approx(79.26864)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(UnsafeThreshold):
        Thresholds(valid_from=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize("minutes", [10, 121])
def test_silence_may_be_neither_hair_triggered_nor_put_off_for_hours(minutes: int) -> None:
    with pytest.raises(UnsafeThreshold):
        Silence(minutes)


def test_the_version_in_force_is_the_newest_that_is_valid() -> None:
    january, day = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=1)
    versions = [Thresholds(version=n, valid_from=january + n * day) for n in (3, 1, 2)]
    assert in_force(versions, january + 2.5 * day).version == 2
    assert in_force(versions, january).version == 0
    assert in_force(versions, january + 9 * day).version == 3


def test_in_pregnancy_low_and_high_are_63_and_140() -> None:
    told = default_thresholds(Profile.PREGNANCY)
    assert (told.low.limit.value, told.high.limit.value, told.high.on) == (63, 140, True)
    assert told.urgent_low == UrgentLow()
