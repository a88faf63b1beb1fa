"""Ticks: where the person's clock strikes."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.time_axis import day_ticks, hour_ticks

PARIS = ZoneInfo("Europe/Paris")


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=PARIS)  # type: ignore[misc, arg-type]


def test_a_day_is_struck_every_three_hours_and_midnight_names_it() -> None:
    ticks = hour_ticks(Span(local(2026, 5, 4, 22), local(2026, 5, 5, 7)), PARIS, FRENCH)
    assert [(tick.text, tick.minor, tick.midnight) for tick in ticks] == [
        ("mar. 5", False, True),
        ("03:00", True, False),
        ("06:00", False, False),
    ]


def test_three_days_are_struck_every_twelve_hours() -> None:
    ticks = hour_ticks(Span(local(2026, 5, 4), local(2026, 5, 6, 23)), PARIS, ENGLISH)
    assert [tick.text for tick in ticks] == ["Mon 4", "12:00", "Tue 5", "12:00", "Wed 6", "12:00"]


def test_longer_spans_are_told_by_dates() -> None:
    ticks = hour_ticks(Span(local(2026, 5, 4), local(2026, 5, 10)), PARIS, ENGLISH)
    assert [tick.text for tick in ticks] == ["4 May", "5 May", "6 May", "7 May", "8 May", "9 May", "10 May"]


def test_noon_of_a_day_of_twenty_three_hours_is_eleven_hours_in() -> None:
    ticks = hour_ticks(Span(local(2026, 3, 29), local(2026, 3, 30)), PARIS, ENGLISH)
    noon = next(tick for tick in ticks if tick.text == "12:00")
    assert noon.place == pytest.approx(11 / 23)


def test_an_hour_that_clocks_skip_does_not_strike() -> None:
    zone = ZoneInfo("America/Havana")  # clocks jump from 00:00 to 01:00 there
    ticks = hour_ticks(Span(datetime(2026, 3, 7, 18, tzinfo=zone), datetime(2026, 3, 8, 4, tzinfo=zone)), zone, ENGLISH)
    assert [tick.text for tick in ticks] == ["18:00", "21:00", "03:00"]


spans = st.tuples(st.datetimes(datetime(2001, 1, 1), datetime(2040, 1, 1)), st.integers(1, 60 * 24 * 400))  # noqa: DTZ001


@given(spans)
def test_ticks_are_few_in_order_and_on_the_axis(told: tuple[datetime, int]) -> None:
    since = told[0].replace(tzinfo=UTC)
    ticks = hour_ticks(Span(since, since + timedelta(minutes=told[1])), PARIS, ENGLISH)
    places = [tick.place for tick in ticks]
    assert places == sorted(set(places))
    assert all(0 <= place <= 1 for place in places)
    assert len(ticks) <= 13


@pytest.mark.parametrize("offset", [None, UTC])
def test_a_span_without_length_or_offset_is_refused(offset: timezone | None) -> None:
    at = datetime(2026, 5, 4, tzinfo=offset)
    with pytest.raises(ValueError, match="chart"):
        Span(at, at)


def test_dates_of_years_stay_few() -> None:
    assert len(day_ticks(Span(local(2000, 1, 1), local(2040, 1, 1)), PARIS, ENGLISH)) <= 8
