"""From what happened to what is to be sent: each ring of the journal, and each notice, becomes outbox rows once.

The rows and the mark that they were made are one transaction, and each row's key is made of what it is about: a planner
that is killed, or two at once, plan nothing twice. What cannot be planned rests, and nobody else waits for it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from alerts.delivery.escalation import Member, QuietHours, Ring, escalate
from alerts.delivery.outbox import Entry, put
from alerts.resting import Resting
from alerts.rule import Level
from hub.database import Connection, Database, OperationalError, Role
from hub.faults import whereabouts

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Rings, or notices, of one transaction."""

PRESSING = "emergency"
"""The notice that waits for no morning: somebody opened the record by themselves."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """A ring of the journal, and what its alert is about."""

    event: int
    person: int
    shown: bool
    what: str
    kinds: list[int] | None
    ring: Ring


class Planner:
    """Plans in turns; several may run, they share the work."""

    def __init__(self, database: Database) -> None:
        """Plan in that database (role `vigie_deliver`)."""
        self._database = database
        self._rings, self._notices = Resting(), Resting()

    def turn(self) -> bool:
        """Plan what has happened; true if there may be more."""
        with self._database.transaction(Role.DELIVER) as connection:
            rings = connection.execute(_RUNG, (self._rings.now(), AT_ONCE)).fetchall()
            _planned(connection, rings, _plan, self._rings)
            notices = connection.execute(_NOTICES, (self._notices.now(), AT_ONCE)).fetchall()
            _planned(connection, notices, _plan_notice, self._notices)
        return bool(rings or notices)


def _planned(
    connection: Connection, rows: Sequence[Row], plan: Callable[[Connection, Row], None], resting: Resting
) -> None:
    """Plan each by itself, so that one that cannot be harms no other."""
    for row in rows:
        try:
            with connection.transaction():
                plan(connection, row)
        except OperationalError:  # the database is gone, not what is planned
            raise
        except Exception as error:  # noqa: BLE001
            resting.add(row[0])
            log.error("%s in %s; what should be told is behind", type(error).__name__, whereabouts(error))  # noqa: TRY400


def quiet_hours(since: time | None, until: time | None, zone: str | None) -> QuietHours | None:
    """As stored; None where nobody asked for any."""
    return None if since is None or until is None or zone is None else QuietHours(since, until, ZoneInfo(zone))


def _plan(connection: Connection, row: Row) -> None:
    rung = _rung(row)
    if rung.kinds:
        _call(connection, rung)
    connection.execute("UPDATE alert_event SET planned_at = now() WHERE number = %s", (rung.event,))


def _call(connection: Connection, rung: Rung) -> None:
    """Whoever sees another lens is not called here, but is waited for: hiding changes nobody's turn."""
    chain, told = list[Member](), set[int]()
    about = {"person": rung.person, "shown": rung.shown, "kinds": rung.kinds}
    for account, step, after, since, until, zone, works, may, sees in connection.execute(_CHAIN, about).fetchall():
        chain.append(Member(account, step, after, quiet_hours(since, until, zone), works and may))
        if sees:
            told.add(account)
    for call in escalate(rung.ring, chain):
        if call.account in told:
            put(connection, Entry(
                account=call.account, what=rung.what, level=rung.ring.level, about=str(rung.event), person=rung.person,
                shown=rung.shown, kinds=rung.kinds, event=rung.event, step=call.step, not_before=call.not_before,
            ))  # fmt: skip


def _plan_notice(connection: Connection, row: Row) -> None:
    """For the person, and those who act for them."""
    number, person, key, what, due_at = row
    level = Level.URGENT if what == PRESSING else Level.NOTICE
    for account, since, until, zone in connection.execute(_ACTING, {"person": person}).fetchall():
        quiet = None if level is Level.URGENT else quiet_hours(since, until, zone)
        due = quiet.ends_after(due_at) if quiet else due_at
        put(connection, Entry(account=account, what=what, level=level, about=f"{person} {key}", person=person,
                              notice=key, not_before=due))  # fmt: skip
    connection.execute("UPDATE notice SET planned_at = now() WHERE number = %s", (number,))


def _rung(row: Row) -> Rung:
    event, person, shown, what, at, level, quiet, only, kinds, began, stopped = row
    ring = Ring(at, began or at, Level(level), stopped, _accounts(quiet), _accounts(only))
    return Rung(event, person, shown, what, kinds, ring)


def _accounts(names: list[str] | None) -> frozenset[int]:
    return frozenset(map(int, names or ()))


_RUNG = """
    SELECT e.number, e.person, e.shown, e.what, e.at, e.level, e.quiet, e.only_for, a.kinds, s.at,
           (SELECT min(k.at) FROM alert_event k
            WHERE (k.person, k.shown, k.alert) = (e.person, e.shown, e.alert) AND k.what = 'acknowledged'
              AND k.number > s.number AND k.number < e.number)
    FROM alert_event e
    LEFT JOIN alert a ON (a.person, a.shown, a.key) = (e.person, e.shown, e.alert)
    LEFT JOIN LATERAL (
        SELECT b.number, b.at FROM alert_event b
        WHERE (b.person, b.shown, b.alert) = (e.person, e.shown, e.alert) AND b.what IN ('raised', 'worsened')
          AND b.number <= e.number ORDER BY b.number DESC LIMIT 1) AS s ON true
    WHERE e.rings AND e.planned_at IS NULL AND NOT e.number = ANY(%s)
    ORDER BY e.number LIMIT %s FOR UPDATE OF e SKIP LOCKED
"""
"""Began: when it was raised, or worse than what somebody had acknowledged."""

_CHAIN = """
    WITH named AS (
        SELECT account, step, after FROM chain WHERE person = %(person)s
    UNION ALL
        SELECT number, 0, interval '0' FROM account
        WHERE person = %(person)s AND NOT EXISTS (SELECT FROM chain WHERE person = %(person)s)
    ), sees AS (
        SELECT n.*, may_be_told(n.account, %(person)s, %(kinds)s, %(shown)s) AS here,
               may_be_told(n.account, %(person)s, %(kinds)s, NOT %(shown)s) AS elsewhere
        FROM named n
    )
    SELECT s.account, s.step, s.after, q.since, q.until, q.time_zone, EXISTS (
               SELECT FROM contact c WHERE c.account = s.account AND c.verified_at IS NOT NULL AND c.dead_at IS NULL
                 AND (c.failing_since IS NULL OR c.failing_since > now() - interval '1 minute')),
           s.here OR s.elsewhere, s.here
    FROM sees s LEFT JOIN quiet_hours q ON q.account = s.account
"""
"""Without a chain it is the person alone. An address that has failed for a minute is tried, but not waited for."""

_NOTICES = """
    SELECT number, person, key, what, due_at FROM notice
    WHERE planned_at IS NULL AND due_at <= now() AND NOT number = ANY(%s)
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
"""

_ACTING = """
    SELECT w.account, q.since, q.until, q.time_zone FROM (
        SELECT number AS account FROM account WHERE person = %(person)s
    UNION
        SELECT account FROM access_grant
        WHERE person = %(person)s AND delegate AND revoked_at IS NULL AND now() <@ during
    ) AS w LEFT JOIN quiet_hours q ON q.account = w.account
"""
