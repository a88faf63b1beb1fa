"""How somebody stands: the first rule that applies, in the order of pressing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from timeseries.glucose.tally import Tally
from timeseries.glucose.targets import Profile
from timeseries.standing import Need, standing

LAST = date(2026, 8, 15)


def a_day(very_low: int = 0, low: int = 0, tight: int = 288, high: int = 0, very_high: int = 0) -> Tally:
    """A day of a five-minute sensor: readings below 54, 54-62, 70-140, 181-250, above 250 mg/dL."""
    readings = (very_low, low, 0, tight, 0, high, very_high)
    n = sum(readings)
    minutes = tuple(5.0 * each for each in readings)
    return Tally(n=n, days=1, total=n * 10.0, squares=n * 100.0, readings=readings, minutes=minutes, steps=(5,))


def days(tally: Tally, first: int = 13, last: int = 0) -> dict[date, Tally]:
    """Those days alike, from `first` to `last` days ago."""
    return {LAST - timedelta(days=ago): tally for ago in range(last, first + 1)}


@pytest.mark.parametrize(
    ("day", "need"),
    [
        (a_day(very_low=3, tight=285), Need.VERY_LOW),
        (a_day(very_low=2, low=10, tight=276), Need.LOW),
        (a_day(tight=200, high=88), Need.OUT_OF_RANGE),
        (a_day(tight=190), Need.LITTLE_WEAR),
        (a_day(), Need.ON_TARGET),
        (a_day(very_low=2, low=9, tight=277), Need.ON_TARGET),
    ],
)
def test_the_first_rule_that_applies_is_the_need(day: Tally, need: Need) -> None:
    assert standing(days(day), LAST, Profile.ADULT).need is need


def test_a_fall_of_more_than_15_points_comes_before_being_out_of_range() -> None:
    before, now = days(a_day(), 27, 14), days(a_day(tight=200, high=88))
    assert standing(before | now, LAST, Profile.ADULT).need is Need.FALLING


def test_a_fall_of_15_points_is_no_fall() -> None:
    before, now = days(a_day(tight=200), 27, 14), days(a_day(tight=170, high=30))
    assert standing(before | now, LAST, Profile.ADULT).need is not Need.FALLING


def test_the_worse_of_two_with_one_need_is_the_more_severe() -> None:
    bad, worse = (standing(days(a_day(very_low=n)), LAST, Profile.ADULT) for n in (6, 12))
    assert worse.severity > bad.severity


def test_older_people_have_a_stricter_bound_for_lows_and_a_wider_range() -> None:
    low, high = a_day(low=5, tight=283), a_day(tight=160, high=128)
    assert [standing(days(day), LAST, Profile.OLDER).need for day in (low, high)] == [Need.LOW, Need.ON_TARGET]
    assert [standing(days(day), LAST, Profile.ADULT).need for day in (low, high)] == [
        Need.ON_TARGET,
        Need.OUT_OF_RANGE,
    ]


def test_whoever_never_had_a_sensor_is_not_called_silent() -> None:
    assert standing({}, LAST, Profile.ADULT).need is Need.NO_SENSOR


@pytest.mark.parametrize("day", [days(a_day(), 27, 14), days(a_day(), 0, 0) and days(a_day(tight=100), 0, 0)])
def test_less_than_a_day_of_data_in_a_fortnight_is_silence(day: dict[date, Tally]) -> None:
    told = standing(day, LAST, Profile.ADULT)
    assert (told.need, told.tir) == (Need.SILENT, None)


def test_the_figures_are_those_of_the_last_fourteen_days() -> None:
    told = standing(days(a_day()) | days(a_day(very_high=288, tight=0), 27, 14), LAST, Profile.ADULT)
    assert (told.mean, told.tir, told.active, told.tir_before) == (110.0, 100.0, 100.0, 0.0)


def test_mixed_steps_count_by_their_minutes() -> None:
    one_minute = replace(a_day(), steps=(1,), minutes=(0, 0, 0, 288.0, 0, 0, 0))
    mixed = days(a_day(), 13, 7) | days(one_minute, 6, 0)
    told = standing(mixed, LAST, Profile.ADULT)
    assert told.active == pytest.approx(100 * (7 * 1440 + 7 * 288) / (14 * 1440))
