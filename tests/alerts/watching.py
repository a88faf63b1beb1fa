"""A watched person in a database, to whom readings come at chosen instants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from alerts.advance import Walk, advance
from alerts.alert import Doing, Event
from alerts.loading import history_of
from alerts.watched import watched
from alerts.watcher import Watcher
from hub.database import Connection, Database, Role
from hub.quantities import KINDS, Kind, Quantity, Unit
from hub.readings import Reading
from tests.alerts.making import NOON, Row
from tests.support.readings import a_reading
from tests.support.record import Record
from timeseries.postgres_store import PostgresStore

BEGIN = NOON - timedelta(hours=1)
"""When whoever is made here begins to be watched."""

Entry = tuple[datetime, str, str, str]
"""When, which rule, what, and of which alert."""


_SEEN = """
    SELECT key, rule, kinds, level, since, until, last, raised_at, resolved_at, retrospective, because, note, state
    FROM alert WHERE person = %s ORDER BY raised_at, key
"""
_HAPPENED = "SELECT at, rule, what, level, because, rings, until FROM alert_event WHERE person = %s ORDER BY number"


def entries(events: Iterable[Event]) -> list[Entry]:
    """Events as the journal keeps them."""
    return [(event.at, event.rule, event.what.value, event.alert) for event in events]


@dataclass(slots=True)
class Wrist:
    """The clock of a test: it shows what it was set to."""

    now: datetime = BEGIN

    def __call__(self, _: Connection) -> datetime:
        """What it shows."""
        return self.now


@dataclass(slots=True)
class Home:
    """One person, their devices by the numbers rows name them by, and the watch that looks at them."""

    database: Database
    clock: Wrist
    watcher: Watcher
    person: int
    id: UUID
    devices: dict[int, int]

    def keep(self, rows: Iterable[Row]) -> None:
        """As the intake does, in one transaction."""
        readings = [self.reading(row) for row in rows]
        with self.database.transaction(Role.INTAKE) as connection:
            PostgresStore(connection).keep(readings)

    def reading(self, row: Row) -> Reading:
        """That row as a reading of theirs."""
        unit = Unit.KG if row.kind is Kind.WEIGHT else Unit.MG_DL
        return a_reading(
            self.key(row), person=self.person, device=self.devices[row.device], kind=row.kind,
            raw=Quantity(row.value, unit), taken_at=row.at, received_at=row.received,
        )  # fmt: skip

    def key(self, row: Row) -> bytes:
        """A key of 16 bytes for that row of theirs."""
        return UUID(int=self.person << 96 | hash(row) % (1 << 64)).bytes

    def look(self, at: datetime) -> None:
        """All that there is to look at by then."""
        self.clock.now = at
        while self.watcher.turn():
            pass

    def hide(self, *, device: int | None = None, kind: Kind | None = None, since: datetime | None = None,
             until: datetime | None = None) -> UUID:  # fmt: skip
        """As the person does."""
        number = None if device is None else self.devices[device]
        rows = self.ask(
            "INSERT INTO hidden (person, device, kind, during) VALUES (%s, %s, %s, tstzrange(%s, %s)) RETURNING id",
            self.person, number, None if kind is None else KINDS[kind].number, since, until,
        )  # fmt: skip
        self.due_now()
        item: UUID = rows[0][0]
        return item

    def unhide(self, item: UUID) -> None:
        """As the person does."""
        self.ask("UPDATE hidden SET lifted_at = now() WHERE id = %s", item)
        self.due_now()

    def due_now(self) -> None:
        """What is due at once is due by the real clock; here it is the test's."""
        self.ask("UPDATE walk SET due_at = %s WHERE person = %s AND NOT shown", self.clock.now, self.person)

    def uuid(self, key: bytes) -> UUID:
        """A key as tables have it."""
        return UUID(bytes=key)

    def account(self) -> int:
        """The account of somebody who acts."""
        ((number,),) = self.ask("SELECT number FROM account WHERE name = 'administrator'")
        found: int = number
        return found

    def in_a_household(self) -> int:
        """The number of a household of theirs, which shares the first device."""
        ((household,),) = self.ask("INSERT INTO household (name, time_zone) VALUES ('Home', 'UTC') RETURNING number")
        self.ask("INSERT INTO household_member VALUES (%s, %s)", household, self.person)
        number: int = household
        return number

    def act(self, key: str, doing: Doing, at: datetime, note: str | None = None) -> None:
        """What somebody does, by the test's clock."""
        self.ask(
            "INSERT INTO alert_act (person, at, alert, by, doing, note) VALUES (%s, %s, %s, %s, %s, %s)",
            self.person, at, key, self.account(), doing, note,
        )  # fmt: skip
        self.due_now()

    def let_in(self, kinds: Sequence[Kind] | None = None) -> UUID:
        """A clinician's ticket, let in to those kinds, all if none is named."""
        numbers = None if kinds is None else [KINDS[kind].number for kind in kinds]
        ((account,),) = self.ask(
            "INSERT INTO account (role, name) VALUES ('clinician', gen_random_uuid()) RETURNING number"
        )
        self.ask("INSERT INTO access_grant (person, account, kinds, during) VALUES (%s, %s, %s, '(,)')",
                 self.person, account, numbers)  # fmt: skip
        ((ticket,),) = self.ask(
            "INSERT INTO ticket (role, account, expires_at) VALUES ('clinician', %s, now() + interval '1 hour') "
            "RETURNING value", account,
        )  # fmt: skip
        found: UUID = ticket
        return found

    def seen_by(self, ticket: UUID) -> list[tuple[Any, ...]]:
        """Alerts and their events as the bearer sees them, but for their ids."""
        with self.database.transaction(Role.API, ticket) as connection:
            alerts = connection.execute(_SEEN, (self.person,)).fetchall()
            events = connection.execute(_HAPPENED, (self.person,)).fetchall()
        return [*alerts, *events]

    def journal(self, shown: bool = False) -> list[Entry]:
        """What was told."""
        return [
            (at, rule, what, alert)
            for at, rule, what, alert in self.ask(
                "SELECT at, rule, what, alert FROM alert_event WHERE person = %s AND shown = %s ORDER BY number",
                self.person, shown,
            )
        ]  # fmt: skip

    def replayed(self, until: datetime, begin: datetime = BEGIN) -> list[Entry]:
        """What the stored readings say that should have been told."""
        with self.database.transaction(Role.WATCH) as connection:
            (of,) = watched(connection, [self.person], until)
            history = history_of(connection, of, begin, until)
        return entries(advance(Walk(at=begin), history, until)[1])

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """As the database's administrator."""
        with psycopg.connect(self.database.url, options="-c search_path=vigie,api,public -c TimeZone=UTC") as asking:
            cursor = asking.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []


def a_home(database: Database, begin: datetime = BEGIN, devices: Sequence[int] = (1, 2)) -> Home:
    """Somebody new, watched since then."""
    record = Record(database)
    person = record.person()
    held = {number: record.device().number for number in devices}
    clock = Wrist(begin)
    home = Home(database, clock, Watcher(database, clock), person.number, person.id, held)
    home.ask(
        "UPDATE walk SET began_at = %s, looked_at = %s, due_at = %s WHERE person = %s", *[begin] * 3, person.number
    )
    return home
