"""Who may stop collection, close or delete a record; the desk does it (hub.leaving), and enters it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from hub.accounts import ActorRole
from hub.leaving import Leaving
from hub.sharing import May
from ingest_api.access import Actor
from ingest_api.opened import acting_for, acts_for, refuse
from ingest_api.parts import Hub


def settle_collection(hub: Hub, actor: Actor, person: UUID, stopped: bool) -> None:
    """Stop or restart collection, for whoever may leave; raises NotFound to anybody else."""
    with acting_for(hub, actor, person, May.LEAVE) as record, hub.registering(actor) as connection:
        Leaving(connection).collect(record.whose.number, stopped)


@contextmanager
def leaving(hub: Hub, actor: Actor, person: UUID) -> Iterator[tuple[Leaving, int]]:
    """The desk, for the person, an administrator, a delegate to whom it was given; raises NotFound to anybody else.

    A closed record is nobody's to read, and the person and administrators can still have it deleted.
    """
    with hub.registering(actor) as connection:
        desk = Leaving(connection)
        number = desk.number(person)
        if _may_leave(hub, actor, number) and number is not None:  # asked of nobody too, or a clock would tell
            yield desk, number
            return
    refuse(hub, actor, person)


def _may_leave(hub: Hub, actor: Actor, person: int | None) -> bool:
    with hub.reading(actor) as connection:
        acts = acts_for(connection, person, May.LEAVE)
    return acts or actor.role is ActorRole.ADMIN or actor.person == person
