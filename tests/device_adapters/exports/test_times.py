"""Which number is the day, and which instant a wall-clock time was."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from device_adapters.export import Contents, Row, reader_for
from device_adapters.export_time import Order, instants, read_stamp
from hub.errors import Malformed
from tests.device_adapters.exports.files import PARIS, history, libreview

MINUTE = timedelta(minutes=1)


def read(text: str) -> Contents:
    """What the reader of the text finds."""
    return reader_for(text).read(text, None)


def days(text: str) -> list[str]:
    """The dates of the rows, as year-month-day."""
    return [row.time.date().isoformat() for row in read(text).rows if row.time]


def rows_at(times: list[datetime], values: list[str] | None = None) -> list[Row]:
    """Rows of one device at those wall-clock times."""
    written = values or [str(100 + place) for place in range(len(times))]
    return [
        Row(place, "", "S1", "0", "", time, "glucose", value, float(value), "mg/dL")
        for place, (time, value) in enumerate(zip(times, written, strict=True))
    ]


def wall(text: str) -> datetime:
    """A wall-clock time."""
    return datetime.fromisoformat(text)


def in_utc(moments: list[datetime | None]) -> list[datetime]:
    """The instants that could be placed, in UTC."""
    return [moment.astimezone(UTC) for moment in moments if moment]


def utc(moments: list[datetime | None]) -> list[str]:
    """The instants as hours and minutes in UTC."""
    return [f"{moment:%H:%M}" for moment in in_utc(moments)]


def test_one_day_after_the_12th_decides_the_whole_file() -> None:
    assert days(libreview(history("02-03-2024 08:00"), history("15-03-2024 08:00"))) == ["2024-03-02", "2024-03-15"]
    assert days(libreview(history("02-03-2024 08:00"), history("03-15-2024 08:00"))) == ["2024-02-03", "2024-03-15"]


def test_the_line_that_says_when_it_was_made_decides_too() -> None:
    assert days(libreview(history("02-03-2024 08:00"), made="22-03-2024 10:00 UTC")) == ["2024-03-02"]
    assert days(libreview(history("02-03-2024 08:00 AM"), made="03-22-2024 10:00 AM UTC")) == ["2024-02-03"]


def test_a_line_written_by_another_rule_decides_nothing() -> None:
    with pytest.raises(Malformed, match="no date tells day and month apart"):
        read(libreview(history("02-03-2024 08:00"), made="03-22-2024 10:00 AM UTC"))


def test_a_french_account_writes_the_day_first() -> None:
    assert days(libreview(history("02-03-2024 08:00"), french=True)) == ["2024-03-02"]


def test_a_day_that_tells_weighs_more_than_the_language() -> None:
    assert days(libreview(history("02-03-2024 08:00"), history("03-15-2024 08:00"), french=True)) == [
        "2024-02-03",
        "2024-03-15",
    ]


@pytest.mark.parametrize(
    "text",
    [
        libreview(history("02-03-2024 08:00")),
        libreview(history("02-03-2024 08:00 PM")),
        libreview(history("02/03/2024 08:00"), french=True),
    ],
    ids=["english", "english with half days", "french but saved by a spreadsheet"],
)
def test_a_file_in_which_nothing_tells_day_from_month_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="no date tells day and month apart"):
        read(text)


def test_dates_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(Malformed, match="some dates have the day first"):
        read(libreview(history("25-03-2024 08:00"), history("03-25-2024 08:00")))


def test_a_date_with_the_same_day_and_month_needs_no_telling() -> None:
    assert days(libreview(history("05-05-2024 08:00"))) == ["2024-05-05"]


def test_a_year_in_front_needs_no_telling() -> None:
    assert days(libreview(history("2024/03/02 08:00"))) == ["2024-03-02"]


@pytest.mark.parametrize(
    ("text", "order", "time"),
    [
        ("15-01-2024 08:00", Order.DMY, "2024-01-15T08:00:00"),
        ("01-15-2024 12:05 AM", Order.MDY, "2024-01-15T00:05:00"),
        ("01-15-2024 12:05 PM", Order.MDY, "2024-01-15T12:05:00"),
        ("01-15-2024 1:05 p.m.", Order.MDY, "2024-01-15T13:05:00"),
        ("2024-01-15T08:00:12", Order.YMD, "2024-01-15T08:00:12"),
        ("2024-01-15 8:00:12.5", Order.YMD, "2024-01-15T08:00:12.500000"),
        ("2024-01-15 08:00:00 -0330", Order.YMD, "2024-01-15T08:00:00-03:30"),
        ("2024-01-15T08:00:00Z", Order.YMD, "2024-01-15T08:00:00+00:00"),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, order: Order, time: str) -> None:
    assert read_stamp(text, order) == datetime.fromisoformat(time)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15-01-24 08:00",
        "31-02-2024 08:00",
        "15-01-2024",
        "15-01-2024 24:00",
        "15-01-2024 13:00 PM",
        "15-01-2024 0:00 AM",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_stamp(text, Order.DMY) is None


@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    zone=st.sampled_from([ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Sydney")]),
    minutes=st.integers(1, 59),
)
def test_an_unbroken_record_comes_back_to_its_instants(start: datetime, zone: ZoneInfo, minutes: int) -> None:
    lived = [start.replace(tzinfo=UTC) + MINUTE * minutes * n for n in range(40)]
    assume(not lived[0].astimezone(zone).fold)  # a file that begins in the second pass does not show it
    rows = rows_at([moment.astimezone(zone).replace(tzinfo=None) for moment in lived])
    assert in_utc(instants(rows, zone)) == lived
    assert in_utc(instants(rows[::-1], zone)) == lived[::-1]


@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("minutes", [5, 15, 30, 59])
def test_a_night_with_two_passes_comes_back_to_its_instants(first: int, minutes: int) -> None:
    start = datetime(2024, 10, 26, 22, 0, tzinfo=UTC) + MINUTE * 13 * first
    lived = [start + MINUTE * minutes * n for n in range(400 // minutes)]
    rows = rows_at([moment.astimezone(PARIS).replace(tzinfo=None) for moment in lived])
    assert in_utc(instants(rows, PARIS)) == lived
    assert in_utc(instants(rows[::-1], PARIS)) == lived[::-1]


def test_without_a_step_back_the_first_pass_is_meant() -> None:
    assert utc(instants(rows_at([wall("2024-10-27T02:30"), wall("2024-10-27T03:30")]), PARIS)) == ["00:30", "02:30"]


def test_the_same_clock_time_with_another_value_is_the_second_pass() -> None:
    both = [wall("2024-10-27T02:30")] * 2
    assert utc(instants(rows_at(both, ["100", "104"]), PARIS)) == ["00:30", "01:30"]
    assert utc(instants(rows_at(both, ["100", "100"]), PARIS)) == ["00:30", "00:30"]


def test_the_second_pass_ends_with_its_hour() -> None:
    times = ["2024-10-27T02:30", "2024-10-27T02:00", "2024-10-27T03:00", "2025-10-26T02:30"]
    assert utc(instants(rows_at([wall(time) for time in times]), PARIS)) == ["00:30", "01:00", "02:00", "00:30"]


def test_the_repeated_hours_of_two_years_do_not_touch() -> None:
    times = ["2024-10-27T02:30", "2024-10-27T02:00", "2025-10-26T02:30"]
    assert utc(instants(rows_at([wall(time) for time in times]), PARIS)) == ["00:30", "01:00", "00:30"]


def test_a_time_that_clocks_skip_is_that_of_a_clock_not_put_forward() -> None:
    assert utc(instants(rows_at([wall("2024-03-31T02:30")]), PARIS)) == ["01:30"]


def test_two_devices_do_not_step_back_for_one_another() -> None:
    early, late = rows_at([wall("2024-10-27T02:45"), wall("2024-10-27T02:15")])
    other = Row(2, "", "S2", "0", "", late.time, "glucose", "101", 101.0, "mg/dL")
    assert utc(instants([early, other], PARIS)) == ["00:45", "00:15"]
