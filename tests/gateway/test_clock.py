"""When a measurement was taken: clocks that are right, drift, were never set, stand still at 1970, or change season."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.gateway.clock import ahead, taken_at
from hub.errors import ImplausibleTime
from tests.gateway.home import NOW, PARIS, said

SUMMER = timedelta(hours=2)
KATHMANDU = ZoneInfo("Asia/Kathmandu")


def clock(display: str, *, received: datetime = NOW, stored: bool = True, ahead: int | None = None) -> datetime:
    """The instant of a measurement whose device displays that time, heard at noon UTC (14:00 in Paris)."""
    measurement = said(
        "1", taken_at=None, device_time=datetime.fromisoformat(display), received_at=received, stored=stored
    )
    return taken_at(measurement, PARIS, ahead)


def test_an_instant_the_decoder_vouches_for_stands() -> None:
    assert taken_at(said("1", taken_at=NOW - timedelta(days=9), device_time=NOW), PARIS, 3600) == NOW - timedelta(
        days=9
    )


def test_without_any_clock_the_receipt_dates_a_live_measurement() -> None:
    assert taken_at(said("1", taken_at=None), PARIS) == NOW


def test_a_stored_record_without_a_time_is_refused() -> None:
    with pytest.raises(ImplausibleTime):
        taken_at(said("1", taken_at=None, stored=True), PARIS)


def test_a_display_without_zone_is_read_where_the_gateway_stands() -> None:
    assert clock("2026-08-01T13:55:00") == NOW - timedelta(minutes=5)


def test_a_display_that_names_its_offset_is_read_with_it() -> None:
    assert clock("2026-08-01T07:55:00-04:00") == NOW - timedelta(minutes=5)


def test_a_clock_five_minutes_fast_is_put_right() -> None:
    fast = ahead(datetime.fromisoformat("2026-08-01T14:05:00"), NOW)
    assert clock("2026-08-01T14:00:00", ahead=fast) == NOW - timedelta(minutes=5)


def test_a_drifting_clock_that_shows_local_time_is_followed_into_last_winter() -> None:
    slow = ahead(datetime.fromisoformat("2026-08-01T13:58:00"), NOW)
    assert clock("2026-02-01T08:00:00", ahead=slow) == datetime(2026, 2, 1, 7, 2, tzinfo=UTC)


def test_a_clock_never_moved_to_summer_time_is_read_as_a_stopwatch() -> None:
    winter = ahead(datetime.fromisoformat("2026-08-01T13:00:00"), NOW)
    assert clock("2026-08-01T12:30:00", ahead=winter) == NOW - timedelta(minutes=30)
    assert clock("2026-02-01T08:00:00", ahead=winter) == datetime(2026, 2, 1, 7, 0, tzinfo=UTC)


def test_a_clock_that_began_in_1970_is_read_as_a_stopwatch_when_its_display_was_read() -> None:
    reset = ahead(datetime.fromisoformat("1970-01-03T10:00:00"), NOW)
    assert clock("1970-01-03T09:00:00", ahead=reset) == NOW - timedelta(hours=1)


def test_a_stored_record_of_1970_keeps_the_time_it_says_and_is_never_dated_by_receipt() -> None:
    assert clock("1970-01-03T09:00:00") == datetime(1970, 1, 3, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("display", ["1970-01-03T09:00:00", "2026-08-01T14:11:00", "2106-02-07T06:28:15"])
def test_a_live_measurement_with_an_impossible_clock_is_dated_by_its_receipt(display: str) -> None:
    assert clock(display, stored=False) == NOW


def test_a_live_measurement_more_than_a_day_old_is_dated_by_its_receipt() -> None:
    assert clock("2026-07-31T13:59:00", stored=False) == NOW
    assert clock("2026-07-31T14:01:00", stored=False) == NOW - timedelta(hours=23, minutes=59)


@pytest.mark.parametrize("display", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_the_ends_of_the_calendar_are_passed_on_for_the_hub_to_refuse(display: str) -> None:
    assert clock(display).year == int(display[:4])
    assert clock(display, ahead=-86400).year in (1, 9999)


def test_the_hour_that_autumn_has_twice_is_the_later_one_already_past() -> None:
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert clock("2026-10-25T02:30:00", received=between) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    after = datetime(2026, 10, 25, 1, 45, tzinfo=UTC)
    assert clock("2026-10-25T02:30:00", received=after) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(
    st.integers(-(10**9), 10**9),
    st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3)),
    st.sampled_from([PARIS, KATHMANDU, ZoneInfo("UTC")]),
)
def test_with_its_display_read_any_clock_at_all_gives_the_true_age_of_a_recent_record(
    wrong_by: int, age: timedelta, zone: ZoneInfo
) -> None:
    display = (NOW + timedelta(seconds=wrong_by)).replace(tzinfo=None)
    measurement = said("1", taken_at=None, device_time=display - age, stored=True)
    assert abs(taken_at(measurement, zone, ahead(display, NOW)) - (NOW - age)) <= timedelta(seconds=1)


@given(st.datetimes(), st.integers(-(2**40), 2**40) | st.none(), st.booleans())
def test_any_display_gives_an_instant(display: datetime, clock_ahead: int | None, stored: bool) -> None:
    zoned = display.replace(tzinfo=timezone(SUMMER))
    assert taken_at(said("1", taken_at=None, device_time=display, stored=stored), PARIS, clock_ahead).tzinfo
    assert taken_at(said("1", taken_at=None, device_time=zoned, stored=stored), PARIS, clock_ahead).tzinfo
