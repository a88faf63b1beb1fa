"""The watch where its clock stands still or is set back: what comes is looked at all the same, and nothing twice."""

from datetime import timedelta

import pytest

from alerts.watcher import Watcher
from hub.database import Database
from tests.alerts.making import MINUTE, Row, after, every
from tests.alerts.watching import Home, Wrist, a_home

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def _told(home: Home, rule: str) -> list[tuple[float, str]]:
    """Minutes after noon, and what."""
    return [((at - after(0)) / MINUTE, what) for at, told, what, _ in home.journal() if told == rule]


@pytest.mark.parametrize("back", [timedelta(0), 5 * SECOND, 50 * SECOND], ids=str)
def test_what_comes_while_the_clock_stands_still_or_steps_back_rings_at_once(
    database: Database, back: timedelta
) -> None:
    home = a_home(database)
    home.keep([Row(after(0), 80, after(5))])
    home.look(after(5) + SECOND)
    home.keep([Row(after(5), 50, after(5))])
    home.look(after(5) + SECOND - back)
    assert [(round(at), what) for at, what in _told(home, "urgent_low")] == [(5, "raised")]
    assert home.journal() == home.replayed(after(6))


def test_what_goes_while_the_clock_stands_still_ends_at_once_what_it_raised(database: Database) -> None:
    home = a_home(database)
    home.keep([Row(after(5), 50, after(5))])
    home.look(after(5) + SECOND)
    home.ask("DELETE FROM reading WHERE person = %s", home.person)
    home.look(after(5) + SECOND)
    assert [what for _, what in _told(home, "urgent_low")] == ["raised", "resolved"]


@pytest.mark.parametrize("ahead", [HOUR, 24 * HOUR], ids=str)
def test_of_a_clock_that_was_ahead_and_is_right_again_lows_and_silences_are_told_in_time(
    database: Database, ahead: timedelta
) -> None:
    home = a_home(database)
    home.keep(every(5, [90, 90]))
    home.look(after(6))
    home.look(after(6) + ahead)
    home.look(after(7))
    home.keep([Row(after(10), 50, after(10))])
    home.look(after(10) + SECOND)
    home.look(after(40))
    assert (10, "raised") in _told(home, "urgent_low")
    assert (30, "raised") in _told(home, "sensor_silence")


def test_whoever_begins_to_look_finds_those_looked_at_by_a_clock_that_was_ahead(database: Database) -> None:
    home = a_home(database)
    home.keep(every(5, [90, 90]))
    home.look(after(6) + HOUR)
    again = Watcher(database, Wrist(after(7)))
    again.begin()
    assert home.ask("SELECT due_at FROM walk") == [(after(7),)]


def test_an_hour_that_a_clock_was_ahead_leaves_nothing_open_that_is_over(database: Database) -> None:
    home = a_home(database)
    home.keep(every(5, [90, 50]))
    home.look(after(6))
    home.look(after(6) + HOUR)
    for minute in (10, 15, 20, 25):
        home.keep([Row(after(minute), 90, after(minute))])
        home.look(after(minute) + SECOND)
    assert home.ask("SELECT rule FROM alert WHERE resolved_at IS NULL") == []


def test_an_instant_that_comes_twice_raises_the_same_alert_again(database: Database) -> None:
    home = a_home(database)
    home.look(after(0))
    home.keep([Row(after(60), 50, after(60))])
    home.look(after(60))
    home.look(after(1))
    home.look(after(60))
    assert (60, "raised") in _told(home, "urgent_low")
    home.keep([Row(after(63), 90, after(63))])
    home.look(after(63))
    assert home.ask("SELECT looked_at, (SELECT count(*) FROM alert WHERE rule = 'urgent_low') FROM walk") == [
        (after(63), 1)
    ]


def test_who_begins_anew_is_not_told_again_what_the_journal_has(database: Database) -> None:
    home = a_home(database)
    backlog = [Row(after(n), value, after(60)) for n, value in enumerate([90, 50, 50, 90, 90])]
    home.keep(backlog)
    home.look(after(120))
    home.ask("UPDATE person SET collection_stopped_at = now() WHERE number = %s", home.person)
    home.due_now()
    home.look(after(121))
    home.ask("UPDATE person SET collection_stopped_at = NULL WHERE number = %s", home.person)
    home.due_now()
    home.look(after(122))
    home.keep([Row(after(-10), 90, after(123)), Row(after(123), 90, after(123))])
    home.look(after(200))
    assert [what for _, what in _told(home, "urgent_low")] == ["retrospective"]
    assert home.ask("SELECT looked_at FROM walk") == [(after(200),)]
