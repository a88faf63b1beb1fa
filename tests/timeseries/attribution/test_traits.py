"""Impedance, time of day and the scale's own idea: evidence, never proof."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeseries.attribution.traits import (
    HINT_BOUND,
    OHM_BOUND,
    count_hints,
    habit_log_ratio,
    hint_log_ratios,
    hinted,
    impedance,
)

MORNINGS = [415, 420, 425, 430]
ANNAS = (("1", 8), ("2", 1))
BORISS = (("2", 6),)


def test_two_impedances_say_nothing() -> None:
    assert impedance([500.0, 510.0]) is None


def test_an_impedance_like_the_confirmed_ones_speaks_for_the_member_and_another_against() -> None:
    known = impedance([500.0, 510.0, 505.0])
    assert known is not None
    assert known.log_ratio(507) > 0 > known.log_ratio(600)


@given(st.lists(st.floats(50, 3000), min_size=3, max_size=9), st.floats(50, 3000))
def test_an_impedance_never_outweighs_its_bound(known: list[float], ohm: float) -> None:
    trait = impedance(known)
    assert trait is not None
    assert abs(trait.log_ratio(ohm)) <= OHM_BOUND


def test_two_times_of_day_are_no_habit() -> None:
    assert habit_log_ratio([420, 425], 1200) == 0.0


def test_the_usual_time_of_day_speaks_for_the_member_and_another_halves_their_chance() -> None:
    assert habit_log_ratio(MORNINGS, 422) > 1
    assert habit_log_ratio(MORNINGS, 1200) == pytest.approx(math.log(0.5), abs=0.01)


def test_midnight_does_not_cut_a_habit() -> None:
    assert habit_log_ratio([1430, 1435, 5, 10], 2) == pytest.approx(habit_log_ratio([710, 715, 725, 730], 722))


@given(st.lists(st.integers(0, 1439), min_size=3, max_size=5))
def test_a_habit_spreads_one_days_chance_over_the_day(minutes: list[int]) -> None:
    chances = [math.exp(habit_log_ratio(minutes, minute)) for minute in range(0, 1440, 5)]
    assert sum(chances) / len(chances) == pytest.approx(1, abs=1e-3)


def test_hints_are_counted_and_missing_ones_are_not() -> None:
    assert count_hints(["1", None, "2", "1"]) == (("1", 2), ("2", 1))


def test_a_hint_speaks_for_the_one_who_was_confirmed_with_it() -> None:
    anna, boris = hint_log_ratios([ANNAS, BORISS], "1")
    assert anna > 0 > boris


@pytest.mark.parametrize("hint", [None, "3"])
def test_a_hint_nobody_was_confirmed_with_says_nothing(hint: str | None) -> None:
    assert hint_log_ratios([ANNAS, BORISS], hint) == [0.0, 0.0]
    assert hinted([ANNAS, BORISS], hint) is None


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=5))
def test_a_hint_never_outweighs_its_bound(counts: list[int]) -> None:
    ratios = hint_log_ratios([(("1", count),) if count else () for count in counts], "1")
    assert all(abs(ratio) <= HINT_BOUND for ratio in ratios)


def test_a_hint_is_mapped_to_a_member_by_confirmations() -> None:
    assert hinted([ANNAS, BORISS], "1") == 0
    assert hinted([ANNAS, BORISS], "2") == 1


def test_a_hint_confirmed_for_two_members_is_mapped_to_none() -> None:
    assert hinted([(("1", 7),), (("1", 2),)], "1") is None
    assert hinted([(("1", 8),), (("1", 2),)], "1") == 0


def test_two_confirmations_map_no_hint() -> None:
    assert hinted([(("1", 2),), ()], "1") is None


def test_a_household_of_nobody_has_no_hints() -> None:
    assert hinted([], "1") is None
    assert hint_log_ratios([], "1") == []
