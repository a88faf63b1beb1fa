"""From what happened to what is to be sent: each ring of the journal, and each notice, becomes outbox rows once.

The rows and the mark that they were made are one transaction, and each row's key is made of what it is about: a planner
that is killed, or two at once, plan nothing twice. What cannot be planned rests, and nobody else waits for it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

from alerts.delivery import afterwards
from alerts.delivery.chain import chain_of, quiet_hours
from alerts.delivery.escalation import Ring, escalate
from alerts.delivery.outbox import Entry, put
from alerts.rule import Level
from hub.database import Connection, Database, OperationalError, Role
from hub.faults import named
from hub.resting import Resting

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Rings, or notices, of one transaction."""

PRESSING = "emergency"
"""The notice that waits for no morning: somebody opened the record by themselves."""

Row = tuple[Any, ...]
Plan = Callable[[Connection, Row], None]


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
        self._work = [(query, plan, Resting()) for query, plan in _WORK]

    def turn(self) -> bool:
        """Plan what has happened; true if there may be more."""
        with self._database.transaction(Role.DELIVER) as connection:
            found = [_planned(connection, *each) for each in self._work]
        return any(found)


def _planned(connection: Connection, query: LiteralString, plan: Plan, resting: Resting) -> bool:
    """Plan each row by itself, so that one that cannot be harms no other."""
    rows = connection.execute(query, (resting.now(), AT_ONCE)).fetchall()
    for row in rows:
        try:
            with connection.transaction():
                plan(connection, row)
        except OperationalError:  # the database is gone, not what is planned
            raise
        except Exception as error:  # noqa: BLE001
            resting.add(row[0])
            log.error("%s; what should be told is behind", named(error))  # noqa: TRY400
    return bool(rows)


def _plan(connection: Connection, row: Row) -> None:
    rung = _rung(row)
    if rung.kinds:
        _call(connection, rung, rung.kinds)
    connection.execute("UPDATE alert_event SET planned_at = now() WHERE number = %s", (rung.event,))


def _call(connection: Connection, rung: Rung, kinds: list[int]) -> None:
    """Whoever sees another lens is not called here, but is waited for: hiding changes nobody's turn."""
    chain = chain_of(connection, rung.person, rung.shown, kinds)
    for call in escalate(rung.ring, chain.members):
        if call.account in chain.sees:
            put(connection, Entry(
                account=call.account, what=rung.what, level=rung.ring.level, about=str(rung.event), person=rung.person,
                shown=rung.shown, kinds=kinds, event=rung.event, step=call.step, not_before=call.not_before,
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

_WORK: tuple[tuple[LiteralString, Plan], ...] = (
    (_RUNG, _plan), (_NOTICES, _plan_notice), (afterwards.OVER, afterwards.plan),
)  # fmt: skip
"""Each query leaves out the numbers that rest, and tells each row's number first."""
