"""The database as an attacker inside it finds it: what each role cannot do, whatever SQL it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, ObjectNotInPrerequisiteState

from hub.database import Database, Role, login
from tests.support.readings import a_reading, mg_dl
from tests.support.record import Record
from timeseries.postgres_store import PostgresStore

TABLES = [
    "reading",
    "reading_key",
    "reading_link",
    "inbox",
    "quarantine",
    "gateway_progress",
    "token",
    "ticket",
    "person",
    "device",
    "household",
    "household_member",
    "holding",
    "register_version",
    "migration",
    "stale",
    "day",
    "standing",
    "account",
    "session",
    "sign_in",
    "invitation",
    "team_member",
    "access_grant",
    "access_block",
    "acquainted",
    "contact",
    "quiet_hours",
    "chain",
    "home_heard",
    "notice",
    "outbox",
    "attempt",
    "hidden",
    "emergency",
    "access_log",
    "access_head",
    "deletion",
    "identity_ins",
    "ins_lookup",
    "thresholds",
    "walk",
    "calm",
    "alert",
    "alert_event",
    "alert_act",
    "arrival",
    "seen_late",
    "taken_out",
    "import_file",
    "prevention_act",
    "prevention_facts",
    "prevention_calendar",
    "prevention_notice",
    "forecast",
    "foresight",
    "daily",
    "clinical_note",
    "reviewed",
    "news",
    "profession",
]


@dataclass(frozen=True, slots=True)
class World:
    """Two people with readings of their own, and a ticket for each."""

    database: Database
    ada: int
    bob: int
    adas: UUID
    bobs: UUID
    admins: UUID


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    """Ada has two readings, Bob one of 250."""
    database, record = lasting_database, Record(lasting_database)
    (ada, adas_sensor), (bob, bobs_sensor) = record.wearer(), record.wearer()
    readings = [
        a_reading("1", person=ada.number, device=adas_sensor.number),
        a_reading("2", person=ada.number, device=adas_sensor.number, after=300),
        a_reading("1", person=bob.number, device=bobs_sensor.number, raw=mg_dl(250)),
    ]
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(readings)
    tickets = [ticket(database, "person", ada.number), ticket(database, "person", bob.number), ticket(database)]
    return World(database, ada.number, bob.number, *tickets)


def ticket(
    database: Database, role: str = "admin", person: int | None = None, life: timedelta = timedelta(minutes=1)
) -> UUID:
    """A ticket as the sign-in makes it."""
    with database.transaction(Role.REGISTER) as connection:
        row = connection.execute(
            "INSERT INTO ticket (account, role, person, expires_at) "
            "SELECT number, %s, %s, now() + %s FROM account WHERE role = 'admin' RETURNING value",
            (role, person, life),
        ).fetchone()
    assert row is not None
    value: UUID = row[0]
    return value


def seen(database: Database, acting: UUID | None, view: str) -> list[int]:
    """The people a session sees in that view, or the devices."""
    column = {"reading": "person", "person": "number", "device": "number"}[view]
    with database.transaction(Role.API, acting) as connection:
        return sorted(row[0] for row in connection.execute(f"SELECT {column} FROM api.{view}"))  # noqa: S608


@pytest.fixture
def stranger(world: World) -> Iterator[psycopg.Connection]:
    """A session as the API's role in which any SQL can be said, acting as Ada."""
    with psycopg.connect(login(world.database.url, Role.API)) as connection:
        connection.execute("SELECT set_config('vigie.ticket', %s, true)", (str(world.adas),))
        yield connection
        connection.rollback()


# ── What the API's role sees ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("view", ["reading", "person", "device"])
def test_without_a_ticket_nothing_is_seen(world: World, view: str) -> None:
    assert seen(world.database, None, view) == []


@pytest.mark.parametrize("view", ["reading", "person", "device"])
def test_a_made_up_ticket_shows_nothing(world: World, view: str) -> None:
    assert seen(world.database, uuid4(), view) == []


@pytest.mark.parametrize("view", ["reading", "person", "device"])
def test_an_expired_ticket_shows_nothing(world: World, view: str) -> None:
    assert seen(world.database, ticket(world.database, life=timedelta(seconds=-1)), view) == []


def test_a_ticket_that_is_none_is_an_error_and_shows_nothing(stranger: psycopg.Connection) -> None:
    stranger.execute("SELECT set_config('vigie.ticket', 'x', true)")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        stranger.execute("SELECT * FROM api.reading")


def test_a_persons_ticket_shows_theirs_only(world: World) -> None:
    assert seen(world.database, world.adas, "reading") == [world.ada] * 2
    assert seen(world.database, world.bobs, "reading") == [world.bob]
    assert seen(world.database, world.adas, "person") == [world.ada]


def test_an_administrators_ticket_shows_all(world: World) -> None:
    assert seen(world.database, world.admins, "reading") == [world.ada] * 2 + [world.bob]
    assert seen(world.database, world.admins, "person")[:2] == [world.ada, world.bob]


def test_a_ticket_of_no_person_and_no_administrator_shows_nobody(world: World) -> None:
    app = ticket(world.database, "app")
    assert (seen(world.database, app, "reading"), seen(world.database, app, "person")) == ([], [])


def test_nothing_of_a_ticket_is_left_on_the_pooled_connection(world: World) -> None:
    narrow = Database(world.database.url, most_connections=1)
    assert seen(narrow, world.admins, "reading") == [world.ada] * 2 + [world.bob]
    assert seen(narrow, None, "reading") == []
    narrow.close()


def test_a_leaky_condition_is_not_shown_others_rows(stranger: psycopg.Connection, world: World) -> None:
    rows = stranger.execute("SELECT person FROM api.reading WHERE 1 / (value - 250) < 1").fetchall()
    assert rows == [(world.ada,)] * 2


# ── What it cannot do ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "act", ["SELECT FROM vigie.{}", "DELETE FROM vigie.{}", "COPY vigie.{} TO STDOUT", "TRUNCATE vigie.{}"]
)
def test_the_api_reaches_no_table(stranger: psycopg.Connection, table: str, act: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        stranger.execute(act.format(table))


def test_the_list_of_tables_is_complete(world: World) -> None:
    with psycopg.connect(world.database.url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'vigie'").fetchall()
    assert sorted(TABLES) == sorted(name for (name,) in tables)


@pytest.mark.parametrize("role", [Role.API, Role.REGISTER])
def test_the_api_and_the_register_read_no_chunk(world: World, role: Role) -> None:
    with psycopg.connect(world.database.url) as administrator:
        chunks = administrator.execute("SELECT show_chunks('vigie.reading')::text").fetchall()
    assert len(chunks) == 1
    with psycopg.connect(login(world.database.url, role)) as session, pytest.raises(InsufficientPrivilege):
        session.execute(f"SELECT * FROM {chunks[0][0]}")  # noqa: S608


@pytest.mark.parametrize(
    "act",
    [
        *(f"SET ROLE {role}" for role in ("vigie_owner", "vigie_reader", "vigie_admin", "vigie_register")),
        "SET SESSION AUTHORIZATION vigie_admin",
        "SELECT vigie.acting()",
        "SELECT vigie.acts_as_admin()",
        "INSERT INTO api.person (given) VALUES ('x')",
        "UPDATE api.reading SET value = 1",
        "DELETE FROM api.reading",
        "ALTER VIEW api.reading OWNER TO vigie_api",
        "CREATE OR REPLACE VIEW api.reading AS SELECT 1",
        "CREATE VIEW api.more AS SELECT 1",
        "CREATE TABLE public.t (n int)",
        "CREATE TEMPORARY TABLE t (n int)",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION dblink",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
        "ALTER ROLE vigie_api SUPERUSER",
        "SELECT drop_chunks('vigie.reading', now())",
    ],
)
def test_the_api_cannot(stranger: psycopg.Connection, act: str) -> None:
    with pytest.raises(
        (InsufficientPrivilege, ObjectNotInPrerequisiteState)
    ):  # no right to it, or no such thing at all
        stranger.execute(act)


def test_other_sessions_tickets_are_not_to_be_seen(world: World, stranger: psycopg.Connection) -> None:
    with world.database.transaction(Role.API, world.bobs) as other:
        other.execute("SELECT FROM api.reading")
        activity = stranger.execute("SELECT query FROM pg_stat_activity WHERE usename = 'vigie_api'").fetchall()
    assert len(activity) >= 2
    assert str(world.bobs) not in str(activity)


# ── The other roles ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "act"),
    [
        (Role.INTAKE, "SELECT FROM token"),
        (Role.INTAKE, "SELECT FROM ticket"),
        (Role.INTAKE, "UPDATE reading SET value = 1"),
        (Role.INTAKE, "DELETE FROM reading"),
        (Role.INTAKE, "DELETE FROM reading_key"),
        (Role.INTAKE, "DELETE FROM quarantine"),
        (Role.INTAKE, "UPDATE person SET given = 'x'"),
        (Role.INTAKE, "INSERT INTO holding (device, person, during) VALUES (1, 1, '[2026-01-01,)')"),
        (Role.INTAKE, "TRUNCATE reading"),
        (Role.WATCH, "SELECT FROM token"),
        (Role.WATCH, "SELECT FROM ticket"),
        (Role.WATCH, "SELECT FROM quarantine"),
        (Role.WATCH, "DELETE FROM reading"),
        (Role.WATCH, "INSERT INTO reading_key VALUES (gen_random_uuid(), now())"),
        (Role.REGISTER, "SELECT FROM reading"),
        (Role.REGISTER, "SELECT FROM inbox"),
        (Role.REGISTER, "SELECT FROM quarantine"),
        (Role.REGISTER, "DELETE FROM token"),
        (Role.REGISTER, "UPDATE ticket SET role = 'admin'"),
        (Role.DELIVER, "SELECT FROM reading"),
        (Role.DELIVER, "SELECT FROM token"),
        (Role.DELIVER, "SELECT FROM ticket"),
        (Role.DELIVER, "INSERT INTO ticket (account, role, expires_at) VALUES (1, 'admin', now())"),
        (Role.DELIVER, "SELECT birth_date FROM person"),
        (Role.DELIVER, "SELECT national_id FROM account"),
        (Role.DELIVER, "UPDATE alert_event SET rings = false"),
        (Role.DELIVER, "UPDATE alert SET level = 'notice'"),
        (Role.DELIVER, "UPDATE contact SET address = 'x'"),
        (Role.DELIVER, "UPDATE outbox SET account = 1"),
        (Role.DELIVER, "DELETE FROM outbox"),
        (Role.DELIVER, "UPDATE attempt SET outcome = 'accepted'"),
        (Role.WATCH, "SELECT FROM contact"),
        (Role.INTAKE, "SELECT FROM contact"),
        (Role.REGISTER, "SELECT may_be_told(1, 1, '{1}', false)"),
        *((role, f"SET ROLE {other}") for role in Role for other in ("vigie_owner", "vigie_reader", "vigie_admin")),
    ],
)
def test_a_role_keeps_to_its_work(world: World, role: Role, act: str) -> None:
    with pytest.raises(InsufficientPrivilege), world.database.transaction(role) as connection:
        connection.execute(act)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e10"])
@pytest.mark.parametrize("column", ["value", "raw_value"])
@pytest.mark.parametrize("table", ["reading", "inbox"])
def test_the_tables_themselves_refuse_what_is_no_number(
    lasting_database: Database, table: str, column: str, value: str
) -> None:
    record = Record(lasting_database)
    person, device = record.person(), record.device(address="AA:BB:CC:00:00:FF")
    holders = {"reading": person.number, "inbox": record.number_of_household(record.household([person], []).id)}
    ordinary = {"value": "110", "raw_value": "110"} | {column: value}
    holder = {"reading": "person", "inbox": "household"}[table]
    with pytest.raises(CheckViolation), lasting_database.transaction(Role.INTAKE) as connection:
        connection.execute(
            f"INSERT INTO {table} (taken_at, received_at, key, value, raw_value, device, kind, raw_unit, "  # noqa: S608
            f"utc_offset, channel, time_source, {holder}) "
            "VALUES (now(), now(), gen_random_uuid(), %s::float8, %s::float8, %s, 1, 1, 0, 1, 1, %s)",
            (ordinary["value"], ordinary["raw_value"], device.number, holders[table]),
        )


def test_the_table_refuses_a_reading_that_says_nothing(database: Database, record: Record) -> None:
    person, device = record.wearer()
    with pytest.raises(CheckViolation), database.transaction(Role.INTAKE) as connection:
        connection.execute(
            "INSERT INTO reading (taken_at, received_at, key, raw_value, device, kind, raw_unit, utc_offset, channel, "
            "time_source, person) VALUES (now(), now(), gen_random_uuid(), 1, %s, 1, 1, 0, 1, 1, %s)",
            (device.number, person.number),
        )
