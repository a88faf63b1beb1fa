"""How much the sensor spoke."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.timeseries.glucose.making import NOON, every, joined, recommended, series, trace
from timeseries.glucose.coverage import active_percent, active_percent_within, coverage_by_day, sufficient
from timeseries.glucose.series import Series
from timeseries.local_time import date_of

SPRING, AUTUMN = datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
"""Local midnight in Paris, at the beginning of the day on which clocks change."""


def test_a_trace_without_gaps_is_wholly_active() -> None:
    assert active_percent(every(5, [100] * 100)) == 100


def test_what_is_missing_between_first_and_last_is_counted() -> None:
    assert active_percent(series([0, 5, 10, 15, 30, 35], [100] * 6)) == pytest.approx(100 * 6 / 8)


def test_each_interval_is_held_against_its_own_step() -> None:
    mixed = joined(every(5, [100] * 20), series([*range(100, 150), *range(160, 200)], [100] * 90))
    assert active_percent(mixed) == pytest.approx(100 * 110 / 120, abs=0.01)


@pytest.mark.parametrize("few", [every(5, []), every(5, [100])])
def test_of_under_two_readings_nothing_is_known(few: Series) -> None:
    assert active_percent(few) is None
    assert active_percent_within(few, NOON, NOON + timedelta(days=14)) is None
    assert coverage_by_day(few) == []


def test_of_fourteen_days_it_is_what_iglu_gives() -> None:
    of = trace("cgmq_dexcom")
    until = datetime(2016, 11, 2, tzinfo=UTC)
    found = active_percent_within(of, until - timedelta(days=14), until)
    assert found == pytest.approx(recommended("cgmq_dexcom", "active_percent_14d"))


@pytest.mark.parametrize(("start", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_a_day_on_which_clocks_change_is_held_against_its_real_length(start: datetime, hours: int) -> None:
    whole = every(5, [100] * 12 * hours, start)
    assert [(each.readings, each.active_percent) for each in coverage_by_day(whole)] == [(12 * hours, 100)]


def test_each_local_day_has_its_coverage() -> None:
    a_day_and_a_half = every(15, [100] * 144, datetime(2026, 5, 3, 22, 0, tzinfo=UTC))
    found = coverage_by_day(a_day_and_a_half)
    assert [(date_of(each.day).day, each.active_percent) for each in found] == [(4, 100), (5, 50)]


FORTNIGHT = timedelta(days=14)


@pytest.mark.parametrize(("readings", "enough"), [(14_111, False), (14_112, True)])
def test_seventy_percent_of_fourteen_days_are_enough(readings: int, enough: bool) -> None:
    assert sufficient(every(1, [100] * readings), NOON, NOON + FORTNIGHT) is enough


def test_thirteen_days_are_never_enough() -> None:
    assert not sufficient(every(5, [100] * 4000), NOON, NOON + timedelta(days=13))


def test_fourteen_local_days_are_enough_though_clocks_went_forward() -> None:
    until = SPRING + FORTNIGHT - timedelta(hours=1)
    assert sufficient(every(5, [100] * 4000, SPRING), SPRING, until)
    assert not sufficient(every(5, [100] * 4000, NOON), NOON, NOON + FORTNIGHT - timedelta(hours=1))


def test_without_readings_nothing_is_enough() -> None:
    assert not sufficient(every(5, []), NOON, NOON + FORTNIGHT)
