"""From one instant to a later one: every receipt, act, ring and silence between, in order of time.

The journal depends on what was received and when, and on nothing else: however the same inputs are cut into batches,
ordered or repeated, and wherever the hub stopped and began again, it is the same. `advance(a, c)` is `advance(a, b)`
and then `advance(b, c)`. Nothing here reads a clock: what is due by itself has its exact instant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from pydantic import TypeAdapter

from alerts.alert import Event
from alerts.calm import MICROSECOND, Calm, calm_at
from alerts.fortnight import next_daily
from alerts.history import DAY_BACK, History
from alerts.leap import leap
from alerts.lifecycle import REMEMBERED, State, look_back, step
from alerts.rule import LIVE, Finding, Known, Looks, rules

SETTLE = timedelta(minutes=45)
"""How long after the last old reading came the past is looked at: a backlog comes in parts, and whatever it shows has
by then been closed by newer readings or by their absence (a gap of 45 minutes)."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a person's alerts stand: everything up to and including `at` has been looked at.

    `look_at`: when to look though nothing comes. `settle_at`: when to look back, to `old_since` and a day before.
    `newest`, `arrived`: as Known has them; remembered, so that going on needs no readings older than rules judge.
    `calm`: while nothing goes on, the readings that change nothing; forgotten, each is looked at.
    """

    at: datetime
    newest: datetime | None = None
    arrived: datetime | None = None
    look_at: datetime | None = None
    settle_at: datetime | None = None
    old_since: datetime | None = None
    state: State = field(default_factory=State)
    calm: Calm | None = None


_WALK = TypeAdapter(Walk)


def to_json(walk: Walk) -> bytes:
    """The walk as it is stored, but for its calm, which is kept apart."""
    return _WALK.dump_json(walk, exclude={"calm"})


def from_json(stored: bytes) -> Walk:
    """The walk as it was stored."""
    return _WALK.validate_json(stored)


def advance(walk: Walk, history: History, until: datetime) -> tuple[Walk, list[Event]]:
    """Everything that happens after `walk.at` up to and including `until`."""
    journal: list[Event] = []
    for after, events in steps(walk, history, until):
        walk, journal = after, journal + events
    return replace(walk, at=max(walk.at, until)), journal


def steps(walk: Walk, history: History, until: datetime) -> Iterator[tuple[Walk, list[Event]]]:
    """The same, instant by instant: where the walk stands after each, and what was told at it."""
    while (now := due(walk, history)) <= until:
        far = _leap(walk, history, until)
        if far is not None:
            walk, now = replace(walk, at=far - MICROSECOND), far
        walk, events = _turn(walk, history, now)
        yield walk, events


def due(walk: Walk, history: History) -> datetime:
    """The next instant at which anything can change."""
    named = (walk.look_at, history.receipts(walk.at))
    return min([due_besides(walk, history), *(at for at in named if at is not None)])


def due_besides(walk: Walk, history: History) -> datetime:
    """The same, but for glucose that comes or does not."""
    weighed = (w.received_at for w in history.weighings if w.received_at > walk.at)
    acted = (act.at for act in history.acts if act.at > walk.at)
    taken_out = (at for at in history.taken_out if at > walk.at)
    found = (walk.settle_at, walk.state.due, *(min(each, default=None) for each in (weighed, acted, taken_out)))
    return min([next_daily(walk.at, history.subject.zone), *(at for at in found if at is not None)])


def due_at_rest(walk: Walk, history: History) -> datetime:
    """The next instant after its calm was told at which anything else is due, or judged by something else."""
    since = walk.at if walk.calm is None else walk.calm.at
    judged = [each.valid_from for each in history.thresholds] + [each.valid_from for each in history.foresights]
    return min([due_besides(walk, history), *(at for at in judged if at > since)])


def _leap(walk: Walk, history: History, until: datetime) -> datetime | None:
    """A receipt up to `until` before which nothing is told and nothing else judged, if it is not the next one."""
    if walk.calm is None:
        return None
    return leap(walk.calm, walk.at, history, min(due_at_rest(walk, history), until + MICROSECOND))


def _turn(walk: Walk, history: History, now: datetime) -> tuple[Walk, list[Event]]:
    """One instant: look with the rules that have a reason to, take the acts, ring; then look back if it is time."""
    walk = _note_old(walk, history, now)
    looks = frozenset(_looks(walk, history, now))
    known, found = None, {}
    if looks:
        known = _remembering(walk, history.known(now))
        walk = replace(walk, newest=known.newest, arrived=known.arrived)
        found = {rule.name: rule.find(known) for rule in rules() if rule.looks in looks}
    state, events = step(walk.state, now, found, [act for act in history.acts if act.at == now])
    walk = replace(walk, at=now, state=state)
    if known is not None and Looks.GLUCOSE in looks:
        walk = _note_unrung(replace(walk, look_at=_wake(known)), known, found)
        walk = replace(walk, calm=calm_at(known, found) if walk.settle_at is None else None)
    if walk.settle_at == now:
        walk, told = _settle(walk, history)
        events = (*events, *told)
    return walk, list(events)


def _looks(walk: Walk, history: History, now: datetime) -> Iterator[Looks]:
    """What there is a reason to look at."""
    nine, taken_out = next_daily(walk.at, history.subject.zone) == now, now in history.taken_out
    if taken_out or walk.look_at == now or history.receipts(walk.at) == now:
        yield Looks.GLUCOSE
    if taken_out or nine or any(weighed.received_at == now for weighed in history.weighings):
        yield Looks.WEIGHT
    if nine:
        yield Looks.DAY


def _remembering(walk: Walk, known: Known) -> Known:
    """The same, with what the walk remembers of readings that are no longer at hand."""
    newest = max((at for at in (walk.newest, known.newest) if at is not None), default=None)
    arrived = max((at for at in (walk.arrived, known.arrived) if at is not None), default=None)
    return replace(known, newest=newest, arrived=arrived)


def _wake(known: Known) -> datetime | None:
    """When to look again though nothing comes."""
    wakes = (wake(known) for wake in {rule.wake for rule in rules()})
    return min((at for at in wakes if at is not None and at > known.now), default=None)


def _note_old(walk: Walk, history: History, now: datetime) -> Walk:
    """Readings that came too late to ring ask for a look back, once no more of them come."""
    old = [at for at in history.arriving(now) if LIVE < now - at <= REMEMBERED]
    return _look_back(walk, old, now + SETTLE)


def _note_unrung(walk: Walk, known: Known, found: Mapping[str, tuple[Finding, ...]]) -> Walk:
    """So does an episode that was over before it was known."""
    unrung = [f.since for f in chain(*found.values()) if f.until is not None and _tellable(f, walk.state, known)]
    return _look_back(walk, unrung, walk.settle_at or walk.at + SETTLE)


def _look_back(walk: Walk, since: list[datetime], at: datetime) -> Walk:
    if not since:
        return walk
    return replace(walk, settle_at=at, old_since=min([*since, walk.old_since or walk.at]))


def _settle(walk: Walk, history: History) -> tuple[Walk, tuple[Event, ...]]:
    """Tell what ended unrung; what still goes on is looked at again."""
    known = history.known(walk.at, back=walk.at - (walk.old_since or walk.at) + DAY_BACK)
    found = chain(*(rule.find(known) for rule in rules() if rule.looks is Looks.GLUCOSE))
    unrung = [finding for finding in found if _tellable(finding, walk.state, known)]
    state, events = look_back(walk.state, walk.at, unrung)
    going = [finding.since for finding in unrung if finding.until is None and finding.since >= walk.at - REMEMBERED]
    return _look_back(replace(walk, state=state, settle_at=None, old_since=None), going, walk.at + SETTLE), events


def _tellable(found: Finding, state: State, known: Known) -> bool:
    """True for an episode under the thresholds in force that the journal does not have.

    New thresholds make other episodes of a past that was judged by the old ones; nobody is told of those.
    """
    return found.held and not state.knows(found) and found.since >= known.thresholds.valid_from
