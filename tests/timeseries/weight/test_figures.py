"""Trend, slope, change, spread, gains, bmi: rules and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeseries.weight.making import series
from timeseries.weight.bmi import BmiClass, bmi, bmi_class
from timeseries.weight.change import Change, change
from timeseries.weight.gains import gain_episodes
from timeseries.weight.series import WeightSeries
from timeseries.weight.slope import slope_per_week, theil_sen
from timeseries.weight.spread import daily_differences, day_to_day_sd
from timeseries.weight.trend import segments, trend

kilograms = st.floats(40, 150, allow_nan=False)
weighings = st.lists(st.tuples(st.integers(0, 400), kilograms), min_size=1, max_size=40, unique_by=lambda pair: pair[0])


def daily(*kg: float) -> WeightSeries:
    return series(*enumerate(kg))


@given(weighings)
def test_the_trend_stays_among_the_weights(pairs: list[tuple[int, float]]) -> None:
    made = series(*sorted(pairs))
    smooth = trend(made)
    assert made.kg.min() - 1e-9 <= smooth.min()
    assert smooth.max() <= made.kg.max() + 1e-9


@given(weighings, st.floats(-20, 20))
def test_a_shift_of_all_weights_shifts_the_trend(pairs: list[tuple[int, float]], shift: float) -> None:
    made = series(*sorted(pairs))
    moved = WeightSeries(made.at, made.kg + shift, made.zone)
    np.testing.assert_allclose(trend(moved), trend(made) + shift, atol=1e-9)


def test_a_week_moves_the_trend_by_63_percent_of_the_difference() -> None:
    assert trend(series((0, 70.0), (7, 71.0)))[-1] == pytest.approx(70 + 1 - np.exp(-1))


def test_a_gap_of_more_than_30_days_starts_a_new_trend() -> None:
    assert trend(series((0, 70.0), (31, 80.0)))[-1] == 80.0
    assert segments(series((0, 70.0), (31, 80.0)).at).tolist() == [0, 1]


def test_a_gap_of_30_days_does_not() -> None:
    assert trend(series((0, 70.0), (30, 80.0)))[-1] < 80.0
    assert segments(series((0, 70.0), (30, 80.0)).at).tolist() == [0, 0]


@given(st.floats(-1, 1), st.floats(50, 120))
def test_a_straight_line_has_its_own_slope_and_no_interval(rate: float, start: float) -> None:
    slope = slope_per_week(series(*((day, start + rate * day / 7) for day in range(28))))
    assert slope is not None
    assert [slope.low, slope.kg_per_week, slope.high] == pytest.approx([rate, rate, rate], abs=1e-9)


def test_the_slope_forgets_what_is_28_days_old() -> None:
    slope = slope_per_week(series((0, 120.0), *((day, 70.0) for day in range(28, 56))))
    assert slope is not None
    assert slope.kg_per_week == 0.0


def test_four_weighings_give_no_slope() -> None:
    assert slope_per_week(series((0, 70.0), (7, 70.5), (14, 71.0), (20, 71.5))) is None


def test_less_than_two_weeks_give_no_slope() -> None:
    assert slope_per_week(daily(*[70.0] * 14)) is None
    assert slope_per_week(daily(*[70.0] * 15)) is not None


def test_weighings_at_one_time_have_no_slope() -> None:
    assert theil_sen(np.zeros(6), np.arange(6.0)) is None


def test_a_thousand_pairs_too_many_are_thinned_to_the_same_slope() -> None:
    slope = slope_per_week(series(*((i / 100, 70 + i / 700) for i in range(2700))))
    assert slope is not None
    assert slope.kg_per_week == pytest.approx(1.0)


def test_nothing_has_no_figures() -> None:
    empty = series()
    assert len(trend(empty)) == 0
    assert slope_per_week(empty) is None
    assert change(empty.at, trend(empty), 7) is None
    assert day_to_day_sd(empty) is None
    assert gain_episodes(empty) == []


def test_change_compares_the_trend_with_that_of_then() -> None:
    made = series((0, 80.0), (30, 76.0))
    assert change(made.at, made.kg, 30) == Change(-4.0, -5.0)


@pytest.mark.parametrize(("days", "ago"), [(7, 9), (7, 5), (30, 35), (30, 25), (180, 210), (180, 150)])
def test_change_accepts_a_weighing_within_its_slack(days: int, ago: int) -> None:
    made = series((-ago, 80.0), (0, 76.0))
    assert change(made.at, made.kg, days) is not None


@pytest.mark.parametrize(("days", "ago"), [(7, 9.1), (7, 4.9), (30, 35.1), (30, 24.9), (180, 210.1), (180, 149.9)])
def test_change_is_none_where_the_history_has_a_hole(days: int, ago: float) -> None:
    made = series((-ago, 80.0), (0, 76.0))
    assert change(made.at, made.kg, days) is None


def test_the_day_to_day_spread_ignores_a_suitcase() -> None:
    plain = [70.0, 70.4, 70.1, 70.6, 70.0, 70.3, 70.7, 70.2, 70.5, 70.1, 70.4]
    assert day_to_day_sd(daily(*plain, 90.0)) == pytest.approx(day_to_day_sd(daily(*plain)), rel=0.2)


def test_six_differences_give_no_spread() -> None:
    assert day_to_day_sd(daily(*[70.0, 71.0] * 3, 70.0)) is None
    assert day_to_day_sd(daily(*[70.0, 71.0] * 4)) == pytest.approx(1.4826 / np.sqrt(2))


def test_a_difference_is_between_the_last_weighings_of_neighbouring_days() -> None:
    made = series((0, 70.0), (0.2, 70.5), (1, 71.0), (3, 75.0))
    assert daily_differences(made).tolist() == [0.5]


def test_a_gain_of_more_than_2_kg_in_3_days_is_one_episode_however_many_days_it_lasts() -> None:
    made = daily(70.0, 70.0, 72.1, 72.2, 72.3, 72.3)
    assert gain_episodes(made) == [int(made.local_days[2])]


def test_exactly_2_kg_is_none() -> None:
    assert gain_episodes(daily(70.0, 71.0, 72.0)) == []


def test_a_gain_over_4_days_is_none() -> None:
    assert gain_episodes(series((0, 70.0), (4, 73.0))) == []


def test_bmi_is_kilograms_by_squared_metres() -> None:
    assert bmi(81.0, 180.0) == pytest.approx(25.0)


def test_a_height_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="height"):
        bmi(81.0, 0.0)


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (18.49, BmiClass.UNDERWEIGHT),
        (18.5, BmiClass.NORMAL),
        (24.99, BmiClass.NORMAL),
        (25.0, BmiClass.OVERWEIGHT),
        (30.0, BmiClass.OBESITY_1),
        (35.0, BmiClass.OBESITY_2),
        (40.0, BmiClass.OBESITY_3),
    ],
)
def test_an_adults_index_has_its_who_class(index: float, name: BmiClass) -> None:
    assert bmi_class(index, 18) is name


@pytest.mark.parametrize("age", [17, None])
def test_a_childs_index_has_no_class_nor_that_of_somebody_of_unknown_age(age: int | None) -> None:
    assert bmi_class(22.0, age) is None
