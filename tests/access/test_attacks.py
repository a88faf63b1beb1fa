"""SQL slipped into a clinician's session: whatever it says, it sees no other person's rows, and changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import (
    DivisionByZero,
    InsufficientPrivilege,
    InvalidTextRepresentation,
    ObjectNotInPrerequisiteState,
)

from alerts.daily import Daily
from hub.accounts import ActorRole
from hub.database import Role, login
from hub.quantities import Kind
from tests.access.world import Holder, Somebody, World, glucose

VIEWS = {
    "reading": "person",
    "person": "number",
    "day": "person",
    "access_grant": "person",
    "hidden": "person",
    "holding": "person",
    "access_block": "person",
    "emergency": "person",
    "acted_for": "person",
    "access_log": "person",
    "inbox": "person",
    "household": "number",
    "household_member": "person",
    "household_person": "number",
    "wholly_seen": "person",
    "prevention_act": "person",
    "prevention_facts": "person",
    "prevention_notice": "person",
    "prevention_calendar": "person",
    "forecast": "person",
    "foresight": "person",
    "clinical_note": "person",
    "noting": "person",
    "reviewed": "person",
    "alert": "person",
    "alert_event": "person",
    "pending": "person",
    "thresholds": "person",
    "followed": "person",
    "chain": "person",
    "notification": "person",
    "import_file": "person",
    "settled": "person",
}
"""Every view of the API's that tells of people, and its column that says of whom."""

OWN = ("contact", "quiet_hours")
"""Views that tell of whoever acts, and of no person's record."""

POPULATION = "SELECT number FROM population(ARRAY[10, 20, 30, 40, 50, 60, 70, 80]::smallint[], 1000, 0)"


@dataclass(frozen=True, slots=True)
class Theatre:
    """Ada let the clinician in; Bob, who has all that Ada has, did not, and lets another in."""

    world: World
    ada: Holder
    bob: Holder
    clinician: Somebody
    ticket: UUID
    bobs: UUID


@pytest.fixture(scope="module")
def theatre(world: World) -> Theatre:
    """Both have readings, a home, something hidden, somebody let in, somebody shut out, an emergency, a log."""
    ada, bob, clinician, other = world.measured("Ada"), world.measured("Bob"), world.clinician(), world.clinician()
    world.grant(ada, clinician)
    world.grant(bob, other)
    for each in (ada, bob):
        world.record.household([each.person], [])
        world.open_in_emergency(each, other)
        world.block(each, world.clinician())
        each.api.post(each.path("/hidden"), {"kind": "height"})
        each.api.post(each.path("/prevention/influenza/done"), {})
        each.api.request("PUT", each.path("/prevention/answers"), json={"waist_cm": 90})
        each.api.post(each.path("/prevention/calendar"), {})
    Daily(world.database).turn()
    world.settle()
    for each in (ada, bob):
        world.alert(each)
        put = "INSERT INTO thresholds (person, version, document, valid_from) VALUES (%s, 1, '{}', now())"
        world.as_administrator(put, each.number)
        _be_told(world, each)
    return Theatre(world, ada, bob, clinician, ticket(world, clinician), ticket(world, bob))


def _be_told(world: World, of: Holder) -> None:
    """An address, quiet hours, a chain, something sent, a file handed in."""
    account, person = of.account.number, of.number
    for into, *values in (
        ("contact (channel, address, language, glucose_unit, account)", "email", "a@home.test", "fr", "mg/dL", account),
        ("quiet_hours (since, until, time_zone, account)", "22:00", "07:00", "Europe/Paris", account),
        ("chain (step, after, account, person)", 0, "0", account, person),
        ("outbox (key, channel, what, level, account, person)", uuid4(), "email", "alert", "urgent", account, person),
        ("import_file (name, content, preview, person)", "a.csv", b"", "{}", person),
    ):
        world.as_administrator(f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(values))})", *values)  # noqa: S608


def ticket(world: World, of: Somebody, life: timedelta = timedelta(minutes=5)) -> UUID:
    """As the sign-in makes it."""
    rows = world.as_administrator(
        "INSERT INTO ticket (account, role, person, expires_at) SELECT number, role, person, now() + %s FROM account "
        "WHERE number = %s RETURNING value", life, of.account.number,
    )  # fmt: skip
    value: UUID = rows[0][0]
    return value


@pytest.fixture
def session(theatre: Theatre) -> Iterator[psycopg.Connection]:
    """The API's own session, acting as the clinician, in which any SQL can be said."""
    with psycopg.connect(login(theatre.world.database.url, Role.API)) as connection:
        become(connection, theatre.ticket)
        yield connection
        connection.rollback()


def become(connection: psycopg.Connection, ticket: UUID | str) -> None:
    """Say whose ticket it is."""
    connection.execute("SELECT set_config('vigie.ticket', %s, true)", (str(ticket),))


def seen(connection: psycopg.Connection, view: str) -> set[int | None]:
    """Of whom the view tells."""
    return {number for (number,) in connection.execute(f"SELECT {VIEWS[view]} FROM api.{view}")}  # noqa: S608


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_of_views_is_complete(theatre: Theatre) -> None:
    views = theatre.world.as_administrator("SELECT viewname FROM pg_views WHERE schemaname = 'api'")
    assert {name for (name,) in views} == {*VIEWS, *OWN, "device", "withheld"}


def test_every_view_is_a_barrier_that_the_reader_owns(theatre: Theatre) -> None:
    rows = theatre.world.as_administrator(
        "SELECT relname::text, relowner::regrole::text, 'security_barrier=true' = ANY(reloptions) FROM pg_class "
        "WHERE relnamespace = 'api'::regnamespace AND relkind = 'v'"
    )
    assert {(owner, barrier) for _, owner, barrier in rows} == {("vigie_reader", True)}


@pytest.mark.parametrize("view", VIEWS)
def test_a_clinician_sees_nothing_of_who_did_not_let_them_in(
    theatre: Theatre, session: psycopg.Connection, view: str
) -> None:
    assert seen(session, view) <= {theatre.ada.number}


@pytest.mark.parametrize("view", OWN)
def test_addresses_and_quiet_hours_are_shown_to_their_holder_alone(theatre: Theatre, view: str) -> None:
    counts = []
    with psycopg.connect(login(theatre.world.database.url, Role.API)) as session:
        for each in (theatre.bobs, theatre.ticket, uuid4()):
            become(session, each)
            counts.append(session.execute(f"SELECT FROM api.{view}").rowcount)
    assert counts == [1, 0, 0]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("forged", ["made up", "an account's id", "a person's id", "expired", "empty"])
def test_a_forged_ticket_shows_nothing(theatre: Theatre, session: psycopg.Connection, view: str, forged: str) -> None:
    tickets: dict[str, UUID | str] = {
        "made up": uuid4(), "an account's id": theatre.bob.account.id, "a person's id": theatre.bob.id, "empty": "",
        "expired": ticket(theatre.world, theatre.bob, timedelta(seconds=-1)),
    }  # fmt: skip
    become(session, tickets[forged])
    assert seen(session, view) == set()
    assert session.execute(POPULATION.encode()).fetchall() == []


def test_a_ticket_that_ends_while_a_session_lasts_shows_nothing_afterwards(theatre: Theatre) -> None:
    short = ticket(theatre.world, theatre.clinician)
    with psycopg.connect(login(theatre.world.database.url, Role.API), autocommit=True) as session:
        session.execute("SELECT set_config('vigie.ticket', %s, false)", (str(short),))
        before = seen(session, "reading")
        theatre.world.as_administrator("UPDATE ticket SET expires_at = now() WHERE value = %s", short)
        assert (before, seen(session, "reading")) == ({theatre.ada.number}, set())


@pytest.mark.parametrize(
    "condition",
    [
        "1 / (value - 110) < 1e9",
        "vigie.may_see(person, 1::smallint)",
        "(SELECT count(*) FROM api.reading o WHERE o.person <> r.person) > 0",
        "r.person::text ~ '.*' OR value > 0",
        "query_to_xml('SELECT person FROM api.reading', true, true, '')::text <> '' AND value > 0",
    ],
)
def test_a_condition_is_shown_no_foreign_row(theatre: Theatre, session: psycopg.Connection, condition: str) -> None:
    try:
        query = f"SELECT person FROM api.reading r WHERE {condition}"  # noqa: S608
        rows = session.execute(query.encode()).fetchall()
    except (DivisionByZero, InsufficientPrivilege):  # of what is Ada's own; or not allowed at all
        rows = []
    assert {number for (number,) in rows} <= {theatre.ada.number}


def test_a_fault_of_a_foreign_row_is_never_raised(theatre: Theatre, session: psycopg.Connection) -> None:
    theatre.world.as_administrator("UPDATE reading SET value = 251 WHERE person = %s AND kind = 1", theatre.bob.number)
    found = session.execute("SELECT person FROM api.reading WHERE 1 / (value - 251) < 1 AND kind = 1").fetchall()
    assert {number for (number,) in found} == {theatre.ada.number}


def test_a_foreign_rows_text_is_in_no_error(theatre: Theatre, session: psycopg.Connection) -> None:
    with pytest.raises(InvalidTextRepresentation) as told:
        session.execute("SELECT given::int FROM api.person")
    assert "Bob" not in str(told.value)
    assert "Ada" in str(told.value)


@pytest.mark.parametrize(
    "arguments",
    ["ARRAY[10,80], -1, 0", "ARRAY[10,80], 1000, -5", "ARRAY[80], NULL, 0", "NULL, 1000, 0", "ARRAY[80], 1, 1"],
)
def test_the_list_asked_oddly_tells_of_nobody_else(
    theatre: Theatre, session: psycopg.Connection, arguments: str
) -> None:
    found: list[tuple[int]] = []
    asked = arguments.replace("]", "]::smallint[]").encode()
    try:
        found = session.execute(b"SELECT number FROM population(" + asked + b")").fetchall()
    except psycopg.errors.DataError:
        session.rollback()
    assert {number for (number,) in found} <= {theatre.ada.number}


def test_a_statement_prepared_under_one_ticket_shows_the_next_ones_rows_only(theatre: Theatre) -> None:
    with psycopg.connect(login(theatre.world.database.url, Role.API)) as session:
        become(session, theatre.bobs)
        session.execute("PREPARE all_of AS SELECT DISTINCT person FROM api.reading")
        first = [session.execute("EXECUTE all_of").fetchall() for _ in range(7)]  # past the plans made anew each time
        become(session, theatre.ticket)
        assert first == [[(theatre.bob.number,)]] * 7
        assert session.execute("EXECUTE all_of").fetchall() == [(theatre.ada.number,)]


def test_a_statement_prepared_before_shows_what_came_into_another_chunk_since(theatre: Theatre) -> None:
    world, cleo = theatre.world, theatre.world.holder("Cleo")
    with psycopg.connect(login(world.database.url, Role.API), autocommit=True) as session:  # a request each
        session.execute("SELECT set_config('vigie.ticket', %s, false)", (str(ticket(world, cleo)),))
        asked = "SELECT value FROM api.reading WHERE person = %s AND taken_at >= now() - interval '1 year'"
        before = [session.execute(asked, (cleo.number,), prepare=True).fetchall() for _ in range(7)]
        world.keep(glucose(cleo, 88.0, timedelta(days=300)), glucose(cleo, 99.0, timedelta(days=200)))
        since = session.execute(asked, (cleo.number,)).fetchall()
        planned = session.execute("SELECT generic_plans > 0 FROM pg_prepared_statements").fetchall()
    assert (before, sorted(since), planned) == ([[]] * 7, [(88.0,), (99.0,)], [(True,)])


def test_a_cursor_held_open_ends_with_the_transaction(theatre: Theatre, session: psycopg.Connection) -> None:
    session.execute("DECLARE all_of CURSOR FOR SELECT person FROM api.reading")
    session.rollback()
    with pytest.raises(psycopg.errors.InvalidCursorName):
        session.execute("FETCH ALL FROM all_of")


def test_what_is_revoked_in_the_middle_is_not_seen_by_the_next_statement(theatre: Theatre) -> None:
    world, clinician = theatre.world, theatre.world.clinician()
    granted = world.grant(theatre.bob, clinician)
    with psycopg.connect(login(world.database.url, Role.API)) as session:
        become(session, ticket(world, clinician))
        before = seen(session, "reading")
        theatre.bob.api.request("DELETE", theatre.bob.path(f"/grants/{granted}"))
        after = seen(session, "reading"), session.execute(POPULATION.encode()).fetchall()
    assert before == {theatre.bob.number}
    assert after == (set(), [])


def test_another_kind_is_not_to_be_had_by_name_number_or_summary(theatre: Theatre) -> None:
    world, clinician = theatre.world, theatre.world.clinician()
    world.grant(theatre.bob, clinician, [Kind.WEIGHT])
    with psycopg.connect(login(world.database.url, Role.API)) as session:
        become(session, ticket(world, clinician))
        kinds = session.execute("SELECT DISTINCT kind FROM api.reading").fetchall()
        days = session.execute("SELECT count(glucose), count(weight) > 0 FROM api.day").fetchall()
        rows = session.execute("SELECT glucose, last_glucose FROM population(ARRAY[80]::smallint[], 9, 0)").fetchall()
    assert (kinds, days, rows) == ([(4,)], [(0, True)], [(None, None)])


# ── Reaching past the views, and writing ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "act",
    [
        "SELECT * FROM vigie.reach",
        "SELECT * FROM vigie.reach_by_way",
        "SELECT * FROM shown.reading",
        "SELECT * FROM vigie.held_to",
        "UPDATE vigie.profession SET sees = '{identity,notes}'",
        "UPDATE api.withheld SET category = ''",
        "SELECT vigie.may_see(1, 1::smallint)",
        "SELECT vigie.sees_shown(1)",
        "SELECT vigie.enter_access(1, 'read', NULL)",
        "SELECT vigie.enter_accesses(ARRAY[1], 'read', NULL)",
        "SELECT * FROM vigie.sight",
        "SELECT * FROM vigie.mark_told",
        "SELECT vigie.hidden_changed()",
        "SELECT vigie.take_back(gen_random_uuid())",
        "SELECT * FROM vigie.access_log",
        "SELECT * FROM vigie.alert_seen",
        "UPDATE api.alert SET state = 'acknowledged'",
        "DELETE FROM api.alert_event",
        "INSERT INTO vigie.alert_act (person, at, alert, doing) VALUES (1, now(), 'low', 'acknowledge')",
        "UPDATE vigie.walk SET due_at = NULL",
        "INSERT INTO api.access_grant (person) VALUES (1)",
        "UPDATE api.access_grant SET delegate = true",
        "DELETE FROM api.hidden",
        "DELETE FROM api.access_block",
        "UPDATE api.emergency SET until = 'infinity'",
        "DELETE FROM api.access_log",
        "UPDATE api.access_log SET act = 'x'",
        "UPDATE api.day SET glucose = NULL",
        "CREATE FUNCTION api.leak(int) RETURNS bool LANGUAGE sql COST 0.0000001 AS 'SELECT true'",
        "CREATE OPERATOR api.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
        "CREATE OR REPLACE FUNCTION api.record_access(int[], text, smallint[]) RETURNS void LANGUAGE sql AS ''",
        "CREATE TRIGGER t BEFORE INSERT ON vigie.access_log EXECUTE FUNCTION vigie.hidden_changed()",
        "ALTER VIEW api.reading SET (security_barrier = false)",
        "SET ROLE vigie_reader",
        "LOCK TABLE vigie.access_head",
        "DO $$ BEGIN PERFORM FROM vigie.reading; END $$",
    ],
)
def test_the_session_cannot(session: psycopg.Connection, act: str) -> None:
    with pytest.raises((InsufficientPrivilege, ObjectNotInPrerequisiteState)):
        session.execute(act.encode())


def test_the_log_cannot_be_written_in_anothers_name(theatre: Theatre, session: psycopg.Connection) -> None:
    session.execute("SELECT record_access(%s, 'read', NULL)", ([theatre.ada.number],))
    session.commit()
    last = theatre.world.as_administrator(
        "SELECT account, name, role FROM access_log WHERE person = %s ORDER BY number DESC LIMIT 1", theatre.ada.number
    )
    assert last == [(theatre.clinician.account.number, theatre.clinician.name, ActorRole.CLINICIAN)]


@pytest.mark.parametrize("act", ["record_access(ARRAY[1], 'read', NULL)", "record_refusal(gen_random_uuid())"])
def test_nobody_writes_no_log(session: psycopg.Connection, act: str) -> None:
    become(session, uuid4())
    with pytest.raises(InsufficientPrivilege):
        session.execute(f"SELECT {act}".encode())


def test_a_refusal_says_nothing_of_who_is_there(theatre: Theatre, session: psycopg.Connection) -> None:
    told = [session.execute("SELECT record_refusal(%s)", (each,)).fetchall() for each in (theatre.bob.id, uuid4())]
    assert told[0] == told[1]
