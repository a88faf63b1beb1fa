"""What going on with one person's alerts tells: events, alerts as they then are, and when to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from alerts.advance import Walk, due, due_at_rest, steps
from alerts.alert import Alert, Event, What
from alerts.calm import MICROSECOND, Calm
from alerts.history import NOTHING, History, us
from alerts.leap import before
from alerts.passing import READING
from alerts.rule import Looks, rules
from hub.quantities import Kind

RESTED = timedelta(hours=12)
"""How long glances may stand for a full look. [own rule]"""

DECIDE = frozenset({What.RAISED, What.WORSENED, What.REOPENED, What.RETROSPECTIVE})
"""Events whose reason and readings are the alert's from then on."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event, the kinds of the readings that decided it, and whether somebody may still be told of it."""

    event: Event
    kinds: frozenset[Kind]
    stale: bool


@dataclass(frozen=True, slots=True)
class Walked:
    """How far one walk came, what it told, and its alerts as they then were; `due` is when to go on.

    Where `glance` is told, at that instant a glance will do (alerts.glance), holding what comes against `lately`.
    """

    walk: Walk
    due: datetime
    told: tuple[Told, ...]
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    glance: datetime | None = None
    lately: bytes = b""


def walked(walk: Walk, history: History, until: datetime, told_until: datetime | None = None) -> Walked:
    """Go on up to and including `until`; nobody is told any more of what happened up to `told_until`."""
    events: list[Event] = []
    alerts: dict[str, Alert] = {}
    for after, happened in steps(walk, history, until):
        alerts |= {alert.key: alert for alert in after.state.alerts if walk.state.alert_of(alert.rule) != alert}
        events += happened
        walk = after
    walk, stale = replace(walk, at=max(walk.at, until)), _stale(events, alerts)
    found = tuple(
        Told(
            event,
            _kinds(event, history) if event.what in DECIDE else frozenset(),
            place in stale or (told_until is not None and event.at <= told_until),
        )
        for place, event in enumerate(events)
    )
    return Walked(walk, due(walk, history), found, alerts)


def resting(of: Walked, history: History) -> Walked:
    """The same, due later where it is calm: until then glances will do."""
    walk = of.walk
    if walk.calm is None or walk.newest is None:
        return of
    glance = walk.newest + walk.calm.fresh * MICROSECOND
    if glance <= walk.at:  # of a slow sensor, who may still speak in time
        return of
    due_at = min(due_at_rest(walk, history), walk.at + RESTED)
    return replace(of, due=due_at, glance=glance, lately=_lately(walk.calm, walk.at, us(walk.newest), history))


def _lately(calm: Calm, at: datetime, newest: int, history: History) -> bytes:
    """What the sensor's next readings will be held against, as it is stored; nothing, if they are to be looked at."""
    samples = history.glucose.get(Kind.GLUCOSE_INTERSTITIAL, NOTHING)
    old = before(calm, samples, int(np.searchsorted(samples.received, us(at), side="right")), newest)
    if old is None:
        return b""
    told = np.empty(len(old), READING)
    told["at"], told["value"] = samples.at[old], samples.value[old]
    return told.tobytes()


def _stale(events: Sequence[Event], alerts: Mapping[str, Alert]) -> frozenset[int]:
    """Rings that nobody needs to hear any more: of what is over by now, or before another ring for all.

    In step with what is received there are none; after a standstill what goes on rings once, and not for each time it
    would have rung.
    """
    last = {event.alert: place for place, event in enumerate(events) if event.what.rings and not event.only}
    return frozenset(
        place
        for place, event in enumerate(events)
        if event.what.rings and (place < last.get(event.alert, 0) or not alerts[event.alert].is_open)
    )


def _kinds(event: Event, history: History) -> frozenset[Kind]:
    """Of the readings that decided it; where none did, of what its rule looks at."""
    found = frozenset(
        kind
        for kind, samples in history.glucose.items()
        for each in event.evidence
        if ((samples.at == us(each.at)) & (samples.device == each.device)).any()
    )
    if found:
        return found
    looks = next(rule.looks for rule in rules() if rule.name == event.rule)
    return frozenset({Kind.WEIGHT if looks is Looks.WEIGHT else Kind.GLUCOSE_INTERSTITIAL})
