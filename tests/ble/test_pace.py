"""A device is visited again soon after a fault, later when it had nothing new, at once when it comes back."""

import pytest

from device_adapters.ble.pace import Pace, Rests

RESTS = Rests(after_visit=10, longest_after_visit=60, after_fault=1, longest_after_fault=8, absent=30)


@pytest.fixture
def pace() -> Pace:
    return Pace(RESTS)


def rest(pace: Pace, ended: int) -> int:
    """After how many whole seconds a device that stays on the air is ready again."""
    for after in range(1000):
        pace.seen(ended + after)
        if pace.ready(ended + after):
            return after
    raise AssertionError("never ready")


def test_a_device_never_visited_is_ready(pace: Pace) -> None:
    pace.seen(100)
    assert pace.ready(100)


@pytest.mark.parametrize(
    ("finished", "expected"), [(True, [10, 20, 40, 60, 60]), (False, [1, 2, 4, 8, 8])], ids=["nothing new", "broken"]
)
def test_each_fruitless_visit_doubles_the_rest(pace: Pace, finished: bool, expected: list[int]) -> None:
    rests, now = [], 1000
    for _ in expected:
        pace.visited(now, fruitful=False, finished=finished)
        rests.append(rest(pace, now))
        now += 1000
    assert rests == expected


def test_a_fruitful_visit_begins_anew(pace: Pace) -> None:
    for _ in range(5):
        pace.visited(0, fruitful=False, finished=True)
    pace.visited(1000, fruitful=True, finished=True)
    assert rest(pace, 1000) == 10


def test_a_device_that_was_off_the_air_is_ready_at_once(pace: Pace) -> None:
    for _ in range(5):
        pace.visited(0, fruitful=False, finished=True)
    pace.seen(20)
    assert not pace.ready(20)
    pace.seen(55)
    assert pace.ready(55)


def test_a_long_visit_is_no_absence(pace: Pace) -> None:
    pace.seen(0)
    pace.visited(500, fruitful=True, finished=True)
    pace.seen(501)
    assert not pace.ready(501)


def test_many_fruitless_visits_do_no_harm(pace: Pace) -> None:
    for _ in range(5000):
        pace.visited(0, fruitful=False, finished=True)
    assert rest(pace, 0) == RESTS.absent + 30
