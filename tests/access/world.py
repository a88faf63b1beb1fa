"""People with readings, those who would see them, and their calls; what a test does not say is ordinary."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from alerts.journal import alert_id
from alerts.watcher import Watcher
from hub.accounts import Account, Accounts, ActorRole, Scope
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.quantities import KINDS, Kind
from hub.readings import Reading
from hub.records import Device, DeviceKind, Person
from hub.sharing import Delegation, May, Sharing, Way
from ingest_api.access import Access
from ingest_api.app import create_app
from ingest_api.context import Hub
from ingest_api.intake import Intake
from ingest_api.limits import Limits, Rates
from tests.support.clock import begun
from tests.support.http import Api
from tests.support.readings import a_reading, kg, mg_dl
from tests.support.record import Record
from timeseries.postgres_store import PostgresStore
from timeseries.upkeep import Upkeep

_NAMES = count(1)


@dataclass(frozen=True, slots=True)
class Somebody:
    """An account, and its calls."""

    account: Account
    api: Api

    @property
    def name(self) -> str:
        """What others call them by."""
        return self.account.name


@dataclass(frozen=True, slots=True)
class Holder(Somebody):
    """A person with a record, a sensor and a scale."""

    person: Person
    sensor: Device
    scale: Device

    @property
    def id(self) -> UUID:
        """Their record's."""
        return self.person.id

    @property
    def number(self) -> int:
        """Their record's, inside."""
        return self.person.number

    def path(self, rest: str = "") -> str:
        """Of their record."""
        return f"/v1/people/{self.id}{rest}"


@dataclass(slots=True)
class World:
    """Makes accounts, people, readings and what is settled, in one database."""

    database: Database
    record: Record = field(init=False)
    hub: Hub = field(init=False)
    upkeep: Upkeep = field(init=False)
    watcher: Watcher = field(init=False)

    def __post_init__(self) -> None:
        """The API over that database."""
        self.record, self.upkeep = Record(self.database), Upkeep(self.database)
        self.watcher = Watcher(self.database)
        intake = Intake(self.database, PostgresDirectory(self.database))
        limits = Limits(Rates(reads="1000000/minute", writes="1000000/minute", failures="1000000/minute"))
        self.hub = Hub(self.database, intake, Access(self.database), lambda: {"database": True}, limits=limits)
        self._app = create_app(self.hub)

    _app: Any = field(init=False)

    def caller(self, token: str | None) -> Api:
        """Whoever bears that token."""
        return Api(self._app, token)

    def somebody(self, role: ActorRole, name: str | None = None, scopes: Sequence[Scope] = ()) -> Somebody:
        """An account of that role, of a name nobody has yet unless told."""
        spelled = name or f"{role} {next(_NAMES)}"
        token = self.hub.access.create(role, spelled, scopes)
        return Somebody(self.account(role, spelled), self.caller(token))

    def clinician(self) -> Somebody:
        """A clinician nobody let in yet."""
        return self.somebody(ActorRole.CLINICIAN)

    def account(self, role: ActorRole, name: str) -> Account:
        """The account of that name, made on first need."""
        with self.database.transaction(Role.REGISTER) as connection:
            return Accounts(connection).named(role, name)

    def holder(self, given: str = "Ada") -> Holder:
        """Somebody new with a sensor and a scale, and no readings."""
        person, sensor, scale = self.record.person(given), self.record.device(), self.record.device(DeviceKind.SCALE)
        self.record.pair(sensor, person)
        self.record.pair(scale, person)
        token = self.hub.access.create(ActorRole.PERSON, str(person.id))
        account = self.account(ActorRole.PERSON, str(person.id))
        return Holder(account, self.caller(token), person, sensor, scale)

    def measured(self, given: str = "Ada") -> Holder:
        """Somebody with three glucoses and two weights of today, summarised."""
        holder = self.holder(given)
        self.keep(
            *(glucose(holder, 100 + 10 * n, timedelta(minutes=15 * n)) for n in range(3)),
            *(weight(holder, 70 + n, timedelta(hours=n)) for n in range(2)),
        )
        self.settle()
        return holder

    def keep(self, *readings: Reading) -> None:
        """As the intake does."""
        with self.database.transaction(Role.INTAKE) as connection:
            PostgresStore(connection).keep(readings)

    def settle(self) -> None:
        """Let the summaries catch up, then the alerts."""
        while self.upkeep.turn() or self.watcher.turn():
            pass

    def alert(self, holder: Holder, kinds: Sequence[Kind] = (Kind.GLUCOSE_INTERSTITIAL,)) -> UUID:
        """An open alert of theirs, of readings of those kinds, that nothing hidden has a part in, and its event."""
        key = f"low@{next(_NAMES)}"
        self.as_administrator(
            "INSERT INTO alert (person, shown, key, id, rule, kinds, level, since, last, raised_at, because, evidence) "
            "SELECT %s, shown, %s, %s, 'low', %s, 'warning', %s, %s, %s, %s, '[]' "
            "FROM unnest('{f,t}'::bool[]) AS shown",
            holder.number, key, alert_id(holder.id, key), [KINDS[kind].number for kind in kinds],
            begun(), begun(), begun(),
            json.dumps({"key": "low", "numbers": [{"name": "glucose", "value": 61, "unit": "mg/dL"},
                                                   {"name": "bound", "value": 70, "unit": "mg/dL"}]}),
        )  # fmt: skip
        self.as_administrator(
            "INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings) "
            "SELECT person, shown, key, 'raised', raised_at, rule, level, because, true FROM alert WHERE key = %s", key
        )  # fmt: skip
        return alert_id(holder.id, key)

    def grant(
        self, holder: Holder, to: Somebody, kinds: Sequence[Kind] | None = None, delegate: bool = False,
        may: Sequence[May] = (),
    ) -> UUID:  # fmt: skip
        """From an hour ago, without an end; a delegate may settle what is named."""
        with self.database.transaction(Role.REGISTER) as connection:
            during = (datetime.now(UTC) - timedelta(hours=1), None)
            return Sharing(connection).grant(
                holder.number, to.account, holder.account.number, kinds, during,
                Delegation(frozenset(may)) if delegate else None,
            )  # fmt: skip

    def block(self, holder: Holder, whom: Somebody) -> None:
        """Shut somebody out."""
        with self.database.transaction(Role.REGISTER) as connection:
            Sharing(connection).block(holder.number, whom.account)

    def join(self, team: Somebody, member: Somebody) -> None:
        """Make somebody a member of a team."""
        with self.database.transaction(Role.REGISTER) as connection:
            connection.execute("INSERT INTO team_member VALUES (%s, %s)", (team.account.number, member.account.number))

    def open_in_emergency(self, holder: Holder, by: Somebody, way: Way = Way.BREAK_GLASS) -> None:
        """As the route does, without its entry."""
        with self.database.transaction(Role.REGISTER) as connection:
            assert Sharing(connection).open_in_emergency(holder.number, by.account.number, way, "found unconscious")

    @contextmanager
    def no_log(self) -> Iterator[None]:
        """While nothing can be entered in the access log; that shows at the commit, where it is latest."""
        self.as_administrator(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$"
        )
        self.as_administrator(
            "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON access_log DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        try:
            yield
        finally:
            self.as_administrator("DROP FUNCTION full_disk CASCADE")

    def as_administrator(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database's own administrator can do, past every right."""
        with psycopg.connect(self.database.url, options="-c search_path=vigie,api,public") as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []


def glucose(holder: Holder, value: float, ago: timedelta) -> Reading:
    """What the sensor said, mg/dL, that long ago."""
    return a_reading(
        str(ago), person=holder.number, device=holder.sensor.number, raw=mg_dl(value), taken_at=begun() - ago
    )


def weight(holder: Holder, value: float, ago: timedelta) -> Reading:
    """What the scale said, kg, that long ago."""
    return a_reading(
        str(ago),
        person=holder.number,
        device=holder.scale.number,
        raw=kg(value),
        kind=Kind.WEIGHT,
        taken_at=begun() - ago,
    )
