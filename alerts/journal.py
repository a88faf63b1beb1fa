"""What a walk told, written down: the events, the alerts as they now are, and where the walk stands.

All of it goes into the transaction that took the marks away, so that a killed hub told everything once or nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import TypeAdapter
from pydantic_core import to_json as rows_to_json

from alerts.advance import to_json
from alerts.alert import Alert, What
from alerts.passing import records
from alerts.rule import Because, Evidence
from alerts.walked import DECIDE, Told, Walked
from hub.database import Connection
from hub.quantities import KINDS

_BECAUSE = TypeAdapter(Because)
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])
_SNOOZES = TypeAdapter(dict[str, datetime])


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
            if told.event.what in DECIDE:
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
        for query in (_RAISE, _DECIDED, _ALERT, _NOTE, _EVENT, _WALK, _CALM, _NOT_CALM):
            for rows in self._at_once(query):
                told = rows_to_json(rows, bytes_mode="hex", inf_nan_mode="null").decode()
                self._connection.execute(query, {"rows": told})

    def _at_once(self, query: str) -> list[list[dict[str, Any]]]:
        """All rows of a query together; one by one where a later one of the same alert goes on from an earlier."""
        rows = self._rows.get(query, [])
        return [[row] for row in rows] if query in (_RAISE, _DECIDED, _NOTE) else [rows] * bool(rows)

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


# What is written comes as one JSON array of rows: a statement a row would cost more than the row.
_EVENT = """
    INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings, quiet, only_for, by, until,
                             ended, planned_at)
    SELECT person, shown, alert, what, at, rule, level, because::jsonb, rings, quiet, only_for, by, until, ended,
           planned_at
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        person int, shown boolean, alert text, what text, at timestamptz, rule text, level text, because text,
        rings boolean, quiet text[], only_for text[], by text, until timestamptz, ended text, planned_at timestamptz)
"""
_RAISE = """
    INSERT INTO alert (person, shown, key, id, rule, kinds, level, since, until, last, raised_at, resolved_at,
                       retrospective, because, evidence)
    SELECT person, shown, key, id, rule, kinds, level, since, until, since, at, CASE WHEN retrospective THEN at END,
           retrospective, because::jsonb, evidence::jsonb
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        person int, shown boolean, key text, id uuid, rule text, kinds smallint[], level text, since timestamptz,
        until timestamptz, at timestamptz, retrospective boolean, because text, evidence text)
    ON CONFLICT (person, shown, key) DO UPDATE SET
        kinds = EXCLUDED.kinds, since = EXCLUDED.since, because = EXCLUDED.because, evidence = EXCLUDED.evidence
"""
"""A clock that was set right can show an instant twice; what is raised at it again is the same alert."""
_DECIDED = """
    UPDATE alert a SET because = r.because::jsonb,
        kinds = ARRAY(SELECT DISTINCT unnest(a.kinds || r.kinds) ORDER BY 1),
        evidence = CASE WHEN r.evidence = '[]' THEN a.evidence ELSE r.evidence::jsonb END
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        person int, shown boolean, key text, kinds smallint[], because text, evidence text)
    WHERE (a.person, a.shown, a.key) = (r.person, r.shown, r.key)
"""
_ALERT = """
    UPDATE alert a SET level = r.level, last = r.last, until = r.until, acknowledged_at = r.acknowledged_at,
        acknowledged_by = (SELECT number FROM account WHERE number = r.acknowledged_by::int),
        snoozes = r.snoozes::jsonb, resolved_at = r.resolved_at
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        person int, shown boolean, key text, level text, last timestamptz, until timestamptz,
        acknowledged_at timestamptz, acknowledged_by text, snoozes text, resolved_at timestamptz)
    WHERE (a.person, a.shown, a.key) = (r.person, r.shown, r.key)
"""
_NOTE = """
    UPDATE alert a SET note = r.note
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (person int, shown boolean, key text, note text)
    WHERE (a.person, a.shown, a.key) = (r.person, r.shown, r.key)
"""
_WALK = """
    INSERT INTO walk (person, shown, state, began_at, looked_at, due_at)
    SELECT person, shown, state::jsonb, now, at, due
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        person int, shown boolean, state text, now timestamptz, at timestamptz, due timestamptz)
    ON CONFLICT (person, shown) DO UPDATE
        SET state = EXCLUDED.state, looked_at = EXCLUDED.looked_at, due_at = EXCLUDED.due_at
"""
_CALM = """
    INSERT INTO calm (person, told, lately, looked_at, glance_at)
    SELECT person, decode(told, 'hex'), decode(lately, 'hex'), at, glance
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        person int, told text, lately text, at timestamptz, glance timestamptz)
    ON CONFLICT (person) DO UPDATE SET told = EXCLUDED.told, lately = EXCLUDED.lately,
        looked_at = EXCLUDED.looked_at, glance_at = EXCLUDED.glance_at
"""
_NOT_CALM = """
    DELETE FROM calm USING jsonb_to_recordset(%(rows)s::jsonb) AS r (person int) WHERE calm.person = r.person
"""
_CLOSE = """
    WITH closed AS (
        UPDATE alert SET resolved_at = %(now)s, until = %(now)s, snoozes = '{}'
        WHERE person = ANY(%(people)s) AND resolved_at IS NULL
        RETURNING person, shown, key, rule, level, because)
    INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings, until)
    SELECT person, shown, key, 'resolved', %(now)s, rule, level, because, false, %(now)s FROM closed
"""
