"""What a walk told, written down: the events, the alerts as they now are, and where the walk stands.

All of it goes into the transaction that took the marks away, so that a killed hub told everything once or nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from pydantic import TypeAdapter

from alerts.advance import Walk, due, due_at_rest, steps, to_json
from alerts.alert import Alert, Event, What
from alerts.calm import MICROSECOND, Calm
from alerts.history import NOTHING, History, us
from alerts.leap import before
from alerts.passing import READING, records
from alerts.rule import Because, Evidence, Looks, rules
from hub.database import Connection
from hub.quantities import KINDS, Kind

_BECAUSE = TypeAdapter(Because)
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])
_SNOOZES = TypeAdapter(dict[str, datetime])

RESTED = timedelta(hours=12)
"""How long glances may stand for a full look. [own rule]"""

_DECIDE = frozenset({What.RAISED, What.WORSENED, What.REOPENED, What.RETROSPECTIVE})
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
            _kinds(event, history) if event.what in _DECIDE else frozenset(),
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


def alert_id(person: UUID, key: str) -> UUID:
    """The id that an alert of that key of that person is known by; it is the same for all who see it."""
    return uuid5(person, key)


class Journal:
    """Writes what was told of many people, within the transaction of `connection` (role `vigie_watch`)."""

    def __init__(self, connection: Connection) -> None:
        """Collect first, write with few statements."""
        self._connection = connection
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, number: int, person: UUID, shown: bool, of: Walked, notes: Mapping[str, str], now: datetime) -> None:
        """What one walk told."""
        whose = {"person": number, "shown": shown}
        for told in of.told:
            self._put(_EVENT, whose | _event(told, now))
            if told.event.what in _DECIDE:
                how = _RAISE if told.event.what in (What.RAISED, What.RETROSPECTIVE) else _DECIDED
                self._put(how, whose | _decided(told, person))
            note = notes.get(told.event.alert)
            if told.event.by is not None and note is not None:
                self._put(_NOTE, whose | {"key": told.event.alert, "note": note})
        for alert in of.alerts.values():
            self._put(_ALERT, whose | _alert(alert))
        self._put(_WALK, whose | {"state": to_json(of.walk).decode(), "at": of.walk.at, "due": of.due, "now": now})
        if of.glance is not None and of.walk.calm is not None:
            calm = {"told": records(of.walk.calm).tobytes(), "lately": of.lately, "at": of.walk.at, "glance": of.glance}
            self._put(_CALM, {"person": number} | calm)
        elif not shown:
            self._put(_NOT_CALM, {"person": number})

    def write(self) -> None:
        """Write it all, in an order in which each row finds what it stands on."""
        with self._connection.cursor() as cursor:
            for query in (_RAISE, _DECIDED, _ALERT, _NOTE, _EVENT, _WALK, _CALM, _NOT_CALM):
                if query in self._rows:
                    cursor.executemany(query, self._rows[query])

    def _put(self, query: str, row: dict[str, Any]) -> None:
        self._rows.setdefault(query, []).append(row)


def close_open(connection: Connection, people: Iterable[int], now: datetime) -> None:
    """End what is still open of people whose alerts begin anew, or end: it is known of no more."""
    connection.execute(_CLOSE, {"people": list(people), "now": now})


def _event(told: Told, now: datetime) -> dict[str, Any]:
    event = told.event
    return {
        "alert": event.alert, "what": event.what, "at": event.at, "rule": event.rule, "level": event.level,
        "because": _BECAUSE.dump_json(event.because).decode(), "rings": event.what.rings, "quiet": list(event.quiet),
        "only_for": list(event.only), "by": event.by, "until": event.until, "ended": event.ended,
        "planned_at": now if told.stale else None,
    }  # fmt: skip


def _decided(told: Told, person: UUID) -> dict[str, Any]:
    event = told.event
    return {
        "key": event.alert, "id": alert_id(person, event.alert), "rule": event.rule, "level": event.level,
        "kinds": sorted(KINDS[kind].number for kind in told.kinds), "since": event.since, "until": event.until,
        "at": event.at, "because": _BECAUSE.dump_json(event.because).decode(),
        "evidence": _EVIDENCE.dump_json(event.evidence).decode(),
        "retrospective": event.what is What.RETROSPECTIVE,
    }  # fmt: skip


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "key": alert.key, "level": alert.level, "last": alert.last, "until": alert.until,
        "acknowledged_at": alert.acknowledged_at, "acknowledged_by": alert.acknowledged_by,
        "snoozes": _snoozes(alert), "resolved_at": alert.resolved_at,
    }  # fmt: skip


def _snoozes(alert: Alert) -> str:
    return _SNOOZES.dump_json({snooze.by: snooze.until for snooze in alert.snoozes}).decode()


_EVENT = """
    INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings, quiet, only_for, by, until,
                             ended, planned_at)
    VALUES (%(person)s, %(shown)s, %(alert)s, %(what)s, %(at)s, %(rule)s, %(level)s, %(because)s::jsonb, %(rings)s,
            %(quiet)s::text[], %(only_for)s::text[], %(by)s, %(until)s, %(ended)s, %(planned_at)s)
"""
_RAISE = """
    INSERT INTO alert (person, shown, key, id, rule, kinds, level, since, until, last, raised_at, resolved_at,
                       retrospective, because, evidence)
    VALUES (%(person)s, %(shown)s, %(key)s, %(id)s, %(rule)s, %(kinds)s::smallint[], %(level)s, %(since)s, %(until)s,
            %(since)s, %(at)s, CASE WHEN %(retrospective)s THEN %(at)s END, %(retrospective)s, %(because)s::jsonb,
            %(evidence)s::jsonb)
"""
_DECIDED = """
    UPDATE alert SET because = %(because)s::jsonb,
        kinds = ARRAY(SELECT DISTINCT unnest(kinds || %(kinds)s::smallint[]) ORDER BY 1),
        evidence = CASE WHEN %(evidence)s::jsonb = '[]' THEN evidence ELSE %(evidence)s::jsonb END
    WHERE person = %(person)s AND shown = %(shown)s AND key = %(key)s
"""
_ALERT = """
    UPDATE alert SET level = %(level)s, last = %(last)s, until = %(until)s, acknowledged_at = %(acknowledged_at)s,
        acknowledged_by = (SELECT number FROM account WHERE number = %(acknowledged_by)s::int),
        snoozes = %(snoozes)s::jsonb, resolved_at = %(resolved_at)s
    WHERE person = %(person)s AND shown = %(shown)s AND key = %(key)s
"""
_NOTE = "UPDATE alert SET note = %(note)s WHERE person = %(person)s AND shown = %(shown)s AND key = %(key)s"
_WALK = """
    INSERT INTO walk (person, shown, state, began_at, looked_at, due_at)
    VALUES (%(person)s, %(shown)s, %(state)s::jsonb, %(now)s, %(at)s, %(due)s)
    ON CONFLICT (person, shown) DO UPDATE
        SET state = EXCLUDED.state, looked_at = EXCLUDED.looked_at, due_at = EXCLUDED.due_at
"""
_CALM = """
    INSERT INTO calm (person, told, lately, looked_at, glance_at)
    VALUES (%(person)s, %(told)s, %(lately)s, %(at)s, %(glance)s)
    ON CONFLICT (person) DO UPDATE SET told = EXCLUDED.told, lately = EXCLUDED.lately,
        looked_at = EXCLUDED.looked_at, glance_at = EXCLUDED.glance_at
"""
_NOT_CALM = "DELETE FROM calm WHERE person = %(person)s"
_CLOSE = """
    WITH closed AS (
        UPDATE alert SET resolved_at = %(now)s, until = %(now)s, snoozes = '{}'
        WHERE person = ANY(%(people)s) AND resolved_at IS NULL
        RETURNING person, shown, key, rule, level, because)
    INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings, until)
    SELECT person, shown, key, 'resolved', %(now)s, rule, level, because, false, %(now)s FROM closed
"""
