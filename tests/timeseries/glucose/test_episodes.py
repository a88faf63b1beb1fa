"""Hypo- and hyperglycaemic episodes."""

from datetime import timedelta

import pytest

from tests.timeseries.glucose.making import NOON, every, said_in_mmol, series
from timeseries.glucose.episodes import EpisodeKind, episodes
from timeseries.glucose.grid import grid
from timeseries.glucose.series import Series

LOW_1, LOW_2 = EpisodeKind.HYPO_LEVEL_1, EpisodeKind.HYPO_LEVEL_2
HIGH_1, HIGH_2 = EpisodeKind.HYPER_LEVEL_1, EpisodeKind.HYPER_LEVEL_2


def spells(of: Series, kind: EpisodeKind) -> list[tuple[float, float]]:
    """Minutes after noon at which each episode begins and ends."""
    on_grid = grid(of)
    assert on_grid is not None
    minute = timedelta(minutes=1)
    return [((e.since - NOON) / minute, (e.until - NOON) / minute) for e in episodes(on_grid) if e.kind is kind]


def runs(*told: tuple[float, int], step: float = 5) -> Series:
    """Values, each for so many readings."""
    return every(step, [value for value, count in told for _ in range(count)])


@pytest.mark.parametrize(("step", "readings"), [(5, 3), (15, 1), (1, 15), (10, 2)])
def test_fifteen_minutes_below_begin_an_episode(step: int, readings: int) -> None:
    around, low = 60 // step, 60.0
    long_enough = runs((100, around), (low, readings), (100, around), step=step)
    assert spells(long_enough, LOW_1) == [(60, 60 + step * readings)]


@pytest.mark.parametrize(("step", "readings"), [(5, 2), (1, 14), (10, 1)])
def test_less_begins_none(step: int, readings: int) -> None:
    assert spells(runs((100, 60 // step), (60, readings), (100, 60 // step), step=step), LOW_1) == []


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (70, []),
        (69, [LOW_1]),
        (54, [LOW_1]),
        (53, [LOW_1, LOW_2]),
        (180, []),
        (181, [HIGH_1]),
        (250, [HIGH_1]),
        (251, [HIGH_1, HIGH_2]),
    ],
)
def test_level_1_holds_level_2_and_a_bound_is_in_range(value: float, kinds: list[EpisodeKind]) -> None:
    on_grid = grid(runs((100, 5), (value, 5), (100, 5)))
    assert on_grid is not None
    assert [each.kind for each in episodes(on_grid)] == kinds


@pytest.mark.parametrize(
    ("value", "kinds"),
    [(3.9, []), (3.8, [LOW_1]), (3.0, [LOW_1]), (2.9, [LOW_1, LOW_2]), (10.0, []), (10.1, [HIGH_1]), (13.9, [HIGH_1])],
)
def test_a_sensor_in_mmol_has_its_own_bounds(value: float, kinds: list[EpisodeKind]) -> None:
    on_grid = grid(said_in_mmol(runs((6, 5), (value, 5), (6, 5))))
    assert on_grid is not None
    assert [each.kind for each in episodes(on_grid)] == kinds


def test_a_return_of_ten_minutes_does_not_end_it() -> None:
    assert spells(runs((60, 4), (100, 2), (60, 1), (100, 5)), LOW_1) == [(0, 35)]


def test_a_return_of_fifteen_minutes_ends_it_where_it_began() -> None:
    assert spells(runs((60, 4), (100, 3), (60, 4), (100, 5)), LOW_1) == [(0, 20), (35, 55)]


def test_after_it_ends_too_short_a_dip_begins_no_other() -> None:
    assert spells(runs((60, 4), (100, 3), (60, 2), (100, 5)), LOW_1) == [(0, 20)]


def test_one_still_open_at_the_end_counts() -> None:
    assert spells(runs((100, 5), (60, 4)), LOW_1) == [(25, 45)]


def test_a_gap_longer_than_45_minutes_closes_the_episode() -> None:
    minutes = [0, 5, 10, 15, 65, 70, 75, 80, 85]
    assert spells(series(minutes, [60] * 9), LOW_1) == [(0, 20), (65, 90)]


def test_a_gap_closes_it_at_any_step() -> None:
    assert spells(series([0, 15, 30, 90, 105, 120], [60] * 6), LOW_1) == [(0, 45), (90, 135)]


def test_a_gap_of_45_minutes_does_not() -> None:
    minutes = [0, 5, 10, 15, 60, 65, 70, 75, 80]
    assert spells(series(minutes, [60] * 9), LOW_1) == [(0, 85)]


def test_an_episode_says_how_long_and_how_far() -> None:
    on_grid = grid(runs((100, 5), (60, 1), (45, 3), (62, 1), (100, 5)))
    assert on_grid is not None
    assert [(each.minutes, each.extreme) for each in episodes(on_grid)] == [(25, 45), (15, 45)]


@pytest.mark.parametrize(("readings", "count"), [(23, 0), (24, 1)])
def test_prolonged_is_120_minutes_below_54(readings: int, count: int) -> None:
    assert len(spells(runs((100, 5), (50, readings), (100, 5)), EpisodeKind.HYPO_PROLONGED)) == count
    assert spells(runs((100, 5), (60, readings), (100, 5)), EpisodeKind.HYPO_PROLONGED) == []


@pytest.mark.parametrize(("readings", "count"), [(24, 0), (25, 1)])
def test_extended_is_over_120_minutes_below_70(readings: int, count: int) -> None:
    assert len(spells(runs((100, 5), (60, readings), (100, 5)), EpisodeKind.HYPO_EXTENDED)) == count


EXTENDED = EpisodeKind.HYPER_EXTENDED


def test_extended_hyper_is_90_of_120_minutes_above_250_in_all() -> None:
    twice = runs((100, 5), (260, 10), (240, 6), (260, 8), (100, 5))
    assert spells(twice, EXTENDED) == [(25, 145)]


def test_89_minutes_are_not_enough() -> None:
    assert spells(runs((100, 5), (260, 9), (240, 6), (260, 8), (100, 5)), EXTENDED) == []


def test_it_ends_only_at_180_or_below() -> None:
    assert spells(runs((260, 20), (240, 30), (180, 3), (100, 3)), EXTENDED) == [(0, 250)]


def test_a_peak_hours_before_does_not_belong_to_it() -> None:
    assert spells(runs((260, 2), (200, 60), (260, 18), (100, 5)), EXTENDED) == [(310, 400)]
