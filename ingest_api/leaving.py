"""Who may stop collection, close or delete a record; the desk does it (hub.leaving), and enters it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from hub.accounts import ActorRole
from hub.leaving import Leaving
from ingest_api.access import Actor
from ingest_api.opened import acting_for, refuse
from ingest_api.parts import Hub


def settle_collection(hub: Hub, actor: Actor, person: UUID, stopped: bool) -> None:
    """Stop or restart collection, for whoever acts for the person; raises NotFound to anybody else."""
    with acting_for(hub, actor, person) as record, hub.registering(actor) as connection:
        Leaving(connection).collect(record.whose.number, stopped)


@contextmanager
def leaving(hub: Hub, actor: Actor, person: UUID) -> Iterator[tuple[Leaving, int]]:
    """The desk, for the person or an administrator, not for delegates; raises NotFound to anybody else.

    A closed record is nobody's to read, and can still be deleted.
    """
    with hub.registering(actor) as connection:
        desk = Leaving(connection)
        number = desk.number(person)
        if number is not None and may_leave(actor, number):
            yield desk, number
            return
    refuse(hub, actor, person)


def may_leave(actor: Actor, person: int) -> bool:
    """True for the person themselves and administrators."""
    return actor.role is ActorRole.ADMIN or actor.person == person
