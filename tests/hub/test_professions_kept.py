"""The table of professions in the database is always a whole one."""

from dataclasses import replace

import psycopg
import pytest

from hub.database import SqlError
from hub.professions import Profession, keep, professions

UNSTORABLE = Profession("99", ("a\0b",), frozenset())


def test_a_table_that_cannot_be_kept_leaves_the_one_there_was(database_url: str) -> None:
    first, *_ = before = professions()
    with psycopg.connect(database_url, autocommit=True, options="-c search_path=vigie") as connection:
        keep(connection, before)
        with pytest.raises((SqlError, psycopg.DataError)):
            keep(connection, (replace(first, sees=frozenset()), UNSTORABLE))
        kept = connection.execute("SELECT code, sees <> '{}' FROM profession").fetchall()
    assert sorted(kept) == sorted((each.code, bool(each.sees)) for each in before)
