"""A glance never stands where a look is needed: nothing is told late; whatever is not plain is looked at in full."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts import loading, received, watcher
from alerts.acts import act, set_thresholds
from alerts.alert import Doing
from alerts.forecast.foresight import Foresight, foresight
from alerts.forecast.model import GENERAL
from alerts.forecast.replay import NEW
from alerts.glance import at_rest
from alerts.thresholds import Thresholds
from alerts.watched import hold
from alerts.watcher import Watcher
from hub.database import Database, Role, SerializationFailure
from hub.measurements import CONDITION_NUMBER, Condition
from hub.quantities import Kind
from tests.alerts.making import MINUTE, Row, after, journal, past, real
from tests.alerts.watching import BEGIN, Home, a_home, entries

SECOND = timedelta(seconds=1)
SIGHT = replace(foresight(GENERAL, NEW, BEGIN), asked=0.2)


def _row(n: float, value: float = 120, **odd: Any) -> Row:
    return Row(after(5 * n), value, after(5 * n) + SECOND, **odd)


def _live(home: Home, row: Row) -> None:
    home.keep([row])
    home.look(row.received + SECOND)


def _foresees(home: Home, sight: Foresight, shown: bool = False) -> None:
    home.ask("INSERT INTO foresight VALUES (%s, %s, %s, %s, %s, %s, %s)", home.person, shown, sight.valid_from,
             list(sight.weights), sight.error, sight.asked, sight.minutes)  # fmt: skip


def _looked_in_full(home: Home) -> bool:
    return home.ask("SELECT looked_at FROM walk WHERE person = %s AND NOT shown", home.person) == [(home.clock.now,)]


@pytest.fixture
def resting(database: Database) -> Home:
    """Somebody whose sensor has said 120 for two hours."""
    home = a_home(database)
    _foresees(home, SIGHT)
    home.keep([_row(n) for n in range(23)])
    home.look(after(5 * 22) + 2 * SECOND)
    _live(home, _row(23))
    assert not _looked_in_full(home)
    return home


# ── Nothing is told late ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "first"), [("cgmq_dexcom", 1825), ("cgmq_libre", 1330)])
def test_each_look_at_a_real_trace_tells_what_there_is_to_tell_by_then(
    database: Database, name: str, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, full = real(name)[first : first + 45], list[Any]()
    home = a_home(database, begin=rows[0].at - MINUTE)
    sight = replace(SIGHT, valid_from=rows[0].at - MINUTE)
    _foresees(home, sight)
    monkeypatch.setattr(watcher, "walk_on", _counting(watcher.walk_on, full))
    for n, row in enumerate(rows):
        for late in (0, 100):  # the reading, and what is due a while after it
            home.keep([row])
            home.look(row.received + (1 + late) * SECOND)
            so_far = replace(past(rows[: n + 1]), foresights=(sight,))
            assert home.journal() == entries(journal(so_far, home.clock.now, rows[0].at - MINUTE))
    assert home.journal()
    assert len(full) < len(rows) * 0.7


def _counting(walk_on: Callable[..., Any], calls: list[Any]) -> Callable[..., Any]:
    def counted(*values: Any) -> Any:
        calls.append(values)
        return walk_on(*values)

    return counted


def test_a_sensor_at_rest_that_falls_silent_is_told_at_its_instant(resting: Home) -> None:
    for n in range(24, 30):
        _live(resting, _row(n))
    newest = after(5 * 29)
    resting.look(newest + 20 * MINUTE - SECOND)
    assert resting.journal() == []
    resting.look(newest + 20 * MINUTE)
    assert [(at, rule, what) for at, rule, what, _ in resting.journal()] == [
        (newest + 20 * MINUTE, "sensor_silence", "raised")
    ]


# ── What is looked at in full ────────────────────────────────────────────────────────────────────────────────────────

READINGS = {
    "a low": _row(24, 69),
    "a high": _row(24, 251),
    "a fall towards a low": _row(24, 76),
    "another sensor's": _row(24, device=2),
    "a fingerstick": _row(24, kind=Kind.GLUCOSE_CAPILLARY),
    "a weighing": _row(24, 80, kind=Kind.WEIGHT),
    "one that came late": replace(_row(24), received=after(5 * 24 + 21)),
    "one before the newest": replace(_row(22.5), received=after(5 * 24)),
    "one at the newest's instant": replace(_row(23, 121), received=after(5 * 24)),
    "one ahead of its time": replace(_row(24.5), received=after(5 * 24)),
    "one after a silence": _row(27.1),
}


@pytest.mark.parametrize("what", READINGS)
def test_what_is_not_a_plain_reading_of_the_sensor_is_looked_at_in_full(resting: Home, what: str) -> None:
    _live(resting, READINGS[what])
    assert _looked_in_full(resting)
    assert resting.journal() == resting.replayed(resting.clock.now)


def test_a_bound_of_the_sensors_range_is_looked_at_in_full(resting: Home) -> None:
    resting.keep([_row(24)])
    resting.ask("UPDATE reading SET condition = %s WHERE taken_at = %s",
                CONDITION_NUMBER[Condition.BELOW_RANGE], after(5 * 24))  # fmt: skip
    resting.ask("DELETE FROM arrival WHERE number < (SELECT max(number) FROM arrival)")  # as if it had come so
    resting.look(after(5 * 24) + 2 * SECOND)
    assert _looked_in_full(resting)


def _acts(home: Home) -> None:
    with home.database.transaction(Role.WATCH) as connection:
        act(connection, home.person, "low", home.account(), Doing.ACKNOWLEDGE)


def _sets_thresholds(home: Home) -> None:
    with home.database.transaction(Role.WATCH) as connection:
        set_thresholds(connection, home.person, Thresholds(), home.account(), after=0)


CHANGES: dict[str, Callable[[Home], object]] = {
    "an act": _acts,
    "thresholds": _sets_thresholds,
    "a forecast": lambda home: _foresees(home, replace(SIGHT, valid_from=home.clock.now + SECOND)),
    "hiding": lambda home: home.hide(device=2),
    "another zone": lambda home: home.ask("UPDATE person SET time_zone = 'Asia/Tokyo' WHERE number = %s", home.person),
    "a reading taken away": lambda home: home.ask("DELETE FROM reading WHERE taken_at = %s", after(100)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_what_readings_are_held_against_ends_the_rest(resting: Home, what: str) -> None:
    CHANGES[what](resting)
    resting.ask(
        "UPDATE walk SET due_at = %s WHERE due_at > now() - interval '1 hour'", resting.clock.now
    )  # by its clock
    row = _row(24)
    resting.keep([row])
    with resting.database.transaction(Role.WATCH) as connection:
        assert not at_rest(connection, [resting.person], row.received + SECOND)
    resting.look(row.received + SECOND)
    assert _looked_in_full(resting)


def test_glances_stand_for_a_full_look_for_half_a_day_at_most(resting: Home) -> None:
    begun = resting.ask("SELECT looked_at FROM walk")
    for hour in range(13):
        rows = [_row(n) for n in range(24 + 12 * hour, 36 + 12 * hour)]
        resting.keep(rows)
        resting.look(rows[-1].received + SECOND)
    ((looked_at,),) = resting.ask("SELECT looked_at FROM walk")
    assert [(looked_at,)] != begun
    assert resting.clock.now - looked_at < timedelta(hours=12)


# ── Two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _look_begun_before(home: Home, row: Row) -> None:
    """At somebody of whom that came, and at whom another worker glanced, after this one began."""
    with home.database.transaction(Role.WATCH) as connection:
        watcher.one_view(connection)
        connection.execute("SELECT FROM arrival")
        _live(home, row)
        assert hold(connection, home.person)
        watcher.look(connection, [home.person], row.received + 2 * SECOND)


def test_whoever_saw_less_than_a_glance_that_was_taken_meanwhile_gives_up(resting: Home) -> None:
    with pytest.raises(SerializationFailure):
        _look_begun_before(resting, _row(24))


def test_a_reading_committed_while_somebody_looks_is_looked_at_next_and_then_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, late = a_home(database), Row(after(1), 50, after(1) + SECOND)

    def taking(*asked: Any) -> Any:
        marks = received.take_marks(*asked)
        home.keep([late])
        return marks

    home.keep([Row(after(0), 90, after(0) + SECOND)])
    monkeypatch.setattr(loading, "take_marks", taking)
    home.clock.now = after(2)
    Watcher(database, home.clock).turn()
    monkeypatch.undo()
    assert home.journal() == []
    home.look(after(3))
    assert [(at, what) for at, rule, what, _ in home.journal() if rule == "urgent_low"] == [(after(3), "raised")]
    assert home.journal() == home.replayed(after(3))
