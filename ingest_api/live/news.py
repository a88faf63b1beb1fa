"""What is new, by its keys: who may see any of it is for the views to say."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic
from uuid import UUID

from hub.database import Connection
from hub.quantities import KIND_BY_NUMBER, Kind
from ingest_api.live.mark import Mark
from ingest_api.parts import Hub

AT_ONCE = 100
"""News told in one look; the rest waits for the next."""

EVERY = 1.0
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Readings of one kind, between two times, that came into a record or left it at once."""

    number: int
    kind: Kind
    since: datetime
    until: datetime
    keys: list[UUID]


@dataclass(frozen=True, slots=True)
class Said:
    """An event in the journal of the alerts, by its number there."""

    number: int
    event: int


News = Arrived | Said

NEW = "transaction >= pg_snapshot_xmin(%(seen)s::pg_snapshot) AND NOT pg_visible_in_snapshot(transaction, %(seen)s)"
"""What was not visible yet in the snapshot `seen`."""


def snapshot(connection: Connection) -> str:
    """What is visible now."""
    row = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
    assert row is not None  # noqa: S101 - a select without FROM has a row
    return str(row[0])


def since(connection: Connection, person: int, mark: Mark) -> tuple[str, list[News]]:
    """A person's news since that mark in their order, at most AT_ONCE, and the snapshot they were visible in."""
    upto = mark.upto or snapshot(connection)
    told = {"person": person, "seen": mark.seen, "upto": upto, "number": mark.number, "most": AT_ONCE}
    return upto, [_news(*row) for row in connection.execute(_SINCE, told)]


class Stirring:
    """Of whom there is news, found out once a second for all streams together. Thread-safe."""

    def __init__(self, hub: Hub) -> None:
        """In that hub's database; nothing is looked at before it is asked."""
        self._hub = hub
        self._lock = Lock()
        self._seen: str | None = None
        self._looked = 0.0
        self._stirred: Counter[int] = Counter()

    def times(self, person: int) -> int:
        """How often something was new of them since it was first asked; more than before: look."""
        with self._lock:
            if self._seen is None or monotonic() - self._looked >= EVERY / 2:
                self._look()
            return self._stirred[person]

    def _look(self) -> None:
        with self._hub.watching() as connection:
            now = snapshot(connection)
            if self._seen is not None:
                rows = connection.execute(_OF_WHOM, {"seen": self._seen}).fetchall()
                self._stirred.update(person for (person,) in rows)
        self._seen, self._looked = now, monotonic()


def _news(number: int, kind: int | None, begin: datetime, end: datetime, keys: list[UUID], event: int) -> News:
    return Said(number, event) if kind is None else Arrived(number, KIND_BY_NUMBER[kind], begin, end, keys)


_SINCE = f"""
    SELECT number, kind, since, until, keys, event FROM news
    WHERE person = %(person)s AND {NEW} AND pg_visible_in_snapshot(transaction, %(upto)s) AND number >= %(number)s
    ORDER BY number LIMIT %(most)s
"""  # noqa: S608
_OF_WHOM = f"SELECT DISTINCT person FROM news WHERE {NEW}"  # noqa: S608
