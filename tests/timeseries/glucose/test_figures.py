"""All figures at once, the profile of a day, night and day, and goals."""

from dataclasses import asdict, astuple
from datetime import UTC, datetime, timedelta
from math import isfinite

import pytest
from hypothesis import given

from tests.timeseries.glucose.making import NOON, every, series, traces
from timeseries.glucose.day_night import day_night
from timeseries.glucose.episodes import episodes
from timeseries.glucose.figures import figures
from timeseries.glucose.grid import grid
from timeseries.glucose.profile import Slot, profile
from timeseries.glucose.ranges import Ranges
from timeseries.glucose.series import Series
from timeseries.glucose.targets import Profile, goals

MIDNIGHT = datetime(2026, 5, 3, 22, 0, tzinfo=UTC)
"""In Paris."""


def test_of_no_reading_every_figure_is_none() -> None:
    assert set(asdict(figures(every(5, []))).values()) == {None}


def test_of_one_reading_there_is_a_level_and_no_spread() -> None:
    told = {name for name, value in asdict(figures(every(5, [100]))).items() if value is not None}
    level = {"mean", "gmi", "ea1c", "tir", "titr", "tar1", "tar2", "tbr1", "tbr2", "gri"}
    assert told == level | {"lbgi", "hbgi", "bgri", "adrr"}


@given(traces)
def test_no_figure_is_ever_nan_or_infinite(of: Series) -> None:
    assert all(isfinite(value) for value in asdict(figures(of)).values() if value is not None)


@given(traces.filter(len))
def test_percentages_lie_between_0_and_100(of: Series) -> None:
    told = asdict(figures(of))
    names = ("tir", "titr", "tar1", "tar2", "tbr1", "tbr2", "gri")
    assert all(0 <= told[name] <= 100 for name in names)


def test_a_thing_said_twice_at_one_instant_leaves_the_grids_figures_alone() -> None:
    values = [100 + 7 * n % 50 for n in range(300)]
    once, twice = every(5, values), series(sorted([*range(0, 1500, 5), 50]), [*values[:10], 400, *values[10:]])
    names = ("modd", "conga1", "gvp", "mag", "sd_roc", "mage")
    assert [getattr(figures(once), name) for name in names] == [getattr(figures(twice), name) for name in names]


def days_of(values: list[float], step: int = 15) -> list[Slot]:
    """The profile of days, each of one value throughout."""
    on_grid = grid(every(step, [value for value in values for _ in range(1440 // step)], MIDNIGHT))
    assert on_grid is not None
    return profile(on_grid)


def test_the_profile_is_of_percentiles_over_days() -> None:
    slots = days_of([100, 110, 120, 130, 140])
    assert len(slots) == 95
    assert (slots[0].minute, slots[0].n) == (15, 5)
    assert astuple(slots[0])[1:6] == pytest.approx((102, 110, 120, 130, 138))


def test_a_slot_that_fewer_than_five_days_have_is_not_there() -> None:
    assert days_of([100, 110, 120, 130]) == []


def test_a_slot_counts_the_days_that_have_it() -> None:
    part_of_the_last_day = every(15, [100] * (5 * 96 + 40), MIDNIGHT)
    on_grid = grid(part_of_the_last_day)
    assert on_grid is not None
    assert [slot.n for slot in profile(on_grid) if slot.minute in (585, 600)] == [6, 5]


def test_night_is_from_midnight_to_six_on_the_persons_clock() -> None:
    found = day_night(every(60, [60] * 6 + [100] * 18, MIDNIGHT))
    assert (found.night.n, found.night.mean, found.day.n, found.day.mean) == (6, 60, 18, 100)
    assert found.night.ranges is not None
    assert found.night.ranges.tbr1 == 100


def test_the_night_on_which_clocks_go_forward_has_five_hours() -> None:
    spring = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert day_night(every(60, [100] * 23, spring)).night.n == 5


def test_without_readings_night_and_day_are_empty() -> None:
    found = day_night(every(5, []))
    assert (found.night.n, found.night.mean, found.day.ranges) == (0, None, None)


WELL = Ranges(0.5, 2, 75, 20, 2.5, titr=60, pregnancy=71, below_pregnancy=3.9, above_pregnancy=24.9)
AT_THE_LIMITS = Ranges(1, 3, 70, 20, 5, titr=50, pregnancy=70, below_pregnancy=4, above_pregnancy=25)


@pytest.mark.parametrize(
    ("profile", "met"),
    [
        (Profile.ADULT, {"tir": True, "tbr": True, "tbr2": True, "tar": True, "tar2": True}),
        (Profile.OLDER, {"tir": True, "tbr": False, "tar": True, "tar2": True}),
        (Profile.PREGNANCY, {"pregnancy": True, "below_pregnancy": True, "tbr2": True, "above_pregnancy": True}),
    ],
)
def test_goals_are_those_of_the_profile(profile: Profile, met: dict[str, bool]) -> None:
    assert {goal.target.figure: goal.met for goal in goals(WELL, profile)} == met


@pytest.mark.parametrize("profile", [Profile.ADULT, Profile.PREGNANCY])
def test_exactly_the_limit_does_not_meet_a_goal(profile: Profile) -> None:
    assert not any(goal.met for goal in goals(AT_THE_LIMITS, profile))


def test_goals_for_older_people_have_their_own_limits() -> None:
    limits = {goal.target.figure: goal.target.percent for goal in goals(WELL, Profile.OLDER)}
    assert limits == {"tir": 50, "tbr": 1, "tar": 50, "tar2": 10}


@given(traces)
def test_episodes_and_profile_stand_any_series(of: Series) -> None:
    found = [each for each in (grid(of),) if each is not None]
    assert all(episode.minutes > 0 for each in found for episode in episodes(each))
    assert all(slot.p5 <= slot.p50 <= slot.p95 for each in found for slot in profile(each))


def test_a_period_cut_out_has_the_figures_of_its_readings_alone() -> None:
    whole = every(5, [100] * 300 + [200] * 300)
    assert figures(whole.between(NOON, NOON + timedelta(minutes=1500))) == figures(every(5, [100] * 300))
