"""What readings suggest: the glucose management indicator over its target, and classes of body mass index."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.prevention import understand
from alerts.prevention.bmi_crossing import bmi_crossing
from alerts.prevention.gmi_over_target import gmi_over_target, hba1c_target
from timeseries.glucose.tally import Tally

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
BORN = date(1976, 6, 15)
AT_7 = (7.0 - 3.31) / 0.02392
"""mg/dL whose GMI is 7.0 %."""


def day_at(mean: float, minutes: float = 1440) -> Tally:
    """A day of 5-minute readings whose mean is so many mg/dL."""
    n = int(minutes / 5)
    return Tally(n=n, days=1, total=(mean - 100) * n, minutes=(0, 0, 0, 0, minutes, 0, 0), steps=(5,))


def quarter(*thirds: float, minutes: float = 1440) -> dict[date, Tally]:
    """The 90 days before today, each third at its mean, oldest first."""
    return {TODAY - (90 - n) * DAY: day_at(thirds[n // 30], minutes) for n in range(90)}


def test_each_month_over_the_target_is_said_since_the_first_day_of_the_quarter() -> None:
    found = gmi_over_target(quarter(180, 190, 200), TODAY, 7.0)
    assert found is not None
    assert found.since == date(2026, 8, 24)
    assert "7.9 % for 90 days, and over the target of 7.0 %" in found.why.en
    assert "7,9 % sur 90 jours" in found.why.fr
    assert "laboratory HbA1c" in found.why.en


@pytest.mark.parametrize("thirds", [(150, 200, 200), (200, 150, 200), (200, 200, 150)])
def test_one_month_at_target_is_enough_to_say_nothing(thirds: tuple[float, ...]) -> None:
    assert gmi_over_target(quarter(*thirds), TODAY, 7.0) is None


def test_exactly_at_the_target_is_not_over_it() -> None:
    assert gmi_over_target(quarter(AT_7 - 1e-6, AT_7 - 1e-6, AT_7 - 1e-6), TODAY, 7.0) is None
    assert gmi_over_target(quarter(AT_7 + 1e-6, AT_7 + 1e-6, AT_7 + 1e-6), TODAY, 7.0) is not None


def test_a_sensor_that_spoke_less_than_70_percent_of_a_month_says_nothing() -> None:
    assert gmi_over_target(quarter(200, 200, 200, minutes=1010), TODAY, 7.0) is not None
    assert gmi_over_target(quarter(200, 200, 200, minutes=1005), TODAY, 7.0) is None
    gap = {day: of for day, of in quarter(200, 200, 200).items() if day.month != 10}
    assert gmi_over_target(gap, TODAY, 7.0) is None
    assert gmi_over_target({}, TODAY, 7.0) is None


def test_today_and_what_is_older_do_not_count() -> None:
    days = quarter(200, 200, 200)
    assert gmi_over_target({**days, TODAY: day_at(4000)}, TODAY, 7.0) == gmi_over_target(days, TODAY, 7.0)
    assert gmi_over_target({**days, TODAY - 91 * DAY: day_at(4000)}, TODAY, 7.0) == gmi_over_target(days, TODAY, 7.0)


def test_without_a_target_nothing_is_judged() -> None:
    assert gmi_over_target(quarter(300, 300, 300), TODAY, None) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["type 2 diabetes"], 7.0),
        (["type 2 diabetes", "older or high-risk"], 8.0),
        (["type 1 diabetes"], None),
        (["diabetes"], None),
        (["type 2 diabetes", "pregnancy"], None),
        (["type 2 diabetes", "type 1 diabetes"], None),
        (["older or high-risk"], None),
    ],
)
def test_only_type_2_diabetes_has_a_usual_target(texts: list[str], expected: float | None) -> None:
    assert hba1c_target(understand(texts).conditions) == expected


def crossing(*indices: float, born: date = BORN) -> tuple[int, str] | None:
    """Which day of a trend of these indices (of somebody of 1 m) crossed last, and what is said of it."""
    found = bmi_crossing([(TODAY + n * DAY, index) for n, index in enumerate(indices)], 100.0, born)
    return None if found is None else ((found.since - TODAY).days, found.why.en.partition(" index ")[2])


def test_a_class_is_crossed_half_a_unit_beyond_the_bound() -> None:
    assert crossing(24.0, 25.4, 25.49) is None
    assert crossing(24.0, 25.4, 25.5) == (2, "from “normal weight” to “overweight”.")


def test_the_way_back_is_crossed_half_a_unit_below_it() -> None:
    assert crossing(26.0, 24.5, 24.6) is None
    assert crossing(26.0, 24.49) == (1, "from “overweight” to “normal weight”.")


def test_around_a_bound_nothing_flickers() -> None:
    assert crossing(29.9, 30.3, 29.7, 30.4, 29.6) is None


def test_a_leap_over_a_whole_class_is_one_crossing() -> None:
    assert crossing(24.0, 36.0) == (1, "from “normal weight” to “obesity class 2”.")
    assert crossing(24.0, 30.2) == (1, "from “normal weight” to “overweight”.")


def test_the_last_of_several_crossings_is_said() -> None:
    assert crossing(24.0, 26.0, 31.0, 29.0) == (3, "from “obesity class 1” to “overweight”.")


def test_nothing_is_said_of_a_child_or_without_a_height() -> None:
    assert crossing(24.0, 36.0, born=date(2015, 1, 1)) is None
    assert bmi_crossing([(TODAY, 24.0), (TODAY + DAY, 36.0)], None, BORN) is None
    assert crossing() is None


def test_the_classes_of_an_adult_begin_on_the_18th_birthday() -> None:
    assert crossing(24.0, 36.0, born=date(2008, 11, 23)) is None
    assert crossing(24.0, 24.0, 36.0, born=date(2008, 11, 23)) is not None


@given(st.lists(st.floats(24.501, 25.499), max_size=30), st.sampled_from([24.0, 26.0]))
def test_whatever_happens_within_half_a_unit_of_a_bound_crosses_nothing(indices: list[float], before: float) -> None:
    assert crossing(before, *indices) is None
