"""A watch that begins beside its intake first lets it hear what was said while the hub was away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from device_adapters.buffer import Hearing
from vigie import watch
from vigie.watch import once_heard

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def heard(seconds: float) -> Hearing:
    """Nothing has waited for so long."""
    return Hearing(NOON, NOON + timedelta(seconds=seconds))


def turns(hearings: list[Hearing | None]) -> list[bool]:
    """Which of these turns were taken, each with what was heard by then."""
    told: Iterator[Hearing | None] = iter(hearings)
    turn = once_heard(lambda: next(told), lambda: True)
    return [turn() for _ in hearings]


def test_no_turn_is_taken_before_nothing_has_waited_for_two_seconds() -> None:
    assert turns([None, heard(0), heard(1.9), heard(2)]) == [False, False, False, True]


def test_once_heard_a_crowd_or_a_broken_connection_hold_up_nothing() -> None:
    assert turns([heard(2), heard(0), None]) == [True, True, True]


def test_with_no_broker_to_hear_turns_are_taken_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LONGEST_HEARING", 0)
    assert turns([None]) == [True]
