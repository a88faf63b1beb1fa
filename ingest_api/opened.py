"""A record opened: seen as the actor may see it, and entered in its access log in the same transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from hub.database import Connection
from hub.errors import NotFound
from hub.quantities import KINDS, Kind
from hub.sharing import May
from ingest_api.access import Actor
from ingest_api.parts import Hub
from ingest_api.whose import Whose, whose


@dataclass(frozen=True, slots=True)
class Opened:
    """A transaction that sees what the actor may see, and whose record it is about."""

    connection: Connection
    whose: Whose


@contextmanager
def opened(hub: Hub, actor: Actor, person: UUID, kinds: Sequence[Kind] | None = None) -> Iterator[Opened]:
    """Open a person's record to read those kinds (all if None); raises NotFound, whether they exist or not.

    No entry, no read: if the log cannot be written, nothing is answered.
    """
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        if found is not None:
            enter(connection, [found.number], "read", kinds)
            yield Opened(connection, found)
            return
    refuse(hub, actor, person)


def enter(connection: Connection, people: Sequence[int], act: str, kinds: Sequence[Kind] | None = None) -> None:
    """Enter an act in those people's access logs."""
    numbers = None if kinds is None else [KINDS[kind].number for kind in kinds]
    connection.execute("SELECT record_access(%s, %s, %s)", (list(people), act, numbers))


def refuse(hub: Hub, actor: Actor, person: UUID) -> NoReturn:
    """Enter the attempt, and raise NotFound; the same work and words whether they exist or not."""
    with hub.reading(actor) as connection:
        connection.execute("SELECT record_refusal(%s)", (person,))
    raise NotFound("no such person")


@contextmanager
def acting_for(hub: Hub, actor: Actor, person: UUID, may: May | None = None) -> Iterator[Opened]:
    """Open a record as somebody who settles things in it: the person, their delegate, an administrator.

    Where `may` is named, only a delegate to whom that was given. Raises NotFound to anybody else.
    """
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        if found is not None and acts_for(connection, found.number, may):
            yield Opened(connection, found)
            return
    refuse(hub, actor, person)


def acts_for(connection: Connection, person: int | None, may: May | None = None) -> bool:
    """True if the actor may settle things in that person's record; where it is named, that."""
    query = "SELECT FROM acted_for WHERE person = %s AND (%s::text IS NULL OR %s = ANY(may))"
    return bool(connection.execute(query, (person, may, may)).rowcount)


def given(connection: Connection, person: int) -> frozenset[May]:
    """What the actor may settle in that person's record, of what a delegate must be given."""
    row = connection.execute("SELECT may FROM acted_for WHERE person = %s", (person,)).fetchone()
    return frozenset() if row is None else frozenset(map(May, row[0]))
