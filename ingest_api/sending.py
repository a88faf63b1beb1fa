"""Who may send a device's readings: whoever acts for all who ever held it, an application they let in, its gateway."""

from typing import Any
from uuid import UUID

from hub.errors import NotFound, RecordError
from hub.records import normal_address
from ingest_api.access import Actor, ActorRole
from ingest_api.parts import Hub


def check_sender(hub: Hub, actor: Actor, device: object) -> None:
    """Raise NotFound unless the actor may send for the device of that id or address; the same for one not there.

    Readings go to whoever held the device when they were taken, which the sender says: so the right must reach all.
    """
    if actor.role is ActorRole.ADMIN:
        return
    if not isinstance(device, str) or not _may(hub, actor, device):
        raise NotFound("no such device")


def _may(hub: Hub, actor: Actor, device: str) -> bool:
    with hub.registering() as connection:
        rows = connection.execute(_HOLDERS, {"id": _as_id(device), "address": _as_address(device)}).fetchall()
    if actor.role is ActorRole.GATEWAY:
        return bool(rows) and rows[0][0] == actor.name
    theirs = _reached(hub, actor)
    holders = [set(members) for _, members in rows if members]
    return bool(holders) and all(theirs & members for members in holders)


def _reached(hub: Hub, actor: Actor) -> set[int]:
    """Whom the actor acts for; of an application, whoever let it in."""
    query = "SELECT number FROM person" if actor.role is ActorRole.APP else "SELECT person FROM acted_for"
    with hub.reading(actor) as connection:
        return {number for (number,) in connection.execute(query)}


def _as_id(device: str) -> UUID | None:
    try:
        return UUID(device)
    except ValueError:
        return None


def _as_address(device: str) -> str | None:
    try:
        return normal_address(device)
    except RecordError:
        return None


_HOLDERS: Any = """
    SELECT d.gateway, CASE WHEN h.person IS NOT NULL THEN ARRAY[h.person]
        ELSE (SELECT array_agg(m.person) FROM household_member m WHERE m.household = h.household) END
    FROM device d LEFT JOIN holding h ON h.device = d.number
    WHERE d.id = %(id)s OR d.address = %(address)s
"""
