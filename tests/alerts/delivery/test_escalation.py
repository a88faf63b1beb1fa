"""Who is told of a ring, and when."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.escalation import Call, Member, QuietHours, Ring, escalate, missed
from alerts.rule import Level

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
NIGHT = QuietHours(time(22), time(7), PARIS)
PERSON, MOTHER, FATHER, DOCTOR = 1, 2, 3, 4
CHAIN = (
    Member(PERSON, 0, timedelta()),
    Member(MOTHER, 1, timedelta(minutes=5)),
    Member(FATHER, 1, timedelta(minutes=5)),
    Member(DOCTOR, 2, timedelta(minutes=15)),
)
RAISED = Ring(NOON, NOON, Level.URGENT)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def told(ring: Ring, chain: tuple[Member, ...] = CHAIN) -> dict[int, float]:
    """Minutes after noon at which each is told."""
    return {call.account: (call.not_before - NOON) / timedelta(minutes=1) for call in escalate(ring, chain)}


def unreachable(*accounts: int) -> tuple[Member, ...]:
    return tuple(replace(member, reachable=member.account not in accounts) for member in CHAIN)


def test_each_step_waits_for_those_before() -> None:
    assert told(RAISED) == {PERSON: 0, MOTHER: 5, FATHER: 5, DOCTOR: 15}


def test_a_repeated_ring_tells_those_reached_at_once_and_the_others_in_their_turn() -> None:
    assert told(replace(RAISED, at=after(10))) == {PERSON: 10, MOTHER: 10, FATHER: 10, DOCTOR: 15}


def test_after_an_acknowledgement_it_rings_for_those_it_had_reached_and_nobody_new() -> None:
    assert told(replace(RAISED, at=after(36), stopped=after(6))) == {PERSON: 36, MOTHER: 36, FATHER: 36}


def test_a_snooze_of_one_leaves_the_others() -> None:
    assert told(replace(RAISED, quiet=frozenset({MOTHER}))) == {PERSON: 0, FATHER: 5, DOCTOR: 15}


def test_when_a_snooze_ends_only_its_holder_is_told() -> None:
    assert told(replace(RAISED, at=after(2), only=frozenset({DOCTOR}))) == {DOCTOR: 2}


def test_nobody_waits_for_somebody_who_cannot_be_told() -> None:
    assert told(RAISED, unreachable(PERSON)) == {PERSON: 0, MOTHER: 0, FATHER: 0, DOCTOR: 15}


def test_one_of_a_step_who_can_be_told_is_waited_for() -> None:
    assert told(RAISED, unreachable(PERSON, MOTHER))[DOCTOR] == 15


def test_the_last_of_the_chain_is_told_at_once_if_nobody_before_can_be() -> None:
    assert told(RAISED, unreachable(PERSON, MOTHER, FATHER))[DOCTOR] == 0


@pytest.mark.parametrize(
    ("clock", "until"),
    [((21, 59), None), ((22, 0), (5, 7, 0)), ((3, 0), (4, 7, 0)), ((6, 59), (4, 7, 0)), ((7, 0), None)],
)
def test_quiet_hours_over_midnight_end_in_the_morning(
    clock: tuple[int, int], until: tuple[int, int, int] | None
) -> None:
    at = datetime(2026, 5, 4, *clock, tzinfo=PARIS)
    expected = at if until is None else datetime(2026, 5, *until, tzinfo=PARIS)
    assert NIGHT.ends_after(at) == expected


def test_quiet_hours_of_a_day_hold_on_that_day() -> None:
    nap = QuietHours(time(13), time(15), PARIS)
    assert nap.ends_after(datetime(2026, 5, 4, 14, tzinfo=PARIS)) == datetime(2026, 5, 4, 15, tzinfo=PARIS)
    assert nap.ends_after(datetime(2026, 5, 4, 15, tzinfo=PARIS)) == datetime(2026, 5, 4, 15, tzinfo=PARIS)


def test_quiet_hours_end_by_the_clock_on_the_night_it_changes() -> None:
    assert NIGHT.ends_after(datetime(2026, 10, 24, 22, tzinfo=PARIS)) == datetime(2026, 10, 25, 6, tzinfo=UTC)


@pytest.mark.parametrize(("level", "hour"), [(Level.URGENT, 1), (Level.WARNING, 5), (Level.NOTICE, 5)])
def test_only_what_is_urgent_wakes(level: Level, hour: int) -> None:
    at_3 = datetime(2026, 5, 4, 1, tzinfo=UTC)
    sleeper = (Member(PERSON, 0, timedelta(), NIGHT),)
    assert escalate(Ring(at_3, at_3, level), sleeper) == [Call(PERSON, 0, datetime(2026, 5, 4, hour, tzinfo=UTC))]


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

DELAYS = st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def chains(draw: st.DrawFn) -> tuple[Member, ...]:
    """Steps of one to three members whose delays grow; an account may stand in several."""
    delays = sorted(draw(st.lists(DELAYS, min_size=1, max_size=5)))
    return tuple(
        Member(account, step, delay if step else timedelta(), draw(st.none() | st.just(NIGHT)), draw(st.booleans()))
        for step, delay in enumerate(delays)
        for account in draw(st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True))
    )


@st.composite
def rings(draw: st.DrawFn) -> Ring:
    """A ring some time after it began, perhaps acknowledged between, perhaps with some at rest."""
    lasted = draw(DELAYS)
    stopped = draw(st.none() | st.integers(0, lasted // timedelta(minutes=1)).map(after))
    quiet = draw(st.frozensets(st.integers(1, 8), max_size=3))
    return Ring(NOON + lasted, NOON, draw(st.sampled_from(Level)), stopped, quiet)


@given(rings(), chains())
def test_each_is_told_once_and_never_before_it_rings(ring: Ring, chain: tuple[Member, ...]) -> None:
    calls = escalate(ring, chain)
    assert len({call.account for call in calls}) == len(calls)
    assert {call.account for call in calls} <= {member.account for member in chain} - ring.quiet
    assert all(call.not_before >= ring.at for call in calls)


@given(rings(), chains())
def test_unless_acknowledged_everybody_who_does_not_rest_has_their_turn(ring: Ring, chain: tuple[Member, ...]) -> None:
    calls = escalate(replace(ring, stopped=None), chain)
    assert {call.account for call in calls} == {member.account for member in chain} - ring.quiet


@given(rings(), chains())
def test_somebody_who_can_be_told_is_told_of_what_is_urgent_at_once(ring: Ring, chain: tuple[Member, ...]) -> None:
    urgent = replace(ring, level=Level.URGENT, quiet=frozenset(), stopped=None)
    reachable = {member.account for member in chain if member.reachable}
    now = {call.account for call in escalate(urgent, chain) if call.not_before == urgent.at}
    assert not reachable or now & reachable


@given(rings(), chains(), st.integers(1, 8))
def test_one_more_who_rests_changes_nothing_for_the_others(ring: Ring, chain: tuple[Member, ...], account: int) -> None:
    rested = replace(ring, quiet=ring.quiet | {account})
    assert escalate(rested, chain) == [call for call in escalate(ring, chain) if call.account != account]


@given(rings(), chains())
def test_a_later_ring_reaches_nobody_later_than_the_one_before_would(ring: Ring, chain: tuple[Member, ...]) -> None:
    earlier = replace(ring, level=Level.URGENT, stopped=None)
    later = replace(earlier, at=earlier.at + timedelta(minutes=5))
    first = {call.account: call.not_before for call in escalate(earlier, chain)}
    assert all(call.not_before <= max(first[call.account], later.at) for call in escalate(later, chain))


# ── What was over before it got through ──────────────────────────────────────────────────────────────────────────────


def afterwards(minutes: float, *reached: int, chain: tuple[Member, ...] = CHAIN) -> set[int]:
    """Who is told that it was, if it was over after so many minutes."""
    return {call.account for call in missed(RAISED, after(minutes), chain, frozenset(reached))}


def test_whoever_was_due_and_not_reached_is_told_that_it_was() -> None:
    assert afterwards(20, PERSON, MOTHER) == {FATHER, DOCTOR}


def test_who_was_not_due_yet_need_not_know_if_somebody_was_reached() -> None:
    assert afterwards(4, PERSON) == set()


def test_had_nobody_been_reached_the_next_step_is_to_know_too() -> None:
    assert afterwards(4) == {PERSON, MOTHER, FATHER}
    assert afterwards(20) == {PERSON, MOTHER, FATHER, DOCTOR}
    assert afterwards(4, chain=unreachable(MOTHER, FATHER)) == {PERSON, DOCTOR}


def test_what_is_over_breaks_no_quiet_hours() -> None:
    asleep = tuple(replace(member, quiet=QuietHours(time(11), time(14), PARIS)) for member in CHAIN)
    dues = {call.not_before for call in missed(RAISED, after(20), asleep, frozenset())}
    assert dues == {after(120)}
