"""The watch on a real database: what it writes is what the pure core says, however it is cut, stopped or shared."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alerts import watcher
from alerts.loading import Loaded
from alerts.watcher import Watcher
from hub.database import Database
from hub.quantities import Kind
from tests.alerts.killed_at import POINTS
from tests.alerts.making import MINUTE, NOON, Row, after, journal, past, real
from tests.alerts.oracle import WANTED, expected
from tests.alerts.test_against_the_oracle import STREAMS, stream
from tests.alerts.watching import Entry, Home, Wrist, a_home, entries
from tests.support.examples import so_many

FEW = settings(
    max_examples=so_many(8), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
"""Each example is some fifty transactions."""

SECOND = timedelta(seconds=1)


def _end(rows: Sequence[Row]) -> datetime:
    return max((row.received for row in rows), default=NOON) + timedelta(hours=3)


def _live(home: Home, rows: Sequence[Row]) -> None:
    """Keep what comes at once, and look a second later; then on to the end."""
    for received, together in groupby(sorted(rows, key=attrgetter("received")), key=attrgetter("received")):
        home.keep(together)
        home.look(received + SECOND)
    home.look(_end(rows))


def _turns(told: Sequence[Entry]) -> list[tuple[datetime, str, str]]:
    rules = (*WANTED, "sensor_silence")
    return sorted(
        (at, rule, what) for at, rule, what, _ in told if rule in rules and what in ("raised", "resolved", "reopened")
    )


def test_a_low_is_told_at_once_and_again_every_five_minutes(database: Database) -> None:
    home = a_home(database)
    rows = [Row(after(n), value, after(n) + 5 * SECOND) for n, value in enumerate([80, 53, 52])]
    _live(home, rows)
    assert home.journal() == entries(journal(past(rows), _end(rows)))
    told = [(at - NOON, what) for at, rule, what, _ in home.journal() if rule == "urgent_low"]
    assert told[:2] == [(MINUTE + 5 * SECOND, "raised"), (6 * MINUTE + 5 * SECOND, "rang")]


@FEW
@given(STREAMS)
@example(stream([(1, 45, 25, 1), (1, 45, 0.1, 1), (5, 45, 19, 1)]))  # two are received at one instant
def test_what_is_told_is_what_the_pure_core_and_the_oracle_say(lasting_database: Database, rows: list[Row]) -> None:
    home = a_home(lasting_database)
    _live(home, rows)
    assert home.journal() == entries(journal(past(rows), _end(rows)))
    assert _turns(home.journal()) == expected(rows, _end(rows))


@pytest.mark.parametrize(("name", "first"), [("cgmq_dexcom", 1840), ("cgmq_libre", 2590)])
def test_a_real_trace_that_comes_in_disorder_is_told_as_the_oracle_expects(
    database: Database, name: str, first: int
) -> None:
    chance = Random(first)
    delays = (0.1, 0.1, 0.1, 0.1, 8, 30)
    rows = [
        Row(row.at, row.value, row.at + chance.choice(delays) * MINUTE)
        for row in real(name)[first : first + 60]
        if chance.random() > 0.05
    ]
    home = a_home(database, begin=rows[0].at - MINUTE)
    _live(home, rows)
    assert _turns(home.journal()) == expected(rows, _end(rows))


@FEW
@given(STREAMS, st.lists(st.integers(0, 40), max_size=25))
@example(stream([
    (1, 180, 0.1, 1), (1, 251, 60, 1), (5, 180, 0.1, 1), (20, 45, 0.1, 1), (5, 45, 0.1, 1), (5, 246, 0.1, 1),
    (5, 45, 0.1, 1), (5, 45, 15, 1), (46, 180, 0.1, 1), (1, 45, 0.1, 1), (1, 300, 0.1, 1), (1, 54, 200, 1),
    (5, 300, 3, 1), (15, 69, 3, 2), (100, 300, 25, 1), (15, 300, 0.1, 1), (5, 246, 0.1, 1), (5, 74, 0.1, 1),
    (5, 250, 200, 1), (1, 70, 19, 1), (5, 60, 25, 1),
]), [30])  # fmt: skip
def test_what_was_told_can_be_told_again_from_what_is_stored_though_it_was_committed_late(
    lasting_database: Database, rows: list[Row], late: list[int]
) -> None:
    home = a_home(lasting_database)
    waits = [*late, *[0] * len(rows)]
    committed = sorted(
        (row.received + wait * MINUTE, n) for n, (row, wait) in enumerate(zip(rows, waits, strict=False))
    )
    for at, n in committed:
        home.look(at)
        home.keep([rows[n]])
        home.look(at + SECOND)
    end = _end(rows) + timedelta(hours=1)
    home.look(end)
    assert home.journal() == home.replayed(end)


@FEW
@given(STREAMS, st.data())
def test_readings_said_twice_or_together_in_any_order_change_nothing(
    lasting_database: Database, rows: list[Row], data: st.DataObject
) -> None:
    home, end = a_home(lasting_database), _end(rows)
    home.keep(data.draw(st.permutations(rows)))
    home.keep(data.draw(st.permutations(rows)))
    home.look(end)
    assert home.journal() == entries(journal(past(rows), end))


LOW = [Row(after(n), value, after(n) + 5 * SECOND) for n, value in enumerate([90, 80, 53, 52, 51, 50, 65, 80, 82])]
"""A low of a few minutes, read every minute."""


@pytest.mark.parametrize("point", POINTS)
def test_whatever_is_done_when_it_is_killed_the_journal_is_the_same(database: Database, point: str) -> None:
    home, end = a_home(database), _end(LOW)
    _each(home, LOW[:3])
    home.look(after(4))
    home.keep(LOW[3:6])
    asked = [database.url, after(5.5).isoformat(), point]
    killed = subprocess.run([sys.executable, "-m", "tests.alerts.killed_at", *asked], check=False)
    assert killed.returncode == -signal.SIGKILL
    home.look(after(5.5))
    _each(home, LOW[6:])
    home.look(end)
    assert home.journal() == home.replayed(end)
    assert [what for _, rule, what, _ in home.journal() if rule == "urgent_low"].count("raised") == 1


def _each(home: Home, rows: Sequence[Row]) -> None:
    for row in rows:
        home.keep([row])


def test_several_workers_share_the_people_and_tell_each_thing_once(database: Database) -> None:
    homes = [a_home(database) for _ in range(12)]
    clock = Wrist()
    workers = [Watcher(database, clock) for _ in range(3)]
    for n, row in enumerate(LOW):
        for home in homes:
            home.keep([row])
        clock.now = after(n) + 6 * SECOND
        _together(workers)
    clock.now = _end(LOW)
    _together(workers)
    assert {tuple(home.journal()) for home in homes} == {tuple(entries(journal(past(LOW), _end(LOW))))}


def _together(workers: Sequence[Watcher]) -> None:
    """All take turns until each finds nothing left."""
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(_to_the_end, workers))


def _to_the_end(worker: Watcher) -> None:
    while worker.turn():
        pass


def test_one_persons_fault_leaves_the_others_unharmed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ill, well = a_home(database), a_home(database)
    monkeypatch.setattr(watcher, "walk_on", partial(_failing_for, ill.person, watcher.walk_on))
    for home in (ill, well):
        home.keep(LOW)
    well.look(_end(LOW))
    assert well.journal() == entries(journal(past(LOW), _end(LOW)))
    assert ill.journal() == []
    monkeypatch.undo()
    ill.look(_end(LOW))
    assert ill.journal() == well.journal()


def test_one_persons_broken_row_leaves_the_others_unharmed(database: Database) -> None:
    ill, well = a_home(database), a_home(database)
    ill.ask('UPDATE walk SET state = \'{"at": "never"}\' WHERE person = %s', ill.person)
    for home in (ill, well):
        home.keep(LOW)
    well.look(_end(LOW))
    assert well.journal() == entries(journal(past(LOW), _end(LOW)))
    assert ill.journal() == []


def _failing_for(person: int, walk_on: Callable[..., object], loaded: Loaded, now: datetime) -> object:
    if loaded.watched.number == person:
        raise ZeroDivisionError
    return walk_on(loaded, now)


# ── Rings after a standstill ─────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_standstill_what_goes_on_rings_once_and_what_is_over_does_not(database: Database) -> None:
    home = a_home(database)
    high = [Row(after(n), 300, after(n) + 5 * SECOND) for n in range(0, 300, 5)]
    home.keep([*LOW, *high[2:]])
    home.look(after(299))
    rings = home.ask("SELECT rule, planned_at IS NULL FROM alert_event WHERE rings ORDER BY number")
    assert [rule for rule, to_be_told in rings if to_be_told] == ["prolonged_high", "very_high"]
    assert [rule for rule, _ in rings].count("very_high") > 1
    assert ("urgent_low", False) in rings


def test_a_backfill_of_years_rings_for_nobody(database: Database) -> None:
    home = a_home(database)
    old = [Row(NOON - timedelta(days=days, minutes=5 * n), 45, after(0)) for days in (700, 30, 3) for n in range(6)]
    home.keep(old)
    home.look(after(120))
    assert not home.ask("SELECT FROM alert_event WHERE rings")
    assert [what for _, rule, what, _ in home.journal() if rule == "urgent_low"] == ["retrospective"]


def test_a_fingerstick_does_not_end_a_silence_of_two_days(database: Database) -> None:
    home, stick = a_home(database), Row(after(2900), 100, after(2900) + SECOND, 2, kind=Kind.GLUCOSE_CAPILLARY)
    home.keep(LOW[:1])
    for minute in (30, 1500, 2899):
        home.look(after(minute))
    home.keep([stick])
    home.look(after(2901))
    assert {what for _, rule, what, _ in home.journal() if rule == "sensor_silence"} == {"raised", "rang"}
    assert home.journal() == entries(journal(past([LOW[0], stick]), after(2901)))
