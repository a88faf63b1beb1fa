"""The series itself: what it refuses, and how often its sensor speaks."""

from datetime import timedelta

import numpy as np
import pytest

from tests.timeseries.glucose.making import NOON, PARIS, every, joined, minutes_of, series
from timeseries.glucose.series import Series, minutes_between
from timeseries.glucose.steps import minutes_of_each, nominal_steps, usual_step

AT = np.array(["2026-05-04T12:00", "2026-05-04T12:05"], "datetime64[us]")
VALUES, IN_MG = np.array([100.0, 110.0]), np.zeros(2, bool)


@pytest.mark.parametrize(
    ("at", "values", "why"),
    [
        (AT[:1], VALUES, "one length"),
        (AT.astype("datetime64[s]"), VALUES, "datetime64"),
        (AT[::-1], VALUES, "must not decrease"),
        (AT, np.array([100.0, np.nan]), "numbers only"),
        (AT, np.array([100.0, np.inf]), "numbers only"),
    ],
)
def test_what_is_no_series_is_refused(
    at: "np.ndarray[tuple[int], np.dtype[np.datetime64]]",
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    why: str,
) -> None:
    with pytest.raises(ValueError, match=why):
        Series(at, values, IN_MG, PARIS)


def test_between_has_its_beginning_and_not_its_end() -> None:
    cut = every(5, [1, 2, 3, 4]).between(NOON + timedelta(minutes=5), NOON + timedelta(minutes=15))
    assert cut.values.tolist() == [2, 3]


def test_a_gap_is_over_45_minutes() -> None:
    gaps = series([0, 45, 90.1, 95], [100] * 4).gaps()
    assert gaps == [(NOON + timedelta(minutes=45), NOON + timedelta(minutes=90.1))]


def test_of_two_at_one_instant_the_last_is_distinct() -> None:
    told = series([0, 5, 5, 10], [1, 2, 3, 4]).distinct()
    assert (minutes_of(told), told.values.tolist()) == ([0, 5, 10], [1, 3, 4])


@pytest.mark.parametrize(("step", "minutes"), [(1, 1), (4.98, 5), (5.02, 5), (15, 15), (0.2, 1)])
def test_the_usual_step_is_the_median_in_whole_minutes(step: float, minutes: int) -> None:
    assert usual_step(every(step, [100] * 9)) == minutes


@pytest.mark.parametrize("few", [every(5, []), every(5, [100]), series([0, 0], [100, 101])])
def test_under_two_instants_there_is_no_step(few: Series) -> None:
    assert (usual_step(few), nominal_steps(few)) == (None, None)


def test_each_stretch_has_its_own_step_to_the_reading() -> None:
    mixed = joined(every(5, [100] * 20), series(range(100, 400), [100] * 300), series(range(400, 1000, 15), [100] * 40))
    steps = nominal_steps(mixed)
    assert steps is not None
    assert steps.tolist() == [5] * 20 + [1] * 300 + [15] * 40


def test_a_sensors_jitter_is_no_other_step() -> None:
    minutes = np.cumsum([5, 6, 4, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5, 5, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]).tolist()
    steps = nominal_steps(series(minutes, [100] * len(minutes)))
    assert steps is not None
    assert set(steps.tolist()) == {5}


def test_a_reading_stands_until_the_next_but_for_a_step_and_a_half_at_most() -> None:
    told = series([0, 5, 9, 16, 116], [100] * 5)
    minutes = minutes_of_each(minutes_between(told.at), np.full(5, 5))
    assert minutes.tolist() == [5, 4, 7, 7.5, 7.5]
