"""Transactions and pools."""

from uuid import uuid4

import pytest

from hub.database import Database, Role, SqlError
from hub.errors import DatabaseError


@pytest.mark.parametrize("role", Role)
def test_each_part_logs_in_under_its_own_role(database: Database, role: Role) -> None:
    with database.transaction(role) as connection:
        row = connection.execute("SELECT session_user, current_user, current_setting('TimeZone')").fetchone()
    assert row == (role, role, "UTC")


def test_an_error_takes_the_transaction_back(database: Database) -> None:
    with pytest.raises(SqlError), database.transaction(Role.REGISTER) as connection:
        connection.execute("INSERT INTO household (name, time_zone) VALUES ('x', 'UTC'); SELECT 1 / 0")
    with database.transaction(Role.REGISTER) as connection:
        assert connection.execute("SELECT count(*) FROM household").fetchone() == (0,)


def test_a_connection_that_was_cut_is_replaced(database: Database) -> None:
    with pytest.raises(SqlError), database.transaction(Role.INTAKE) as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert database.answers()


def test_a_database_that_is_not_there_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.database.ANSWER_WITHIN", 0.2)
    nowhere = Database("postgresql://vigie_admin:secret@127.0.0.1:1/vigie")
    assert not nowhere.answers()
    with pytest.raises(DatabaseError, match="vigie services status"), nowhere.transaction(Role.API):
        pass
    nowhere.close()


def test_a_full_pool_says_so_instead_of_waiting_for_ever(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Database(database_url, most_connections=1)
    with narrow.transaction(Role.API):
        monkeypatch.setattr("hub.database.ANSWER_WITHIN", 0.1)
        with pytest.raises(DatabaseError), narrow.transaction(Role.API):
            pass
    narrow.close()


def test_a_ticket_is_set_in_its_transaction_only(database_url: str) -> None:
    narrow, ticket = Database(database_url, most_connections=1), uuid4()
    asked = "SELECT pg_backend_pid(), nullif(current_setting('vigie.ticket', true), '')"
    with narrow.transaction(Role.API, ticket) as connection:
        during = connection.execute(asked).fetchone()
    with narrow.transaction(Role.API) as connection:
        after = connection.execute(asked).fetchone()
    narrow.close()
    assert during is not None
    assert during[1] == str(ticket)
    assert after == (during[0], None)


def test_a_strangers_session_leaves_nothing_to_the_next(database_url: str) -> None:
    narrow = Database(database_url, most_connections=1)
    with narrow.transaction(Role.API) as connection:
        connection.execute("SELECT set_config('vigie.ticket', 'x', false), set_config('search_path', 'pg_temp', false)")
        connection.execute("PREPARE trap AS SELECT 1")
        connection.execute("SELECT pg_advisory_lock(1)")
    with narrow.transaction(Role.API) as connection:
        left = connection.execute(
            "SELECT nullif(current_setting('vigie.ticket', true), ''), current_setting('search_path'), "
            "(SELECT count(*) FROM pg_prepared_statements), "
            "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
        ).fetchone()
    narrow.close()
    assert left == (None, "vigie,api,public", 0, 0)


def test_what_is_asked_often_stays_prepared_from_one_request_to_the_next(database_url: str) -> None:
    narrow = Database(database_url, most_connections=1)
    _ask(narrow, times=7)
    with narrow.transaction(Role.API) as connection:
        kept = connection.execute("SELECT from_sql FROM pg_prepared_statements WHERE statement = %s", (_ASKED,))
        assert kept.fetchall() == [(False,)]
    narrow.close()


def test_a_statement_slipped_in_under_a_prepared_ones_name_is_not_taken_for_it(database_url: str) -> None:
    narrow = Database(database_url, most_connections=1)
    before = _ask(narrow, times=7)
    with narrow.transaction(Role.API) as connection:
        named = connection.execute("SELECT name FROM pg_prepared_statements WHERE statement = %s", (_ASKED,))
        ((name,),) = named.fetchall()
        connection.execute(f"DEALLOCATE {name}; PREPARE {name} AS SELECT 'theirs'".encode())
    assert _ask(narrow, times=7) == before == {("pg_class",)}
    narrow.close()


_ASKED = "SELECT relname FROM pg_catalog.pg_class WHERE oid = 'pg_class'::regclass"


def _ask(database: Database, times: int) -> set[tuple[object, ...] | None]:
    """What that many requests are answered, one after the other."""
    answers = set()
    for _ in range(times):
        with database.transaction(Role.API) as connection:
            answers.add(connection.execute(_ASKED).fetchone())
    return answers
