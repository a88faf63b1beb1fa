"""The last hour as it was told by then."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast.evidence import evidence, lags, later
from tests.alerts.forecast.making import every, flat, series, up_to
from tests.timeseries.glucose.making import traces
from timeseries.glucose.series import Series


def sufficient(of: Series) -> list[bool]:
    """Where the evidence suffices."""
    return [bool(each) for each in evidence(of).sufficient]


def test_nothing_suffices_of_no_reading() -> None:
    assert sufficient(series([], [])) == []


def test_evidence_suffices_from_the_sixtieth_minute_on() -> None:
    assert sufficient(flat(hours=2)) == [False] * 12 + [True] * 13


def test_a_hole_of_more_than_35_minutes_begins_the_hour_anew() -> None:
    minutes = [*range(0, 65, 5), *range(96, 166, 5)]
    assert sufficient(series(minutes, [120] * len(minutes))) == [False] * 12 + [True] + [False] * 12 + [True] * 2


def test_after_a_hole_of_35_minutes_only_the_reading_right_behind_it_does_not_suffice() -> None:
    minutes = [*range(0, 65, 5), 95, 100, 105]
    assert sufficient(series(minutes, [120] * len(minutes)))[-4:] == [True, False, True, True]


def test_a_sensor_of_15_minutes_is_heard_after_its_first_hour() -> None:
    assert sufficient(every(15, [120] * 6)) == [False] * 4 + [True] * 2


def test_a_slope_over_20_minutes_is_fresh_and_one_over_more_is_not() -> None:
    minutes = [0, 20, 40, 60, 80, 100.5]
    assert sufficient(series(minutes, [120] * 6)) == [False] * 3 + [True, True, False]


@pytest.mark.parametrize(("value", "believed"), [(39, False), (40, True), (400, True), (401, False), (501, False)])
def test_a_reading_that_may_be_a_bound_of_the_range_tells_nothing(value: float, believed: bool) -> None:
    assert sufficient(every(5, [120] * 24 + [value]))[-1] is believed


def test_lags_are_the_readings_newest_first() -> None:
    told = every(5, range(100, 113))
    assert lags(told, slice(-1, None)).tolist() == [list(range(112, 100, -1))]


def test_lags_between_readings_are_on_the_line_between_them() -> None:
    told = every(15, [100, 130, 160, 190, 220])
    assert lags(told, slice(-1, None))[0] == pytest.approx([220 - 10 * n for n in range(12)])


@given(traces, st.integers(1, 80))
def test_what_comes_later_changes_nothing_of_the_evidence(trace: Series, count: int) -> None:
    whole, part = evidence(trace.distinct()), evidence(up_to(trace.distinct(), count))
    known = len(part.told)
    assert whole.sufficient[:known].tolist() == part.sufficient.tolist()
    assert whole.minutes[:known].tolist() == part.minutes.tolist()
    assert np.array_equal(lags(whole.told, slice(0, known)), lags(part.told, slice(None)))


def test_what_came_true_is_known_once_a_reading_reaches_it() -> None:
    values, known = later(every(5, range(100, 110)), 30)
    assert known.tolist() == [True] * 4 + [False] * 6
    assert values[:4].tolist() == [106, 107, 108, 109]


def test_what_came_true_within_a_hole_is_not_known() -> None:
    values, known = later(series([0, 5, 10, 31, 36, 41], [100, 105, 110, 131, 136, 141]), 30)
    assert known.tolist() == [False, True, True, False, False, False]
    assert values[1:3].tolist() == [135, 140]


def test_a_low_beyond_the_sensors_range_came_true_as_its_bound() -> None:
    values, known = later(every(15, [120, 90, 39, 39]), 30)
    assert values[known].tolist() == [39, 39]


def test_what_a_reading_says_itself_is_known_whatever_hole_is_before_it() -> None:
    values, known = later(series([0, 5, 30], [120, 118, 90]), 30)
    assert known.tolist() == [True, False, False]
    assert values[0] == 90
