"""Ranges in figures, in either unit, and where they lie on an axis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.quantities import Unit
from ingest_api.pages.charts.languages import ENGLISH
from ingest_api.pages.charts.telling import Telling, axis, small_axis
from tests.ingest_api.pages.charts.looking import MG, MMOL, PREGNANT
from timeseries.glucose.targets import Profile

SPACE = "\N{NO-BREAK SPACE}"


def extents(telling: Telling) -> list[str]:
    return [telling.extent(zone).replace(SPACE, " ").replace("\u202f", " ") for zone in telling.zones]


def test_the_ranges_in_mg_dl() -> None:
    assert extents(MG) == ["<54 mg/dL", "54–69 mg/dL", "70–180 mg/dL", "181–250 mg/dL", ">250 mg/dL"]


def test_the_ranges_in_mmol_l_are_those_the_consensus_prints() -> None:
    told = ["< 3,0 mmol/L", "3,0–3,8 mmol/L", "3,9–10,0 mmol/L", "10,1–13,9 mmol/L", "> 13,9 mmol/L"]
    assert extents(MMOL) == told


def test_the_ranges_in_pregnancy_have_no_very_high() -> None:
    assert extents(PREGNANT) == ["<54 mg/dL", "54–62 mg/dL", "63–140 mg/dL", ">140 mg/dL"]


def test_the_ranges_in_g_l() -> None:
    assert extents(Telling(Unit.G_L, Profile.ADULT, ENGLISH))[2] == "0.70–1.80 g/L"


@pytest.mark.parametrize(("mg_dl", "said"), [(70.0, "3,9"), (180.156, "10,0"), (100.0, "5,6")])
def test_a_glucose_is_said_with_its_unit(mg_dl: float, said: str) -> None:
    assert MMOL.glucose(mg_dl) == f"{said}{SPACE}mmol/L"


@pytest.mark.parametrize(("highest", "top"), [(None, 350), (350.0, 350), (351.0, 500), (501.0, 600), (900.0, 600)])
def test_the_axis_holds_the_highest_reading(highest: float | None, top: float) -> None:
    assert axis(MG, highest).top == top


def test_a_small_axis_leaves_out_what_sensors_cannot_say() -> None:
    assert (small_axis(MG, 249.0).bottom, small_axis(MG, 249.0).top) == (40, 250)


@given(st.floats(20, 600))
def test_a_place_is_the_same_one_by_one_and_by_column(mg_dl: float) -> None:
    scale = axis(MMOL, 600)
    assert scale.place(mg_dl) == pytest.approx(float(scale.places(np.array([mg_dl]))[0]))


@given(st.floats(20, 600))
def test_a_place_does_not_depend_on_the_unit(mg_dl: float) -> None:
    assert axis(MG, 600).place(mg_dl) == pytest.approx(axis(MMOL, 600).place(mg_dl))


def test_the_middle_lies_within_the_target() -> None:
    scale = axis(MG, None)
    assert scale.place(70) > scale.middle > scale.place(180)
