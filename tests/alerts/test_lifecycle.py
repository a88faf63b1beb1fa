"""What people do about alerts, and what it does not do to others."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.advance import Walk, advance, from_json, to_json
from alerts.alert import Act, Alert, AlertState, Doing, Event, What
from alerts.lifecycle import State, step
from alerts.rule import Because, Ended, Finding, Level, Number, Pace
from tests.alerts.making import MINUTE, NOON, Row, after, every, journal, past, told
from tests.support.examples import so_many

ACK, SNOOZE = Doing.ACKNOWLEDGE, Doing.SNOOZE
RAISED, RANG, RESOLVED = What.RAISED, What.RANG, What.RESOLVED
LOW = every(5, [100.0] * 4 + [50.0] * 30)
"""An urgent low from minute 20, and a low from minute 30."""

URGENT = f"urgent_low@{LOW[4].received.isoformat()}"
PACE = Pace(5 * MINUTE, 30 * MINUTE)


def _act(minute: float, doing: Doing, by: str = "ann", until: float = 0, alert: str = URGENT) -> Act:
    return Act(after(minute), alert, by, doing, after(until))


def _journal(*acts: Act, rows: list[Row] = LOW, until: float = 90) -> list[Event]:
    return journal(past(rows, acts=acts), after(until))


def _rings(events: list[Event], rule: str) -> list[int]:
    """Whole minutes at which it rang for everyone."""
    return [int((e.at - NOON) / MINUTE) for e in events if e.rule == rule and e.what.rings and not e.only]


def finding(level: Level = Level.WARNING, since: float = 0, last: float = 0, **more: object) -> Finding:
    """A finding of the rule "low"."""
    because = Because("low", (Number("minutes", 15, "min"),))
    known = {"rule": "low", "level": level, "since": after(since), "last": after(last), "because": because}
    return Finding(**{**known, "pace": PACE, **more})  # type: ignore[arg-type]


def _stepped(state: State, minute: float, *found: Finding, acts: tuple[Act, ...] = ()) -> tuple[State, list[What]]:
    state, events = step(state, after(minute), {"low": found}, acts)
    return state, [event.what for event in events]


def _alert(state: State) -> Alert:
    alert = state.alert_of("low")
    assert alert is not None
    return alert


def test_an_acknowledged_urgent_low_rings_again_after_30_minutes() -> None:
    assert _rings(_journal(_act(27, ACK)), "urgent_low") == [20, 25, 57, 87]


def test_acknowledging_a_low_quiets_it_for_good() -> None:
    low = f"low@{LOW[6].received.isoformat()}"
    assert _rings(_journal(_act(40, ACK, alert=low), until=130), "low") == [30]


def test_acknowledging_one_rule_never_mutes_another() -> None:
    def lows(events: list[Event]) -> list[Event]:
        return [event for event in events if event.rule == "low"]

    assert lows(_journal(_act(27, ACK))) == lows(_journal())


def test_who_acknowledged_is_said_once() -> None:
    events = _journal(_act(27, ACK), _act(28, ACK, by="bob"))
    assert [(event.by, event.at) for event in events if event.what is What.ACKNOWLEDGED] == [("ann", after(27))]


def test_an_act_that_is_sent_twice_counts_once() -> None:
    assert _journal(_act(27, ACK), _act(27, ACK)) == _journal(_act(27, ACK))


def test_a_snooze_quiets_who_asked_for_it_and_nobody_else() -> None:
    events = [e for e in _journal(_act(27, SNOOZE, until=41), until=44) if e.rule == "urgent_low" and e.what is RANG]
    assert [(int((e.at - NOON) / MINUTE), e.quiet, e.only) for e in events] == [
        (25, (), ()),
        (30, ("ann",), ()),
        (35, ("ann",), ()),
        (40, ("ann",), ()),
        (41, (), ("ann",)),
    ]


def test_an_urgent_low_cannot_be_snoozed_for_more_than_30_minutes() -> None:
    snoozed = [event.until for event in _journal(_act(27, SNOOZE, until=27 + 600)) if event.what is What.SNOOZED]
    assert snoozed == [after(57)]


def test_a_snooze_that_has_already_ended_wakes_who_slept() -> None:
    events = _journal(_act(27, SNOOZE, until=50), _act(28, SNOOZE, until=28), until=31)
    rung = [(int((e.at - NOON) / MINUTE), e.quiet) for e in events if e.rule == "urgent_low" and e.what is RANG]
    assert rung == [(25, ()), (28, ()), (30, ())]


def test_acts_on_an_alert_that_is_over_do_nothing_to_the_next() -> None:
    rows = every(5, [100.0] * 4 + [50.0] + [90.0] * 5 + [50.0] * 3)
    first, late = _journal(rows=rows, until=61), _journal(_act(50.5, ACK), rows=rows, until=61)
    assert first == late
    assert [what for what, _ in told(first, "urgent_low")].count(RAISED) == 2


def test_an_act_on_an_alert_nobody_knows_does_nothing() -> None:
    assert _journal(_act(27, ACK, alert="urgent_low@never")) == _journal()


def test_who_acts_at_the_instant_it_is_due_has_quieted_it() -> None:
    state, _ = _stepped(State(), 0, finding())
    acted = Act(after(5), _alert(state).key, "ann", ACK)
    state, whats = _stepped(state, 5, finding(last=5), acts=(acted,))
    assert whats == [What.ACKNOWLEDGED]


def test_a_finding_that_has_not_held_is_pending_and_says_nothing() -> None:
    state, whats = _stepped(State(), 0, finding(held=False))
    assert (whats, state.pending) == ([], (finding(held=False),))


def test_a_worse_level_rings_again_though_it_was_acknowledged_and_snoozed() -> None:
    state, _ = _stepped(State(), 0, finding())
    key = _alert(state).key
    state, _ = _stepped(
        state, 1, finding(), acts=(Act(after(1), key, "ann", ACK), _act(1, SNOOZE, until=60, alert=key))
    )
    state, whats = _stepped(state, 2, finding(Level.URGENT, last=2))
    assert whats == [What.WORSENED]
    assert (_alert(state).level, _alert(state).acknowledged_at, _alert(state).snoozes) == (Level.URGENT, None, ())


def test_a_milder_level_changes_nothing() -> None:
    state, _ = _stepped(State(), 0, finding(Level.URGENT))
    state, whats = _stepped(state, 1, finding(Level.NOTICE, last=1))
    assert (whats, _alert(state).level) == ([], Level.URGENT)


@pytest.mark.parametrize(("since", "what"), [(3, What.REOPENED), (4, RAISED)])
def test_the_same_episode_is_reopened_and_a_new_one_raised(since: float, what: What) -> None:
    state, _ = _stepped(State(), 0, finding())
    state, _ = _stepped(state, 3, finding(last=3))
    state, _ = _stepped(state, 10, finding(last=3, until=after(4), ended=Ended.BACK))
    assert _stepped(state, 12, finding(since=since, last=12))[1] == [what]


@pytest.mark.parametrize(("minute", "whats"), [(20, [RAISED]), (21, [])])
def test_a_finding_rings_only_while_it_is_news(minute: float, whats: list[What]) -> None:
    assert _stepped(State(), minute, finding())[1] == whats


def test_a_rule_that_was_not_looked_at_keeps_its_alert() -> None:
    state, _ = _stepped(State(), 0, finding())
    state, events = step(state, after(3), {})
    assert (_alert(state).is_open, events) == (True, ())


def test_an_alert_stands_for_each_recipient_as_they_left_it() -> None:
    state, _ = _stepped(State(), 0, finding())
    alert = _alert(state)
    state, _ = _stepped(state, 1, finding(last=1), acts=(Act(after(1), alert.key, "ann", SNOOZE, after(9)),))
    alert = _alert(state)
    assert alert.state_for("ann", after(8)) is AlertState.SNOOZED
    assert alert.state_for("ann", after(9)) is AlertState.RAISED
    assert alert.state_for("bob", after(8)) is AlertState.RAISED
    state, _ = _stepped(state, 9, finding(last=9), acts=(Act(after(9), alert.key, "ann", ACK),))
    assert _alert(state).state_for("bob", after(9)) is AlertState.ACKNOWLEDGED
    state, _ = _stepped(state, 10)
    assert _alert(state).state_for("ann", after(10)) is AlertState.RESOLVED


ACTS = st.lists(
    st.builds(
        _act,
        st.integers(15, 110),
        st.sampled_from(Doing),
        st.sampled_from(("ann", "bob")),
        st.integers(10, 160),
        st.sampled_from((URGENT, f"low@{LOW[6].received.isoformat()}", "high@never")),
    ),
    max_size=8,
)


@settings(max_examples=so_many(25))
@given(ACTS, st.data())
def test_acts_in_any_order_and_restarts_between_them_give_the_same_journal(
    acts: list[Act], data: st.DataObject
) -> None:
    shuffled = past(LOW, acts=data.draw(st.permutations(acts + acts)))
    walk, events = Walk(at=NOON - timedelta(hours=1)), []
    for stop in sorted(data.draw(st.lists(st.integers(0, 140), max_size=4))):
        walk, more = advance(from_json(to_json(walk)), shuffled, after(stop))
        events += more
    assert events + advance(walk, shuffled, after(150))[1] == _journal(*acts, until=150)


@settings(max_examples=so_many(25))
@given(ACTS)
def test_whatever_others_do_an_urgent_low_is_heard_every_35_minutes(acts: list[Act]) -> None:
    events = [event for event in _journal(*acts, until=165) if event.rule == "urgent_low" and event.what.rings]
    heard = [event.at for event in events if not event.only]
    assert all("eve" not in event.quiet for event in events)
    assert max(b - a for a, b in pairwise(heard)) <= timedelta(minutes=35)
