"""Prevention as whoever acts may see it: for the routes and the pages alike."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from alerts.prevention.desk import Desk
from alerts.prevention.facts import Act
from alerts.prevention.outlook import Outlook, outlook
from alerts.prevention.record import Known, beginning_of_quarter, known, local_day
from hub.database import Connection
from hub.errors import Conflict
from ingest_api.access import Actor
from ingest_api.opened import Opened, acting_for, enter, refuse
from ingest_api.parts import Hub
from ingest_api.whose import Whose, whose
from timeseries.summaries import tallies_seen


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of an item: for which day, when, and who (None if their account is gone)."""

    id: UUID
    act: Act
    day: date
    at: datetime
    by: str | None


@contextmanager
def wholly_opened(hub: Hub, actor: Actor, person: UUID) -> Iterator[Opened]:
    """Open a record to somebody who may see all kinds of it, to read; raises NotFound to anybody else.

    What prevention says follows from conditions, weights and glucose together; a part of it would be wrong.
    """
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        if found is not None and connection.execute(_WHOLLY, (found.number,)).rowcount:
            enter(connection, [found.number], "read")
            yield Opened(connection, found)
            return
    refuse(hub, actor, person)


@contextmanager
def settling(hub: Hub, actor: Actor, person: UUID, act: str) -> Iterator[tuple[Desk, Whose]]:
    """The desk, for whoever may settle things in that record; entered in its log. Raises NotFound to anybody else."""
    with acting_for(hub, actor, person) as record, hub.registering(actor) as connection:
        yield Desk(connection), record.whose
        enter(connection, [record.whose.number], act, [])


def known_of(connection: Connection, whom: Whose, now: datetime) -> Known:
    """What prevention goes by, as far as the actor may see it: what is hidden from them has no part in it."""
    today = local_day(whom, now)
    return known(connection, whom, now, tallies_seen(connection, whom.number, beginning_of_quarter(today), today))


def outlook_of(connection: Connection, whom: Whose) -> Outlook:
    """What prevention says today, to the actor."""
    return outlook(known_of(connection, whom, datetime.now(UTC)))


def said_of(connection: Connection, person: int) -> Mapping[str, list[Said]]:
    """What was said of each item, oldest first."""
    told: dict[str, list[Said]] = {}
    for item, *values in connection.execute(_SAID, (person,)):
        told.setdefault(item, []).append(Said(*values))
    return told


def noted_of(connection: Connection, person: int) -> Mapping[str, datetime]:
    """Since when each of what is due has been noted, by name; to the person, and whoever acts and sees all."""
    return dict(connection.execute(_NOTED, (person,)).fetchall())


def day_said(whom: Whose, on: date | None) -> date:
    """The day something was done, today unless told; raises Conflict for one to come, or before they were born."""
    today = local_day(whom, datetime.now(UTC))
    if on is not None and not whom.birth_date <= on <= today:
        raise Conflict("`on` must be a day of the person's life until today; leave it out for today")
    return on or today


_WHOLLY = "SELECT FROM wholly_seen WHERE person = %s"
_NOTED = "SELECT name, noted_at FROM prevention_notice WHERE person = %s AND over_at IS NULL"
_SAID = """
    SELECT item, id, act, day, at, said_by FROM prevention_act WHERE person = %s ORDER BY day, at, id
"""
