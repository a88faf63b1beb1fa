"""Where the next weighing is expected, and how surely."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeseries.attribution.level import DRIFT, PRIOR_SD, Level, Track, track

weights = st.lists(st.floats(40, 140), min_size=1, max_size=20)


def daily(*kg: float) -> Track:
    made = track(range(len(kg)), kg)
    assert made is not None
    return made


def density(made: Track, day: float, kg: float) -> float:
    return float(np.exp(made.log_density(day, kg)))


def test_of_no_weighing_there_is_no_track() -> None:
    assert track([], []) is None


def test_after_one_weighing_the_next_is_expected_there_with_the_prior_spread() -> None:
    made = daily(70.0)
    assert made.level(1) == Level(1, 70.0, 1 + DRIFT)
    assert made.sd == PRIOR_SD


@pytest.mark.parametrize("day", [-3, 0.5, 3, 90])
def test_a_density_sums_to_one(day: float) -> None:
    made = daily(70.0, 71.0, 69.5, 70.2)
    grid = np.linspace(-130, 270, 40_001)
    assert np.trapezoid([density(made, day, kg) for kg in grid], grid) == pytest.approx(1, abs=1e-4)


@given(weights, st.floats(-5, 5))
def test_a_shift_of_all_weights_shifts_the_level(kg: list[float], shift: float) -> None:
    level, moved = daily(*kg).level(30), daily(*(one + shift for one in kg)).level(30)
    assert moved.kg == pytest.approx(level.kg + shift)
    assert moved.variance == pytest.approx(level.variance)


@given(weights)
def test_time_runs_both_ways(kg: list[float]) -> None:
    last = len(kg) - 1
    ahead, behind = daily(*kg).level(last + 7), daily(*kg[::-1]).level(-7)
    assert ahead.kg == pytest.approx(behind.kg)
    assert ahead.variance == pytest.approx(behind.variance)


def test_the_longer_ago_the_less_sure() -> None:
    made = daily(70.0, 70.5, 70.2)
    assert density(made, 3, 70.2) > density(made, 30, 70.2) > density(made, 300, 70.2)
    assert density(made, 3, 74.0) < density(made, 30, 74.0) < density(made, 300, 74.0)


def test_between_two_confirmed_weighings_the_level_lies_between_and_is_surer_than_from_one() -> None:
    made = track([0, 20], [70.0, 72.0])
    assert made is not None
    assert made.level(10).kg == pytest.approx(71.0)
    assert made.level(10).variance < made.level(30).variance


def test_an_old_weighing_is_judged_by_what_was_confirmed_after_it() -> None:
    assert daily(70.0, 70.4, 70.2).level(-1).kg == pytest.approx(70.2, abs=0.2)


def test_an_unsteady_person_is_expected_more_widely() -> None:
    steady, unsteady = daily(*[70.0, 70.1] * 6), daily(*[70.0, 73.0] * 6)
    assert steady.sd < PRIOR_SD < unsteady.sd
    assert density(steady, 12, 72.5) < density(unsteady, 12, 72.5)


def test_a_surprise_counts_by_what_was_to_be_expected() -> None:
    expected = 1 + (1 + DRIFT)  # a weighing's own noise, and the level's after one weighing and a day
    assert daily(70.0, 71.0).sd == pytest.approx(((6 * PRIOR_SD**2 + 1 / expected) / 7) ** 0.5)


def test_the_level_follows_a_lasting_loss() -> None:
    assert daily(*(80 - day / 10 for day in range(60))).level(60).kg == pytest.approx(74.1, abs=0.5)
