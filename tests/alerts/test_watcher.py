"""The watch on a real database: what it writes is what the pure core says, however it is cut, stopped or shared."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.database import Database
from tests.alerts.making import MINUTE, NOON, Row, after, journal, past, real
from tests.alerts.oracle import WANTED, expected
from tests.alerts.test_against_the_oracle import STREAMS
from tests.alerts.watching import Entry, Home, a_home, entries

FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
"""Each example is some fifty transactions."""

SECOND = timedelta(seconds=1)


def _end(rows: Sequence[Row]) -> datetime:
    return max((row.received for row in rows), default=NOON) + timedelta(hours=3)


def _live(home: Home, rows: Sequence[Row]) -> None:
    """Keep each as it comes, and look a second later; then on to the end."""
    for row in sorted(rows, key=lambda row: row.received):
        home.keep([row])
        home.look(row.received + SECOND)
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
