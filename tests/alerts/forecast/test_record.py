"""What came of the lows foreseen."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from alerts.forecast.record import Day, Record, excused, lows, raised, settle, watched
from tests.alerts.forecast.making import after, every, flat, series
from timeseries.glucose.series import Series

QUIET = flat(hours=4)
FORESEEN = raised(Record(), after(60))


def settled(record: Record, *begun: float, at: float, recent: Series = QUIET) -> Record:
    """The record so many minutes after noon, lows having begun at others."""
    return settle(record, [after(minute) for minute in begun], recent, after(at))


def told(record: Record) -> tuple[int, int, int]:
    """Found, missed, false."""
    return sum(d.found for d in record.days), sum(d.missed for d in record.days), sum(d.false for d in record.days)


def began(values: Sequence[float]) -> list[datetime]:
    """The lows of five-minute readings from noon on."""
    return lows(every(5, values))


def test_a_low_that_begins_within_45_minutes_was_foreseen() -> None:
    record = settled(FORESEEN, 105, at=120)
    assert told(record) == (1, 0, 0)
    assert record.mean_warning == 45
    assert record.pending is None


def test_a_low_that_begins_later_was_missed_and_the_alarm_false() -> None:
    assert told(settled(FORESEEN, 106, at=121)) == (0, 1, 1)


def test_a_low_that_had_begun_was_not_foreseen() -> None:
    assert told(settled(FORESEEN, 60, at=75)) == (0, 1, 0)


def test_a_low_nobody_foresaw_was_missed() -> None:
    assert told(settled(Record(), 90, at=105)) == (0, 1, 0)


def test_an_alarm_is_false_once_no_low_can_have_begun_in_time() -> None:
    assert told(settled(FORESEEN, at=119)) == (0, 0, 0)
    assert told(settled(FORESEEN, at=120)) == (0, 0, 1)


def test_an_alarm_is_void_if_the_sensor_fell_silent_meanwhile() -> None:
    silent = series([0, 60, 106, 111, 120], [120] * 5)
    record = settled(FORESEEN, at=120, recent=silent)
    assert told(record) == (0, 0, 0)
    assert record.pending is None


def test_a_silence_before_the_alarm_voids_nothing() -> None:
    early = series([0, 60, 90, 120], [120] * 4)
    assert told(settled(FORESEEN, at=120, recent=early)) == (0, 0, 1)


def test_a_silence_after_all_was_known_voids_nothing() -> None:
    late = series([0, 30, 60, 90, 121, 200], [120] * 6)
    assert told(settled(FORESEEN, at=200, recent=late)) == (0, 0, 1)


def test_a_low_missed_counts_once_however_often_it_is_told() -> None:
    assert told(settled(settled(Record(), 90, at=105), 90, 100, at=110)) == (0, 1, 0)


def test_a_low_counts_once_however_often_it_is_told() -> None:
    assert told(settled(settled(FORESEEN, 90, at=105), 90, 100, at=110)) == (1, 0, 0)


def test_the_next_low_counts_too() -> None:
    assert told(settled(FORESEEN, 90, 120, at=140)) == (1, 1, 0)


def test_an_alarm_acted_upon_is_neither_true_nor_false() -> None:
    assert told(settled(excused(FORESEEN), at=120)) == (0, 0, 0)


def test_rates_are_of_what_was_watched() -> None:
    record = settled(settled(watched(FORESEEN, after(60), 720), at=120), 200, at=215)
    assert record.watched_days == 0.5
    assert record.false_per_day == 2
    assert record.hit_rate == 0


def test_there_are_no_rates_of_nothing() -> None:
    assert (Record().false_per_day, Record().hit_rate, Record().mean_warning) == (None, None, None)


def test_four_weeks_are_kept() -> None:
    old = watched(Record(), after(0), 100)
    assert watched(old, after(0) + timedelta(days=27), 10).watched_days == 110 / 1440
    assert watched(old, after(0) + timedelta(days=28), 10).watched_days == 10 / 1440


def test_what_is_learnt_late_counts_on_its_own_day() -> None:
    late = settled(watched(Record(), after(1440), 5), 90, at=1440)
    assert [(day.watched, day.missed) for day in late.days] == [(0, 1), (5, 0)]


@pytest.mark.parametrize("record", [Record(), FORESEEN, settled(watched(FORESEEN, after(60), 7.5), 90, at=105)])
def test_a_record_survives_json(record: Record) -> None:
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_fifteen_minutes_below_are_a_low_and_ten_are_not() -> None:
    assert began([100] * 12 + [69] * 3 + [100] * 3) == [after(60)]
    assert began([100] * 12 + [69] * 2 + [100] * 3) == []


def test_a_low_under_way_when_the_readings_begin_did_not_begin_then() -> None:
    assert began([60] * 12 + [100] * 12) == []
    assert lows(every(5, [60] * 12 + [100] * 12, after(2))) == []


def test_readings_too_few_for_a_grid_have_no_low() -> None:
    assert began([60]) == []


def test_a_day_begins_with_nothing() -> None:
    assert Day(1) == Day(1, watched=0, found=0, missed=0, false=0, warning=0)
