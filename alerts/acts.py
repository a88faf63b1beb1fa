"""What people do about alerts, and what those are held against: written while nobody looks, so that no look misses it.

Whoever writes holds the person's walk, as whoever looks does. So an act, or a version of thresholds, has an instant
that no look has passed, and the same inputs make the same journal.
"""

from dataclasses import replace
from datetime import datetime

from alerts.alert import NEVER, Doing
from alerts.threshold_document import thresholds_to_json
from alerts.thresholds import Thresholds
from alerts.watched import hold
from hub.database import Connection
from hub.errors import Conflict, NotFound


def act(
    connection: Connection, person: int, key: str, by: int, doing: Doing, until: datetime = NEVER,
    note: str | None = None,
) -> None:  # fmt: skip
    """Note that an account acted on that alert; what follows is told at the next look (role `vigie_watch`)."""
    at = _instant(connection, person)
    connection.execute(
        "INSERT INTO alert_act (person, at, alert, by, doing, until, note) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (person, at, key, by, doing, until if doing is Doing.SNOOZE else None, note),
    )


def versions(connection: Connection, person: int) -> int:
    """How many versions of that person's thresholds there are: the newest one's number."""
    newest: int = connection.execute("SELECT count(*) FROM thresholds WHERE person = %s", (person,)).fetchall()[0][0]
    return newest


def set_thresholds(connection: Connection, person: int, wanted: Thresholds, by: int, after: int) -> Thresholds:
    """Have these hold from now on, as the version after that one; raises Conflict if there is a newer one already."""
    at = _instant(connection, person)
    newest = versions(connection, person)
    if newest != after:
        raise Conflict(f"somebody has set version {newest} meanwhile; look at it, then set yours after it")
    told = replace(wanted, version=newest + 1, set_by=str(by), valid_from=at)
    connection.execute(
        "INSERT INTO thresholds (person, version, document, valid_from, set_by) VALUES (%s, %s, %s::jsonb, %s, %s)",
        (person, told.version, thresholds_to_json(told).decode(), at, by),
    )
    return told


def _instant(connection: Connection, person: int) -> datetime:
    """An instant after every look at that person, before every one to come; due then. Raises NotFound."""
    if not hold(connection, person):
        raise NotFound("no such person")
    rows = connection.execute(
        "UPDATE walk SET due_at = greatest(clock_timestamp(), looked_at + interval '1 microsecond') "
        "WHERE person = %s AND NOT shown RETURNING due_at",
        (person,),
    ).fetchall()
    at: datetime = rows[0][0]
    return at
