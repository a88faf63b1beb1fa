"""Opening a record in an emergency: a professional who was not given it, with a reason, for an hour, to read."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from hub.sharing import Sharing, Way
from ingest_api.access import Actor
from ingest_api.opened import enter, refuse
from ingest_api.parts import Hub

# refused here as the table would: an answer from the database would tell that the person exists
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")
]


def open_record(hub: Hub, actor: Actor, person: UUID, way: Way, reason: str) -> tuple[UUID, datetime]:
    """Open it and enter that; its holder is told. Returns the opening, and until when it holds.

    Raises NotFound, alike when its holder opposes it, has shut the actor out, or does not exist: by the same
    statements, so that no clock tells them apart.
    """
    with hub.registering(actor) as connection:
        row = connection.execute("SELECT number FROM person WHERE id = %s", (person,)).fetchone()
        number = None if row is None else int(row[0])
        opened = Sharing(connection).open_in_emergency(number, actor.account, way, reason)
        if number is not None and opened is not None:
            enter(connection, [number], "emergency")
    if opened is None:
        refuse(hub, actor, person)
    return opened
