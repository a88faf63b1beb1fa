"""What prevention asks of one person today: pure, from the schedules, what is known of them, and what was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from alerts.prevention.concerned import Span, concerned
from alerts.prevention.facts import Event, Facts, Past, past
from alerts.prevention.schedule import Entry, Schedule, schedules
from alerts.prevention.turns import Turn, declined_until, turn
from alerts.prevention.why import said
from alerts.prevention.words import Words


class State(StrEnum):
    """Where an item stands. ASK: the record lacks what decides (a sex, a date); nothing is guessed."""

    DUE = "due"
    ASK = "ask"
    SOON = "soon"
    DECLINED = "declined"
    NOT_YET = "not_yet"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do, and where it stands.

    `since`: when it became due, None where nothing says; `until`: its last day, None where it has none; `next`: when it
    will be due, or is asked again; `last`: when it was last done. `read`: when the source was; `recheck`: what a
    clinician must check before relying on it.
    """

    entry: str
    topic: str
    state: State
    title: Words
    why: Words
    source: Words
    read: date
    recheck: Words | None = None
    since: date | None = None
    until: date | None = None
    next: date | None = None
    last: date | None = None


def due(facts: Facts, events: Iterable[Event], today: date, of: tuple[Schedule, ...] | None = None) -> tuple[Item, ...]:
    """Every item that concerns the person, the pressing ones first; `today` is their local day.

    What can never concern them again is left out, as are events of entries the schedules no longer hold.
    """
    known, usable = past(events, today), facts.on(today)
    items = [
        item
        for schedule in (schedules() if of is None else of)
        for entry in schedule.entry
        if (item := _item(schedule.topic, entry, usable, known, today)) is not None
    ]
    return tuple(sorted(items, key=_pressing))


def _pressing(item: Item) -> tuple[int, date, str]:
    return list(State).index(item.state), item.since or item.next or date.min, item.entry


def _item(topic: str, entry: Entry, facts: Facts, known: Past, today: date) -> Item | None:
    span = concerned(entry.who, facts, today)
    if span is None:
        return None
    now = turn(entry, facts, known, span, today)
    if now.over and now.settled is None:
        return None
    refused = _refused_until(entry, facts, known, span)
    state = _state(entry, now, refused, span, today)
    following = refused if state is State.DECLINED else now.opens
    if not span.sure and state in (State.SOON, State.NOT_YET):
        return None
    open_now, last = state in (State.DUE, State.ASK), known.last_done(entry.id)
    since = _since(now, span, today) if open_now else None
    return Item(
        entry=entry.id,
        topic=topic,
        state=state,
        title=entry.title,
        why=entry.reason + said(state.value, since if open_now else following, last),
        source=entry.source,
        read=entry.read,
        recheck=entry.recheck,
        since=since,
        until=None if now.closes is None or now.over else now.closes - timedelta(days=1),
        next=None if open_now else following,
        last=last,
    )


def _since(now: Turn, span: Span, today: date) -> date | None:
    """Since when it is due; None where that was the day a condition began, which the record does not say."""
    if now.opens != span.start:
        return now.opens
    return span.since if span.since is not None and span.since <= today else None


def _refused_until(entry: Entry, facts: Facts, known: Past, span: Span) -> date | None:
    """The first day a refusal no longer stands; None if nothing is refused."""
    day = known.last_declined(entry.id)
    return None if day is None else declined_until(entry, facts, span, day) or date.max


def _state(entry: Entry, now: Turn, refused: date | None, span: Span, today: date) -> State:
    if now.over:
        return State.DONE
    if refused is not None and today < refused:
        return State.DECLINED
    if now.opens is not None and now.opens > today:
        soon = (now.opens - today).days <= entry.soon_days
        return State.SOON if soon else State.NOT_YET if now.settled is None else State.DONE
    return State.DUE if span.sure and not now.unknown else State.ASK
