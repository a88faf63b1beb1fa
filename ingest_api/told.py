"""How people are told, for the API and the pages alike: addresses, a person's chain, the proof of what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from alerts.channel import channels
from alerts.delivery.desk import Added, Desk, Link, Manner
from hub.database import Connection
from hub.errors import AddressRefused, Conflict
from hub.sharing import Sharing
from ingest_api.access import Actor
from ingest_api.opened import acting_for, enter
from ingest_api.parts import Hub
from ingest_api.settled import named


@dataclass(frozen=True, slots=True)
class Contact:
    """An address of one's own."""

    id: UUID
    channel: str
    address: str
    language: str
    glucose_unit: str
    reveals: bool
    verified_at: datetime | None
    failing_since: datetime | None
    dead_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody in a chain; `has_address`: a confirmed one that works."""

    step: int
    after: timedelta
    account: str
    role: str
    name: str
    reveals: bool
    has_address: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Who is to be told so many minutes after it began: names, each with whether values may be revealed to them."""

    after_minutes: int
    recipients: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was to be sent to one address, and what came of it."""

    number: int
    id: UUID
    to: str
    role: str
    channel: str
    what: str
    level: str
    step: int
    state: str
    reason: str | None
    created_at: datetime
    settled_at: datetime | None
    attempts: list[dict[str, Any]]


def open_channels(hub: Hub) -> list[str]:
    """The names of those the operator has opened."""
    return [name for name, channel in channels().items() if channel.opened(hub.means) is not None]


def add_address(hub: Hub, actor: Actor, channel: str, address: str, manner: Manner) -> Added:
    """Add an address of the actor's; raises AddressRefused, Conflict, 429."""
    if channel not in open_channels(hub):
        raise AddressRefused("that channel is not open here; GET /v1/me/contacts names those that are")
    hub.limits.adding_address(actor.account)
    kept = channels()[channel].check(address, hub.means)
    with hub.registering() as connection:
        return Desk(connection).add(actor.account, channels()[channel], kept, manner)


def contacts_of(connection: Connection) -> list[Contact]:
    """The actor's, oldest first."""
    return [Contact(*row) for row in connection.execute(_CONTACTS)]


def chain_of(connection: Connection, person: int) -> list[Recipient]:
    """Who is told of a person, in order."""
    rows = connection.execute(
        "SELECT step, after, name, role, shown_name, reveals, has_address FROM chain WHERE person = %s "
        "ORDER BY step, name",
        (person,),
    )
    return [Recipient(*row) for row in rows]


def settle_chain(hub: Hub, actor: Actor, person: UUID, steps: Sequence[Step]) -> None:
    """Settle who is told of a person, instead of before; entered in their log.

    Raises Conflict for steps that say no order or name somebody twice, NotFound.
    """
    delays = [step.after_minutes for step in steps]
    if delays and (delays[0] != 0 or delays != sorted(set(delays))):
        raise Conflict("the first step is told after 0 minutes, and each other later than the one before it")
    with acting_for(hub, actor, person) as record, hub.registering(actor) as connection:
        sharing = Sharing(connection)
        links = [
            Link(named(hub, actor, sharing, name).number, n, timedelta(minutes=step.after_minutes), reveals)
            for n, step in enumerate(steps)
            for name, reveals in step.recipients
        ]
        if len({link.account for link in links}) < len(links):
            raise Conflict("name each recipient once: they are told again with every ring anyway")
        Desk(connection).chain(record.whose.number, links)
        enter(connection, [record.whose.number], "chain", [])


def sent_about(connection: Connection, person: int, limit: int, cursor: int | None = None) -> list[Sent]:
    """The newest of what was sent about a person, before that number."""
    return [Sent(*row) for row in connection.execute(_SENT, (person, cursor, cursor, limit))]


_CONTACTS = """
    SELECT id, channel, address, language, glucose_unit, reveals, verified_at, failing_since, dead_at
    FROM contact ORDER BY created_at, id
"""

_SENT = """
    SELECT number, key, name, role, channel, what, level, step, state, reason, created_at, settled_at, attempts
    FROM notification WHERE person = %s AND (%s::bigint IS NULL OR number < %s) ORDER BY number DESC LIMIT %s
"""
