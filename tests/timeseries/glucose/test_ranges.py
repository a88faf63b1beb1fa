"""Time in ranges."""

import pytest
from hypothesis import given

from tests.timeseries.glucose.making import every, joined, said_in_mmol, series, trace, traces
from timeseries.glucose.ranges import Ranges, ranges
from timeseries.glucose.series import Series
from timeseries.glucose.tally import tally


def time_in(of: Series) -> Ranges:
    """Ranges that must be there."""
    found = ranges(tally(of))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (39, "tbr2"),
        (53.9, "tbr2"),
        (54, "tbr1"),
        (69.9, "tbr1"),
        (70, "tir"),
        (180, "tir"),
        (180.1, "tar1"),
        (250, "tar1"),
        (250.1, "tar2"),
        (401, "tar2"),
    ],
)
def test_a_bound_belongs_to_the_milder_class(value: float, name: str) -> None:
    assert getattr(time_in(every(5, [value] * 3)), name) == 100


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (2.1, "tbr2"),
        (2.9, "tbr2"),
        (3.0, "tbr1"),
        (3.8, "tbr1"),
        (3.9, "tir"),
        (10.0, "tir"),
        (10.1, "tar1"),
        (13.9, "tar1"),
        (14.0, "tar2"),
        (22.3, "tar2"),
    ],
)
def test_a_sensor_in_mmol_is_classed_by_the_bounds_in_mmol(value: float, name: str) -> None:
    assert getattr(time_in(said_in_mmol(every(5, [value] * 3))), name) == 100


def test_ten_mmol_is_in_range_where_its_conversion_in_mg_would_not_be() -> None:
    in_mmol = said_in_mmol(every(5, [10.0] * 3))
    in_mg = every(5, in_mmol.values.tolist())
    assert (time_in(in_mmol).tir, time_in(in_mg).tir) == (100, 0)


@pytest.mark.parametrize(("value", "tight"), [(3.9, 100), (7.8, 100), (7.9, 0)])
def test_the_tight_range_in_mmol_ends_at_7_8(value: float, tight: float) -> None:
    assert time_in(said_in_mmol(every(5, [value] * 3))).titr == tight


@pytest.mark.parametrize(
    ("value", "share"), [(62.9, (0, 100, 0)), (63, (100, 0, 0)), (140, (100, 0, 0)), (141, (0, 0, 100))]
)
def test_in_pregnancy_the_range_is_63_to_140(value: float, share: tuple[float, float, float]) -> None:
    found = time_in(every(5, [value] * 3))
    assert (found.pregnancy, found.below_pregnancy, found.above_pregnancy) == share


@pytest.mark.parametrize(("value", "inside"), [(3.4, 0), (3.5, 100), (7.8, 100), (7.9, 0)])
def test_in_pregnancy_the_range_in_mmol_is_3_5_to_7_8(value: float, inside: float) -> None:
    assert time_in(said_in_mmol(every(5, [value] * 3))).pregnancy == inside


def test_each_reading_is_classed_in_its_own_sensors_unit() -> None:
    first, second = every(5, [180.16, 180]), said_in_mmol(series([10, 15], [10.0, 10.1]))
    found = time_in(joined(first, second))
    assert (found.tir, found.tar1) == (50, 50)


def test_at_one_step_it_is_the_percent_of_readings_whatever_the_gaps() -> None:
    found = time_in(series([0, 5, 10, 15, 20, 25, 30, 10_000], [100] * 7 + [300]))
    assert found.tar2 == pytest.approx(100 / 8)


def test_with_mixed_steps_it_is_the_percent_of_time() -> None:
    an_hour_high = every(1, [200] * 60)
    two_hours_in_range = series(range(60, 180, 5), [100] * 24)
    found = time_in(joined(an_hour_high, two_hours_in_range))
    minutes_in_range = 23 * 5 + 7.5
    assert found.tar1 == pytest.approx(100 * 60 / (60 + minutes_in_range))


def test_with_mixed_steps_a_reading_before_a_gap_stands_for_a_step_and_a_half() -> None:
    found = time_in(joined(every(1, [100] * 61), series(range(1000, 1300, 5), [200] * 60)))
    before_gap, at_end = 1.5, 7.5
    assert found.tir == pytest.approx(100 * (60 + before_gap) / (60 + before_gap + 59 * 5 + at_end))


def test_a_gap_of_days_weighs_nothing() -> None:
    low_before_a_week_away = series([*range(0, 200, 5), *range(10_080, 10_280, 5)], [60] * 40 + [100] * 40)
    assert time_in(low_before_a_week_away).tbr == 50


def test_readings_lost_here_and_there_are_no_other_step() -> None:
    minutes = [5 * n for n in range(200) if n % 7 not in (3, 5)]
    assert tally(series(minutes, [100] * len(minutes))).steps == (5,)


def test_two_real_traces_are_of_one_step_each() -> None:
    assert (tally(trace("cgmq_dexcom")).steps, tally(trace("cgmq_libre")).steps) == ((5,), (15,))


@given(traces.filter(len))
def test_the_classes_sum_to_100(of: Series) -> None:
    found = time_in(of)
    assert found.tbr2 + found.tbr1 + found.tir + found.tar1 + found.tar2 == pytest.approx(100)
    assert found.below_pregnancy + found.pregnancy + found.above_pregnancy == pytest.approx(100)
    assert found.tbr + found.tir + found.tar == pytest.approx(100)
