"""Ages and months at their borders."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.prevention.dates import add_months, age_on, birthday, latest

births = st.dates(date(1900, 1, 1), date(2050, 12, 31))


def test_the_29th_of_february_has_its_birthday_on_the_1st_of_march_of_common_years() -> None:
    assert birthday(date(2000, 2, 29), 25) == date(2025, 3, 1)
    assert birthday(date(2000, 2, 29), 24) == date(2024, 2, 29)


@given(births, st.integers(0, 110))
def test_an_age_is_reached_on_the_birthday_and_not_the_day_before(birth: date, age: int) -> None:
    assert age_on(birth, birthday(birth, age)) == age
    assert age_on(birth, birthday(birth, age) - timedelta(days=1)) == age - 1


def test_a_month_too_short_gives_its_last_day() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2023, 11, 30), 3) == date(2024, 2, 29)


def test_months_go_back_over_the_new_year() -> None:
    assert add_months(date(2026, 1, 15), -2) == date(2025, 11, 15)


@given(births, st.integers(1, 1200))
def test_months_ahead_move_on_by_that_many_calendar_months(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


def test_the_latest_passes_over_what_is_not_known() -> None:
    assert latest(None, date(2026, 1, 1), date(2025, 1, 1)) == date(2026, 1, 1)
    assert latest(None, None) is None
