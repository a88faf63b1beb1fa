"""What clinicians keep beside a record: notes, and marks that they looked it through; for routes and pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.database import Connection
from hub.errors import Malformed
from ingest_api.access import Actor
from ingest_api.opened import enter, refuse
from ingest_api.parts import Hub
from ingest_api.whose import whose

LONGEST_NOTE = 4_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a person; `own` if the actor wrote it and may take it back, `by` None of an account that is gone."""

    id: UUID
    by: str | None
    text: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Review:
    """When somebody looked a record through; `own` as of notes."""

    id: UUID
    by: str
    at: datetime
    own: bool


def notes_of(connection: Connection, person: int) -> list[Note]:
    """Those the actor may see, the newest first."""
    rows = connection.execute(
        "SELECT id, written_by, text, at, own FROM clinical_note WHERE person = %s ORDER BY at DESC LIMIT 200",
        (person,),
    )
    return [Note(*row) for row in rows]


def review_of(connection: Connection, person: int) -> Review | None:
    """The last one that the actor may know of."""
    row = connection.execute(
        "SELECT id, reviewed_by, at, own FROM reviewed WHERE person = %s ORDER BY at DESC LIMIT 1", (person,)
    ).fetchone()
    return None if row is None else Review(*row)


def may_note(connection: Connection, person: int) -> bool:
    """True if the actor may write notes on that person."""
    return _saw_whole(connection, person) is not None


def review(hub: Hub, actor: Actor, person: UUID) -> None:
    """Note that the actor looked the record through; raises NotFound unless they follow some kind of it."""
    number = _followed(hub, actor, person)
    with hub.registering(actor) as connection:
        connection.execute("INSERT INTO reviewed (person, account) VALUES (%s, %s)", (number, actor.account))
        enter(connection, [number], "review")


def undo_review(hub: Hub, actor: Actor, person: UUID, mark: UUID) -> None:
    """Take a mark of one's own back; the one before it holds again. Raises NotFound."""
    number = _followed(hub, actor, person)
    with hub.registering(actor) as connection:
        undone = connection.execute(
            "UPDATE reviewed SET undone_at = clock_timestamp() "
            "WHERE id = %s AND person = %s AND account = %s AND undone_at IS NULL",
            (mark, number, actor.account),
        )
    if not undone.rowcount:
        refuse(hub, actor, person)


def write_note(hub: Hub, actor: Actor, person: UUID, text: str) -> None:
    """Keep a note on that person; raises Malformed, NotFound unless the actor follows all kinds of the record."""
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        whole = None if found is None else _saw_whole(connection, found.number)
    if found is None or whole is None:
        refuse(hub, actor, person)
    told = text.strip()
    if not told or len(told) > LONGEST_NOTE or "\0" in told:
        raise Malformed(f"a note has from 1 to {LONGEST_NOTE} characters")
    with hub.registering(actor) as connection:
        connection.execute(
            "INSERT INTO clinical_note (person, by, text, whole) VALUES (%s, %s, %s, %s)",
            (found.number, actor.account, told, whole),
        )
        enter(connection, [found.number], "note")


def take_back_note(hub: Hub, actor: Actor, person: UUID, note: UUID) -> None:
    """Take a note of one's own back: nobody is shown it any more, and it is not deleted. Raises NotFound."""
    with hub.reading(actor) as connection:
        found = whose(connection, person)
    if found is None:
        refuse(hub, actor, person)
    with hub.registering(actor) as connection:
        taken = connection.execute(
            "UPDATE clinical_note SET taken_back_at = clock_timestamp() "
            "WHERE id = %s AND person = %s AND by = %s AND taken_back_at IS NULL",
            (note, found.number, actor.account),
        )
        if taken.rowcount:
            enter(connection, [found.number], "note")
    if not taken.rowcount:
        refuse(hub, actor, person)


def _saw_whole(connection: Connection, person: int) -> bool | None:
    """Whether a note of the actor's is written knowing what is hidden; None if they may write none."""
    row = connection.execute("SELECT whole FROM noting WHERE person = %s", (person,)).fetchone()
    return None if row is None else bool(row[0])


def _followed(hub: Hub, actor: Actor, person: UUID) -> int:
    """The number of somebody whom the actor follows by a grant; raises NotFound."""
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        followed = found and connection.execute("SELECT FROM followed WHERE person = %s", (found.number,)).rowcount
    if found is None or not followed:
        refuse(hub, actor, person)
    return found.number
