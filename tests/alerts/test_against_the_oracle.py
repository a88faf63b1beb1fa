"""The journal against an oracle that knows nothing of the code, and against itself told in other ways."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.advance import Walk, advance, from_json, to_json
from alerts.alert import Event, What
from tests.alerts.making import MINUTE, NOON, Row, after, journal, past, real
from tests.alerts.oracle import WANTED, expected, stretches
from tests.support.examples import so_many

APART = st.sampled_from((1, 5, 5, 5, 5, 15, 20, 46, 100))
VALUES = st.sampled_from((45, 53, 54, 58, 59, 60, 69, 70, 74, 75, 100, 180, 245, 246, 250, 251, 300))
DELAYS = st.sampled_from((0.1, 0.1, 0.1, 0.1, 0.1, 3, 15, 19, 25, 60, 200))
DEVICES = st.sampled_from((1, 1, 1, 1, 2))


def stream(told: Sequence[tuple[int, int, float, int]]) -> list[Row]:
    minutes = accumulate(apart for apart, *_ in told)
    return [
        Row(after(minute), value, after(minute + delay), device)
        for minute, (_, value, delay, device) in zip(minutes, told, strict=True)
    ]


STREAMS = st.lists(st.tuples(APART, VALUES, DELAYS, DEVICES), max_size=25).map(stream)
"""Readings of two sensors at any steps, with gaps, some late, some out of order."""


FEW = settings(max_examples=so_many(25))
"""Each example walks some hundred instants, and the oracle looks at each of them anew."""


def _end(rows: Sequence[Row]) -> datetime:
    return max((row.received for row in rows), default=NOON) + timedelta(hours=3)


def _turns(events: Sequence[Event]) -> list[tuple[datetime, str, str]]:
    kinds = (What.RAISED, What.RESOLVED, What.REOPENED)
    rules = (*WANTED, "sensor_silence")
    return sorted((e.at, e.rule, e.what.value) for e in events if e.what in kinds and e.rule in rules)


@FEW
@given(STREAMS)
def test_the_journal_is_what_the_oracle_expects(rows: list[Row]) -> None:
    assert _turns(journal(past(rows), _end(rows))) == expected(rows, _end(rows))


def _slices() -> list[tuple[str, int]]:
    return [("cgmq_dexcom", 210), ("cgmq_dexcom", 1840), ("cgmq_libre", 1330), ("cgmq_libre", 2590)]


@pytest.mark.parametrize(("name", "first"), _slices())
def test_the_journal_of_a_real_trace_that_comes_in_disorder_is_what_the_oracle_expects(name: str, first: int) -> None:
    chance = Random(first)
    delays = (0.1, 0.1, 0.1, 0.1, 8, 30)
    rows = [
        Row(row.at, row.value, row.at + chance.choice(delays) * MINUTE)
        for row in real(name)[first : first + 70]
        if chance.random() > 0.05
    ]
    since = rows[0].at - MINUTE
    assert _turns(journal(past(rows), _end(rows), since)) == expected(rows, _end(rows))


@FEW
@given(STREAMS, st.data())
def test_any_order_and_any_repetition_give_the_same_journal(rows: list[Row], data: st.DataObject) -> None:
    repeated = [Row(r.at, r.value, r.received + 7 * MINUTE, r.device) for r in rows if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(rows + repeated))
    assert journal(past(shuffled), _end(rows)) == journal(past(rows), _end(rows))


@FEW
@given(STREAMS, st.lists(st.integers(-60, 2000), max_size=6))
def test_restarts_and_batches_anywhere_give_the_same_journal(rows: list[Row], stops: list[int]) -> None:
    whole = past(rows)
    walk, events = Walk(at=NOON - timedelta(hours=1)), []
    for stop in [*(after(minute) for minute in sorted(stops)), _end(rows)]:
        seen = past([row for row in rows if row.received <= stop])
        walk, more = advance(from_json(to_json(walk)), seen, stop)
        events += more
    assert events == journal(whole, max(_end(rows), walk.at))


@FEW
@given(STREAMS)
def test_an_urgent_low_is_open_as_soon_as_one_live_reading_shows_it(rows: list[Row]) -> None:
    of = past(rows)
    for row in [r for r in rows if r.value < 54 and r.received - r.at <= 20 * MINUTE]:
        walk, _ = advance(Walk(at=NOON - timedelta(hours=1)), of, row.received)
        alert = walk.state.alert_of("urgent_low")
        over = [s for s in stretches(_seen(rows, row), WANTED["urgent_low"], row.received) if s.last >= row.at]
        assert (alert is not None and alert.is_open) or all(s.until is not None for s in over)


def _seen(rows: Sequence[Row], upto: Row) -> list[Row]:
    return [row for row in rows if row.received <= upto.received and row.device == upto.device]


@FEW
@given(STREAMS, st.floats(21, 600))
def test_nothing_but_silence_rings_for_readings_that_come_late(rows: list[Row], late: float) -> None:
    old = [Row(row.at, row.value, row.at + late * MINUTE, row.device) for row in rows]
    assert {event.rule for event in journal(past(old), _end(old)) if event.what.rings} <= {"sensor_silence"}


@FEW
@given(STREAMS)
def test_every_episode_is_in_the_journal_and_none_twice(rows: list[Row]) -> None:
    events = journal(past(rows), _end(rows))
    final = {rule: stretches(rows, wanted, _end(rows)) for rule, wanted in WANTED.items()}
    for rule, found in final.items():
        spans = _spans(events, rule)
        assert all(any(a <= (s.until or s.last) and s.since <= b for a, b in spans) for s in found)
    later = [event for event in events if event.what is What.RETROSPECTIVE]
    for rule in WANTED:
        mine = sorted((e.since, e.until or e.since) for e in later if e.rule == rule)
        assert all(before[1] < then[0] for before, then in pairwise(mine))


def _spans(events: Sequence[Event], rule: str) -> list[tuple[datetime, datetime]]:
    """From the begin of each alert or entry to its end."""
    ends = {event.alert: event.until or event.at for event in events if event.rule == rule and event.until}
    return [(e.since, ends[e.alert]) for e in events if e.rule == rule and e.what.value in ("raised", "retrospective")]


@FEW
@given(STREAMS)
def test_one_alert_is_raised_once(rows: list[Row]) -> None:
    raised = [event.alert for event in journal(past(rows), _end(rows)) if event.what is What.RAISED]
    assert len(raised) == len(set(raised))


@FEW
@given(STREAMS)
def test_an_open_alert_rings_at_its_pace_and_never_between(rows: list[Row]) -> None:
    paces = {"urgent_low": 5, "low": 30, "very_high": 60, "sensor_silence": 60}
    events = journal(past(rows), _end(rows))
    for rule, pace in paces.items():
        rung = [event for event in events if event.rule == rule and event.what.rings]
        apart = [(b.at - a.at) / MINUTE for a, b in pairwise(rung) if b.what is What.RANG]
        assert set(apart) <= {pace}
        assert all(_rang_on(events, event, pace) for event in rung)


def _rang_on(events: Sequence[Event], rung: Event, pace: float) -> bool:
    """True if after it rang the alert rang again on time, or had been resolved, or the story ends."""
    due = rung.at + pace * MINUTE
    same = [event for event in events if event.alert == rung.alert and rung.at < event.at <= due]
    return any(e.what in (What.RANG, What.RESOLVED) for e in same) or due > max(e.at for e in events)
