"""The access log's chain: whatever is done to it behind the hub's back, the verifier names the first entry."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from typer.testing import CliRunner

from hub.access_log import Fault, digest, faults, forget
from hub.accounts import ActorRole
from hub.database import Connection, Database, Role
from tests.access.world import Holder, World
from vigie.cli import app

FORGED = """
    UPDATE access_log l SET act = 'x', hash = access_hash(
        (SELECT p.hash FROM access_log p WHERE p.person = l.person AND p.number = 2),
        row(l.person, l.number, l.at, l.account, l.role, l.name, 'x', l.kinds, l.emergency, '')::access_log)
    WHERE person = %s AND number = 3
"""
EDITS = {
    "an entry changed": ("UPDATE access_log SET act = 'assign' WHERE person = %s AND number = 3", 3),
    "its time changed": ("UPDATE access_log SET at = at - interval '1 us' WHERE person = %s AND number = 3", 3),
    "its kinds taken away": ("UPDATE access_log SET kinds = '{}' WHERE person = %s AND number = 3", 3),
    "an emergency unsaid": ("UPDATE access_log SET emergency = NOT emergency WHERE person = %s AND number = 5", 5),
    "the first taken out": ("DELETE FROM access_log WHERE person = %s AND number = 1", 1),
    "one in the middle taken out": ("DELETE FROM access_log WHERE person = %s AND number = 2", 2),
    "the end cut off": ("DELETE FROM access_log WHERE person = %s AND number > 3", 4),
    "all cut off": ("DELETE FROM access_log WHERE person = %s", 1),
    "the head set back": ("UPDATE access_head SET number = 3 WHERE person = %s", 4),
    "the head changed": ("UPDATE access_head SET hash = sha256(hash) WHERE person = %s", 5),
    "the head taken out": ("DELETE FROM access_head WHERE person = %s", 1),
    "two changed": ("UPDATE access_log SET name = 'x' WHERE person = %s AND number IN (2, 4)", 2),
    "one written anew with its hash": (FORGED, 4),
}


@pytest.fixture
def ada(swept_database: Database) -> Holder:
    """Five entries in her log; as many in Bob's, which nobody touches."""
    world = World(swept_database)
    people = [world.measured("Ada"), world.measured("Bob")]
    clinician = world.clinician()
    for holder in people:
        world.grant(holder, clinician)
        for kind in ("weight", "glucose", "ketones", "height", "hba1c"):
            clinician.api.get(holder.path("/readings"), kind=kind)
    return people[0]


def found(database: Database) -> list[Fault]:
    with database.transaction(Role.REGISTER) as connection:
        return faults(connection)


def over_all(database: Database) -> str:
    with database.transaction(Role.REGISTER) as connection:
        return digest(connection)


@pytest.mark.usefixtures("ada")
def test_a_log_as_it_was_written_has_no_fault(swept_database: Database) -> None:
    assert found(swept_database) == []


def test_lists_read_at_once_wait_for_one_another_and_leave_whole_chains(swept_database: Database) -> None:
    world = World(swept_database)
    number, clinician = [world.holder(f"P{n}").number for n in range(6)], world.clinician()
    token = world.hub.access.actor(world.hub.access.create(ActorRole.CLINICIAN, clinician.name))
    assert token is not None

    def read(turn: int) -> None:
        for first in range(6):
            with swept_database.transaction(Role.API, token.ticket) as connection:
                people = (number + number)[first : first + 4][:: 1 - turn % 2 * 2]
                connection.execute("SELECT record_access(%s, 'read', NULL)", (people,))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(read, range(6)))
    assert found(swept_database) == []
    with swept_database.transaction(Role.REGISTER) as connection:
        assert _entries(connection) == 6 * 6 * 4


@pytest.mark.parametrize("edit", EDITS)
def test_the_first_entry_that_is_not_as_it_was_is_named(swept_database: Database, ada: Holder, edit: str) -> None:
    query, number = EDITS[edit]
    World(swept_database).as_administrator(query, ada.number)
    assert found(swept_database) == [Fault(ada.number, ada.id, number)]


def test_entries_that_changed_places_are_found(swept_database: Database, ada: Holder) -> None:
    world = World(swept_database)
    for number, place in ((2, 9), (4, 2), (9, 4)):
        world.as_administrator(
            "UPDATE access_log SET number = %s WHERE person = %s AND number = %s", place, ada.number, number
        )
    assert found(swept_database) == [Fault(ada.number, ada.id, 2)]


def test_a_whole_chain_taken_out_shows_in_the_digest(swept_database: Database, ada: Holder) -> None:
    world, before = World(swept_database), over_all(swept_database)
    world.as_administrator("DELETE FROM access_log WHERE person = %s", ada.number)
    world.as_administrator("DELETE FROM access_head WHERE person = %s", ada.number)
    assert found(swept_database) == []
    assert over_all(swept_database) != before


def test_the_command_names_the_entry_and_ends_with_status_1(
    swept_database: Database, ada: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_DATABASE_URL", swept_database.url)
    whole = CliRunner().invoke(app, ["access-log", "verify"])
    World(swept_database).as_administrator(EDITS["an entry changed"][0], ada.number)
    altered = CliRunner().invoke(app, ["access-log", "verify"])
    assert (whole.exit_code, whole.stdout) == (0, f"digest: {over_all(swept_database)}\n")
    assert altered.exit_code == 1
    assert altered.stdout.splitlines()[0] == f"altered: person {ada.id}, entry 3"


@pytest.mark.parametrize(
    ("closed", "written", "forgotten"),
    [("11 years", "11 years", 1), ("11 years", "9 years", 0), ("9 years", "11 years", 0), (None, "11 years", 0)],
)
def test_a_log_is_forgotten_ten_years_after_its_record_was_closed(
    swept_database: Database, ada: Holder, closed: str | None, written: str, forgotten: int
) -> None:
    world = World(swept_database)
    world.as_administrator("UPDATE person SET closed_at = now() - %s::interval WHERE number = %s", closed, ada.number)
    world.as_administrator("UPDATE access_log SET at = now() - %s::interval", written)
    with swept_database.transaction(Role.REGISTER) as connection:
        before = _entries(connection)
        assert forget(connection) == forgotten
        assert before - _entries(connection) == 5 * forgotten
        heads = connection.execute("SELECT FROM access_head WHERE person = %s", (ada.number,))
        assert heads.rowcount == 1 - forgotten


def test_the_log_of_somebody_deleted_long_ago_is_forgotten_by_command(
    swept_database: Database, ada: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_DATABASE_URL", swept_database.url)
    world = World(swept_database)
    world.as_administrator("SELECT delete_person(%s)", ada.id)
    kept = CliRunner().invoke(app, ["access-log", "purge"]).stdout
    world.as_administrator("UPDATE access_log SET at = now() - interval '11 years' WHERE person = %s", ada.number)
    gone = CliRunner().invoke(app, ["access-log", "purge"]).stdout
    told = "logs forgotten, of records closed or deleted over ten years ago"
    assert [kept.splitlines()[0], gone.splitlines()] == [
        f"0 {told}",
        [f"1 {told}", f"digest: {over_all(swept_database)}"],
    ]
    assert found(swept_database) == []


def _entries(connection: Connection) -> int:
    return connection.execute("SELECT FROM access_log").rowcount
