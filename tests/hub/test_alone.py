"""Work that one process at a time does: its right is lost with a session, and never silently."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest

from hub.alone import alone
from hub.database import OperationalError, Role
from hub.errors import DatabaseError

Check = Callable[[], None]


def taken(url: str, work: str = "intake", given_up: Check = lambda: None) -> AbstractContextManager[Check]:
    return alone(url, Role.INTAKE, work, given_up)


def in_vain(ask: Callable[[], object]) -> None:
    """Another has it, and nobody waits for that to change."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hub.alone.ANSWER_WITHIN", 0.0)
        with pytest.raises(DatabaseError, match="another process does the intake"):
            ask()


def cut(url: str) -> None:
    """End every session in which such a right is held, as the database's restart does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND "
            "database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()"
        )


def test_a_work_is_done_by_one_at_a_time(database_url: str) -> None:
    with taken(database_url) as check:
        in_vain(taken(database_url).__enter__)
        with taken(database_url, "something else"):
            check()
    with taken(database_url):
        pass


def test_a_right_that_was_cut_off_is_taken_again_before_the_work_goes_on(database_url: str) -> None:
    with taken(database_url) as check:
        cut(database_url)
        check()
        in_vain(taken(database_url).__enter__)


def test_a_right_that_another_has_by_then_is_given_up_once_and_for_ever(database_url: str) -> None:
    said: list[str] = []
    with taken(database_url, given_up=lambda: said.append("given up")) as check:
        cut(database_url)
        with taken(database_url):
            in_vain(check)
        with pytest.raises(DatabaseError, match="restart this one"):
            check()
    assert said == ["given up"]


def test_a_session_that_only_the_server_still_holds_for_open_is_ended(database_url: str) -> None:
    with taken(database_url) as check:
        right = check.__self__  # type: ignore[attr-defined]
        ghost, right._connection = right._connection, psycopg.connect(database_url)
        right._connection.close()
        check()
        with pytest.raises(OperationalError):
            ghost.execute("SELECT")
