"""Slots, and the figures of variability on them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given

from tests.timeseries.glucose.making import NOON, every, said_in_mmol, series, traces
from timeseries.glucose.bounds import HIGH, LOW
from timeseries.glucose.grid import Grid, grid, grid_of
from timeseries.glucose.series import Series
from timeseries.glucose.variability import conga, gvp, mag, modd, sd_of_rate

NIGHT_OF_SPRING = datetime(2026, 3, 27, 23, 0, tzinfo=UTC)
NIGHT_OF_AUTUMN = datetime(2026, 10, 23, 22, 0, tzinfo=UTC)
"""Local midnight in Paris, a day before the day on which clocks change."""


def on_grid(of: Series) -> Grid:
    """A grid that must be there."""
    found = grid(of)
    assert found is not None
    return found


def by_the_clock(start: datetime, days: int) -> Grid:
    """A glucose that is the hour of the Paris clock, at every quarter of an hour."""
    flat = every(15, [0] * 96 * days, start)
    return on_grid(Series(flat.at, 100 + flat.clock.minutes / 60, flat.in_mmol, flat.zone))


def test_slots_are_counted_from_local_midnight_and_between_readings_is_a_line() -> None:
    found = on_grid(series([3, 8, 13], [100, 110, 130]))
    assert [str(at)[11:16] for at in found.at] == ["12:05", "12:10"]
    assert found.values.tolist() == pytest.approx([104, 118])


def test_a_slot_at_a_reading_has_its_value() -> None:
    assert on_grid(every(5, [100, 110, 130])).values.tolist() == [100, 110, 130]


def test_nothing_is_between_readings_more_than_45_minutes_apart() -> None:
    found = on_grid(series([0, 5, 10, 15, 60, 106, 110, 115, 120], [100] * 9))
    empty = [5 * n for n in range(25) if not found.known[n]]
    assert empty == [65, 70, 75, 80, 85, 90, 95, 100, 105]


def test_of_two_readings_at_one_instant_the_grid_keeps_the_last() -> None:
    assert on_grid(series([0, 5, 5, 10], [100, 300, 110, 120])).values.tolist() == [100, 110, 120]


def test_the_first_slot_of_a_day_comes_after_its_midnight() -> None:
    found = on_grid(every(5, [100] * 4, NIGHT_OF_SPRING))
    assert [str(at)[11:16] for at in found.at] == ["23:05", "23:10", "23:15"]


@pytest.mark.parametrize(("step", "slots"), [(7, 5), (22, 20), (11, 10), (13, 15), (8, 8), (5, 5), (30, 30)])
def test_a_step_that_does_not_divide_the_day_is_moved(step: int, slots: int) -> None:
    assert on_grid(every(step, [100] * 40)).step == slots


@pytest.mark.parametrize("few", [every(5, []), every(5, [100]), every(46, [100] * 9), series([1, 2], [100, 100])])
def test_where_there_is_no_slot_there_is_no_grid(few: Series) -> None:
    assert grid_of(few, 5) is None or grid(few) is None


def test_slots_are_classed_in_the_unit_of_the_sensor() -> None:
    found = on_grid(said_in_mmol(series([2, 7, 12], [10.0, 10.0, 10.0])))
    assert not (found.levels.above(HIGH) | found.levels.below(LOW)).any()


@given(traces)
def test_a_grid_never_goes_beyond_what_was_read(of: Series) -> None:
    found = [each for each in (grid_of(of, 5),) if each is not None]
    assert all(np.nanmin(each.values) >= of.values.min() for each in found)
    assert all(np.nanmax(each.values) <= of.values.max() for each in found)
    assert all(each.known[[0, -1]].all() for each in found)


@pytest.mark.parametrize("start", [NIGHT_OF_SPRING, NIGHT_OF_AUTUMN, NOON])
def test_days_are_paired_by_the_clock_even_when_it_changes(start: datetime) -> None:
    assert modd(by_the_clock(start, 4)) == 0


def test_the_hour_that_clocks_skip_is_empty() -> None:
    table = by_the_clock(NIGHT_OF_SPRING, 3).by_day()
    assert np.flatnonzero(np.isnan(table[1])).tolist() == [8, 9, 10, 11]


def test_of_the_hour_that_clocks_repeat_the_second_pass_is_kept() -> None:
    start = NIGHT_OF_AUTUMN + timedelta(days=1, hours=2)
    found = on_grid(every(15, range(100, 112), start)).by_day()
    assert found[0, 8:16].tolist() == [104, 105, 106, 107, 108, 109, 110, 111]


def test_modd_is_the_mean_change_to_the_day_before() -> None:
    day = [100.0, 120.0] * 48
    found = on_grid(every(15, day + [value + 10 for value in day] + [value - 20 for value in day]))
    assert modd(found) == pytest.approx((10 + 30) / 2)


def test_conga_is_the_spread_of_changes_over_hours() -> None:
    values = [100, 100, 100, 100, 110, 120, 130, 140]
    changes = [10, 20, 30, 40]
    assert conga(on_grid(every(15, values)), 1) == pytest.approx(np.std(changes, ddof=1))


def test_gvp_is_the_extra_length_of_the_trace() -> None:
    assert gvp(on_grid(every(5, [100, 112, 112]))) == pytest.approx(100 * ((13 + 5) / 10 - 1))


def test_mag_is_change_an_hour() -> None:
    assert mag(on_grid(every(15, [100, 110, 90, 90, 100]))) == pytest.approx(40)


def test_changes_across_a_gap_count_nowhere() -> None:
    minutes = [*range(0, 61, 5), *range(200, 261, 5)]
    found = on_grid(series(minutes, [100] * 13 + [300] * 13))
    assert (mag(found), gvp(found), sd_of_rate(found), conga(found, 1)) == (0, 0, 0, 0)


def test_the_rate_is_over_15_minutes() -> None:
    found = sd_of_rate(on_grid(every(5, [100, 100, 100, 115, 100, 130])))
    assert found == pytest.approx(np.std([1, 0, 2], ddof=1))


@pytest.mark.parametrize("hours", [1, 4, 24])
def test_conga_of_too_short_a_trace_is_not_known(hours: int) -> None:
    assert conga(on_grid(every(5, [100, 110, 120])), hours) is None
