"""The wall clock of a zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeseries.local_time import DAY, date_of, seconds_of_day, start_of_day, wall_clock

PARIS = ZoneInfo("Europe/Paris")
ZONES = [
    ZoneInfo(name) for name in ("Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
]


def day(year: int, month: int, of_month: int) -> int:
    """Days since 1970-01-01."""
    return (date(year, month, of_month) - date(1970, 1, 1)).days


@given(st.lists(st.integers(0, 2_000_000_000), max_size=20), st.sampled_from(ZONES))
def test_it_shows_what_the_zones_clock_shows(seconds: list[int], zone: ZoneInfo) -> None:
    shown = [datetime.fromtimestamp(each, zone).replace(tzinfo=UTC).timestamp() for each in seconds]
    assert wall_clock(np.array(seconds, "datetime64[s]"), zone).seconds.tolist() == shown


def test_around_a_change_of_clocks_each_second_has_its_own_offset() -> None:
    around = np.arange(np.datetime64("2026-03-29T00:59:58"), np.datetime64("2026-03-29T01:00:02"))
    assert (wall_clock(around, PARIS).seconds % DAY).tolist() == [7198, 7199, 10800, 10801]


def test_an_instant_has_its_local_day_and_minute() -> None:
    clock = wall_clock(np.array(["2026-07-01T22:05:59.9"], "datetime64[us]"), PARIS)
    assert (date_of(int(clock.days[0])), int(clock.minutes[0])) == (date(2026, 7, 2), 5)


@pytest.mark.parametrize(
    ("of", "hours"), [(day(2026, 3, 28), 24), (day(2026, 3, 29), 23), (day(2026, 10, 25), 25), (day(2026, 10, 26), 24)]
)
def test_days_on_which_clocks_change_have_23_or_25_hours(of: int, hours: int) -> None:
    assert seconds_of_day(of, PARIS) == hours * 3600


def test_a_day_begins_at_local_midnight() -> None:
    assert start_of_day(day(2026, 3, 30), PARIS) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)


def test_a_day_whose_midnight_clocks_skip_begins_where_they_jump() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    assert start_of_day(day(2026, 3, 29), beirut) == datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    assert seconds_of_day(day(2026, 3, 29), beirut) == 23 * 3600


def test_no_instants_have_no_clock() -> None:
    assert wall_clock(np.array([], "datetime64[us]"), PARIS).days.tolist() == []
