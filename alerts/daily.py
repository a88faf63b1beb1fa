"""What is done of each person once a day, at their nine o'clock: what became due is noted, and the forecast learns.

A turn is safe to repeat; several processes share the work, a person's row is one's at a time.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from alerts.delivery.notices import notice
from alerts.forecast.keeper import Keeper
from alerts.fortnight import next_daily
from alerts.prevention.notices import note
from alerts.prevention.outlook import Outlook, outlook
from alerts.prevention.record import beginning_of_quarter, known, local_day
from alerts.watched import hold
from alerts.watcher import database_clock
from hub.database import Connection, Database, OperationalError, Role
from hub.errors import DatabaseError
from hub.faults import whereabouts
from hub.records import Sex
from timeseries.summaries import tallies_of

log = logging.getLogger(__name__)

AT_ONCE = 20
"""People in one turn, each in a transaction of their own."""

_DAYTIME = timedelta(hours=12)
"""From nine on; a reminder found later than that is of the next morning."""

REST = 600.0
"""Seconds before somebody whose work failed is tried again; the others are unharmed."""


@dataclass(frozen=True, slots=True)
class _Person:
    """Whose day it is; `hides` if others see another record than they do."""

    number: int
    zone: ZoneInfo
    birth_date: date
    sex: Sex
    conditions: tuple[str, ...]
    height_cm: float | None
    hides: bool


class Daily:
    """The daily work in that database (role `vigie_watch`)."""

    def __init__(self, database: Database) -> None:
        """Work in that database."""
        self._database = database
        self._resting: dict[int, float] = {}

    def turn(self) -> bool:
        """Do what is due, at most so much; True if there may be more. Raises DatabaseError, OperationalError."""
        resting = [person for person, until in self._resting.items() if until > monotonic()]
        with self._database.transaction(Role.WATCH) as connection:
            due = [person for (person,) in connection.execute(_DUE, (resting, AT_ONCE))]
        for person in due:
            self._of(person)
        return len(due) >= AT_ONCE

    def _of(self, person: int) -> None:
        try:
            with self._database.transaction(Role.WATCH) as connection:
                of_a_day(connection, person, datetime.now(UTC))
            self._resting.pop(person, None)
        except (DatabaseError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001
            self._resting[person] = monotonic() + REST
            log.error("%s in %s; a person's daily work is behind", type(error).__name__, whereabouts(error))  # noqa: TRY400


def of_a_day(connection: Connection, number: int, now: datetime) -> None:
    """One person's work, if it is due and nobody else is at it; of a closed record there is none."""
    if not connection.execute(_TAKE, (number,)).rowcount:
        return
    row = connection.execute(_WHO, (number,)).fetchone()
    if row is None:
        return
    zone, birth_date, sex, conditions, height_cm, closed, hides = row
    person = _Person(number, ZoneInfo(zone), birth_date, Sex(sex), tuple(conditions), height_cm, hides)
    if not closed:
        _note(connection, person, now)
        _learn(connection, person, now)
    connection.execute(_NEXT, (next_daily(now, person.zone), number))


def _note(connection: Connection, person: _Person, now: datetime) -> None:
    """As the person sees their record: a note is to them. Who acts for them is reminded too, of what they may see."""
    told = _outlook(connection, person, now)
    new = note(connection, person.number, told.pressing, now)
    if person.hides:
        with _as_others(connection):
            theirs = _outlook(connection, person, now, shown=True).pressing
        new = [name for name in new if name in theirs]
    if new:
        key = f"prevention {told.today} {' '.join(new)}"
        notice(connection, person.number, key, told.reminder(new), next_daily(now - _DAYTIME, person.zone))


def _outlook(connection: Connection, person: _Person, now: datetime, shown: bool = False) -> Outlook:
    today = local_day(person, now)
    days = tallies_of(connection, person.number, beginning_of_quarter(today), today, shown)
    return outlook(known(connection, person, now, days))


def _learn(connection: Connection, person: _Person, now: datetime) -> None:
    """As the person sees it; and again as others do, from whom something is hidden. Then the alerts go by it."""
    keeper, learnt = Keeper(connection), {}
    learnt[False] = keeper.follow(person.number, person.zone, now)
    if person.hides:
        with _as_others(connection):
            learnt[True] = keeper.follow(person.number, person.zone, now, shown=True)
    else:
        keeper.forget_shown(person.number)
    hold(connection, person.number)
    at = database_clock(connection)
    for shown, each in learnt.items():
        keeper.put_in_force(person.number, each, at, shown)


@contextmanager
def _as_others(connection: Connection) -> Iterator[None]:
    """Read nothing of what is hidden."""
    connection.execute("SET LOCAL search_path = shown, vigie, public")
    yield
    connection.execute("SET LOCAL search_path = vigie, api, public")


_DUE = "SELECT person FROM daily WHERE next_at <= now() AND NOT person = ANY(%s) ORDER BY next_at LIMIT %s"
# somebody who is being deleted is held by whoever deletes them
_TAKE = """
    SELECT FROM daily d JOIN person p ON p.number = d.person WHERE d.person = %s AND d.next_at <= now()
    FOR UPDATE OF d SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED
"""
_NEXT = "UPDATE daily SET next_at = %s WHERE person = %s"
_WHO = """
    SELECT p.time_zone, p.birth_date, p.sex, p.conditions, p.height_cm, p.closed_at IS NOT NULL,
           EXISTS (SELECT FROM hidden h WHERE h.person = p.number AND h.lifted_at IS NULL)
    FROM person p WHERE p.number = %s
"""
