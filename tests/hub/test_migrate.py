"""Migrations: from empty, again, two at once, and what they refuse."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from hub import migrate
from hub.database import Database, Role, login, password
from hub.errors import DatabaseError

ROLES = ["vigie_owner", "vigie_reader", *Role]


@pytest.mark.parametrize("url", ["swordfish", "postgres//me:swordfish@host/db"])
def test_an_address_that_is_none_is_said_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseError, match="VIGIE_DATABASE_URL must be postgresql://user:password@host") as said:
        migrate.migrate(url)
    assert "swordfish" not in str(said.value)


def test_from_empty_every_file_is_applied_in_order_and_then_none(bare_database_url: str) -> None:
    names = [name for name, _ in migrate.files()]
    assert names == sorted(names)
    assert names
    assert migrate.migrate(bare_database_url) == names
    assert migrate.migrate(bare_database_url) == []


def test_a_migrated_database_answers_and_a_bare_one_does_not(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    assert not database.answers()
    migrate.migrate(bare_database_url)
    assert database.answers()
    database.close()


def test_of_two_at_once_one_applies_and_the_other_waits(bare_database_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        applied = list(threads.map(migrate.migrate, [bare_database_url] * 2))
    assert sorted(map(len, applied)) == [0, len(migrate.files())]


def test_two_databases_of_one_server_are_migrated_at_once(bare_database_url: str, database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(migrate.migrate, [bare_database_url, database_url] * 6))
    assert sum(map(len, applied)) == len(migrate.files())


def test_a_file_changed_after_it_was_applied_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = migrate.files()
    monkeypatch.setattr(migrate, "files", lambda: [(files[0][0], files[0][1] + "\n-- later thought"), *files[1:]])
    with pytest.raises(DatabaseError, match="was changed after it was applied; add a new file"):
        migrate.migrate(database_url)


def test_a_file_that_fails_leaves_nothing_and_can_be_applied_when_mended(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = migrate.files()
    half = "CREATE TABLE halfway (n int); SELECT 1 / 0"
    monkeypatch.setattr(migrate, "files", lambda: [*files, ("9999_new.sql", half)])
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate.migrate(database_url)
    monkeypatch.setattr(migrate, "files", lambda: [*files, ("9999_new.sql", "CREATE TABLE halfway (n int)")])
    assert migrate.migrate(database_url) == ["9999_new.sql"]


def test_a_database_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(DatabaseError, match="vigie services start"):
        migrate.migrate("postgresql://vigie_admin:secret@127.0.0.1:1/vigie")


def test_without_an_administrators_password_the_roles_have_none() -> None:
    with pytest.raises(DatabaseError, match="VIGIE_DATABASE_URL needs the administrator's password"):
        login("postgresql://vigie_admin@127.0.0.1/vigie", Role.API)


def test_each_role_has_a_password_of_its_own_and_the_administrators_is_in_none() -> None:
    url = "postgresql://vigie_admin:secret@127.0.0.1/vigie"
    assert len({password(url, role) for role in Role}) == len(Role)
    assert "secret" not in "".join(login(url, role) for role in Role)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_nothing_but_itself(lasting_database: Database, role: str) -> None:
    with psycopg.connect(lasting_database.url) as connection:
        facts = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles "
            "WHERE rolname = %s",
            (role,),
        ).fetchone()
    assert facts == (False, False, False, False, False)


def test_only_those_that_work_may_log_in(lasting_database: Database) -> None:
    with psycopg.connect(lasting_database.url) as connection:
        may = connection.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY(%s)", (ROLES,))
        assert {name for (name,) in may} == {role.value for role in Role}


def test_no_role_can_become_another_but_the_owner_the_reader(lasting_database: Database) -> None:
    with psycopg.connect(lasting_database.url) as connection:
        members = connection.execute(
            "SELECT member::regrole::text, roleid::regrole::text, inherit_option FROM pg_auth_members "
            "WHERE member::regrole::text LIKE 'vigie\\_%'"
        ).fetchall()
    assert members == [("vigie_owner", "vigie_reader", False)]


def test_everything_belongs_to_the_owner_or_the_views_reader(lasting_database: Database) -> None:
    with psycopg.connect(lasting_database.url) as connection:
        owners = connection.execute(
            "SELECT n.nspname, c.relkind, c.relowner::regrole::text FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('vigie', 'api') GROUP BY 1, 2, 3"
        ).fetchall()
    assert {owner for schema, _, owner in owners if schema == "vigie"} == {"vigie_owner"}
    assert {(kind, owner) for schema, kind, owner in owners if schema == "api"} == {("v", "vigie_reader")}
