"""Outliers, and all that is said of a person's weight."""

import numpy as np
import pytest

from tests.support.krone import series_of, weighed
from tests.timeseries.weight.making import day, series
from timeseries.weight.bmi import BmiClass
from timeseries.weight.outliers import outliers
from timeseries.weight.series import WeightSeries
from timeseries.weight.summary import weight_trend

STEADY = (70.0, 70.4, 70.1, 70.6, 70.0, 70.3, 70.7, 70.2, 70.5, 70.1, 70.4, 70.2, 70.3, 70.5, 70.2)


def daily(*kg: float) -> WeightSeries:
    return series(*enumerate(kg))


def test_a_suitcase_is_marked_and_the_next_weighing_is_not() -> None:
    marked = outliers(daily(*STEADY, 92.0, 70.3))
    assert np.flatnonzero(marked).tolist() == [15]


def test_the_first_weighing_can_be_the_odd_one() -> None:
    assert np.flatnonzero(outliers(daily(15.0, *STEADY))).tolist() == [0]


def test_more_than_three_kilograms_overnight_is_one() -> None:
    assert np.flatnonzero(outliers(daily(*STEADY, 73.4))).tolist() == [15]


def test_five_sds_of_an_unsteady_person_are_no_outlier() -> None:
    unsteady = [70.0, 72.0, 70.5, 72.5, 70.0, 72.0, 70.5, 72.0, 70.0, 72.0]
    assert not outliers(daily(*unsteady, 76.5)).any()


def test_a_step_that_lasts_is_believed_from_its_second_weighing() -> None:
    assert np.flatnonzero(outliers(daily(*STEADY, 75.0))).tolist() == [15]
    assert not outliers(daily(*STEADY, 75.0, 75.3)).any()


def test_a_gain_of_two_kilograms_overnight_is_no_outlier() -> None:
    assert not outliers(daily(*STEADY, 72.3)).any()


def test_two_neighbours_are_too_few_to_call_a_third_odd() -> None:
    assert not outliers(daily(70.0, 70.2, 90.0)).any()


def test_after_a_month_without_weighings_nothing_is_odd() -> None:
    assert not outliers(series(*enumerate(STEADY), (45, 80.0))).any()


def test_of_the_real_people_only_the_one_with_odd_weights_has_marks() -> None:
    marks = {person: int(outliers(series_of(days)).sum()) for person, days in weighed().items()}
    assert {person for person, marked in marks.items() if marked} == {12}


def test_a_suitcase_moves_no_figure() -> None:
    plain, odd = weight_trend(daily(*STEADY), 175, 40), weight_trend(daily(*STEADY, 92.0), 175, 40)
    assert (odd.slope, odd.change, odd.bmi, odd.day_to_day_sd) == (
        plain.slope,
        plain.change,
        plain.bmi,
        plain.day_to_day_sd,
    )


def test_an_outlier_is_shown_with_the_trend_as_it_stood() -> None:
    points = weight_trend(daily(*STEADY, 92.0)).points
    assert (points[-1].taken_at, points[-1].value, points[-1].outlier) == (day(15), 92.0, True)
    assert points[-1].trend == points[-2].trend


def test_there_is_no_trend_before_the_first_believed_weighing() -> None:
    points = weight_trend(daily(15.0, *STEADY)).points
    assert [points[0].trend, points[1].trend] == [None, 70.0]


def test_an_odd_weighing_does_not_bridge_a_gap() -> None:
    points = weight_trend(series(*enumerate(STEADY), (25, 95.0), (46, 72.0))).points
    assert [point.outlier for point in points[-2:]] == [True, False]
    assert [point.segment for point in points[-3:]] == [0, 0, 1]


def test_the_summary_names_changes_by_their_span() -> None:
    found = weight_trend(series(*((i, 80 - i / 100) for i in range(200))), 170, 71)
    assert set(found.change) == {"7d", "30d", "180d"}
    half_year = found.change["180d"]
    assert half_year is not None
    assert half_year.kg == pytest.approx(-1.8, abs=0.1)
    assert found.bmi == pytest.approx(27.0, abs=0.1)
    assert found.bmi_class is BmiClass.OVERWEIGHT


def test_without_height_there_is_no_bmi() -> None:
    found = weight_trend(daily(*STEADY))
    assert (found.bmi, found.bmi_class) == (None, None)


def test_of_nothing_nothing_is_said() -> None:
    found = weight_trend(series(), 170, 40)
    assert (found.points, found.slope, found.bmi, found.day_to_day_sd) == ((), None, None, None)
    assert set(found.change.values()) == {None}


def test_one_weighing_has_a_trend_and_a_bmi_and_no_more() -> None:
    found = weight_trend(series((0, 81.0)), 180, 40)
    assert [point.trend for point in found.points] == [81.0]
    assert found.bmi == pytest.approx(25.0)
    assert (found.slope, set(found.change.values())) == (None, {None})
