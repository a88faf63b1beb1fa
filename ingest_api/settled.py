"""What a person has settled about their record, and who saw it; for the person, whoever acts for them, administrators.

What is settled is the desk's to say (hub.sharing); here it is opened, entered in the access log, and read back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from hub.accounts import Account, ActorRole
from hub.errors import Conflict, NotFound
from hub.professions import Category
from hub.quantities import KIND_BY_NUMBER, Kind
from hub.sharing import Delegation, May, Sharing, Way
from ingest_api.access import Actor
from ingest_api.opened import Opened, acting_for, enter, given
from ingest_api.parts import Hub
from ingest_api.whose import Whose


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may see which kinds (all if None), from and until when; a delegate also acts for the person.

    `name` is what people grant to, `full_name` what their identity provider vouches for, else the same; `withheld` is
    what their profession keeps from them, whatever they are given.
    """

    id: UUID
    name: str
    full_name: str
    role: ActorRole
    kinds: tuple[Kind, ...] | None
    since: datetime
    until: datetime | None
    delegation: Delegation | None
    withheld: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Who is shut out, since when."""

    name: str
    full_name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden; each part, where given, narrows it."""

    id: UUID
    kind: Kind | None
    device: UUID | None
    reading: UUID | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One access: who, when, what, of which kinds (all if None), whether in an emergency."""

    number: int
    at: datetime
    name: str
    role: ActorRole
    act: str
    kinds: tuple[Kind, ...] | None
    emergency: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opened the record in an emergency, in which way, why, from and until when."""

    id: UUID
    who: str
    way: Way
    reason: str
    opened_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """Who the attending physician is, which emergencies are opposed, whether collection is stopped and since when."""

    attending: str | None
    opposes_regulation: bool
    opposes_break_glass: bool
    stopped_at: datetime | None


class Settled:
    """Reads what is settled about one person, as whoever acts may see it."""

    def __init__(self, record: Opened) -> None:
        """Of that record, as it was opened."""
        self.record = record
        self._connection = record.connection
        self._person = (record.whose.number,)

    def grants(self) -> list[Grant]:
        """Everybody who is let in, now or later, oldest first."""
        rows = self._connection.execute(
            "SELECT id, name, shown_name, role, kinds, lower(during), upper(during), delegate, may, representative, "
            "withheld FROM access_grant WHERE person = %s ORDER BY created_at, id",
            self._person,
        )
        return [
            Grant(
                id_, name, shown, ActorRole(role), _kinds(kinds), since, until,
                Delegation(frozenset(map(May, may)), representative) if delegate else None,
                tuple(map(Category, withheld)),
            )
            for id_, name, shown, role, kinds, since, until, delegate, may, representative, withheld in rows
        ]  # fmt: skip

    def may(self) -> frozenset[May]:
        """What whoever looks may settle, of what a delegate must be given."""
        return given(self._connection, *self._person)

    def blocks(self) -> list[Block]:
        """Everybody who is shut out, by name."""
        rows = self._connection.execute(
            "SELECT name, shown_name, created_at FROM access_block WHERE person = %s ORDER BY shown_name, name",
            self._person,
        )
        return [Block(*row) for row in rows]

    def hidden(self) -> list[Hidden]:
        """All that is hidden, oldest first."""
        rows = self._connection.execute(
            "SELECT h.id, h.kind, d.id, h.reading, lower(h.during), upper(h.during) "
            "FROM hidden h LEFT JOIN device d ON d.number = h.device WHERE h.person = %s ORDER BY h.created_at, h.id",
            self._person,
        )
        return [Hidden(id_, _kind(kind), *rest) for id_, kind, *rest in rows]

    def log(self, most: int, before: int | None = None) -> list[Entry]:
        """Accesses, newest first, those numbered before `before`."""
        rows = self._connection.execute(
            "SELECT number, at, name, role, act, kinds, emergency FROM access_log "
            "WHERE person = %s AND (%s::bigint IS NULL OR number < %s) ORDER BY number DESC LIMIT %s",
            (*self._person, before, before, most),
        )
        return [
            Entry(number, at, name, ActorRole(role), act, _kinds(kinds), emergency)
            for number, at, name, role, act, kinds, emergency in rows
        ]

    def emergencies(self) -> list[Opening]:
        """Every opening in an emergency, newest first."""
        rows = self._connection.execute(
            "SELECT id, who, way, reason, opened_at, until FROM emergency WHERE person = %s ORDER BY opened_at DESC",
            self._person,
        )
        return [Opening(id_, who, Way(way), *rest) for id_, who, way, *rest in rows]

    def housemates(self) -> dict[str, str]:
        """What the members of the person's households are called, by the names of their accounts."""
        rows = self._connection.execute(
            "SELECT p.id::text, p.given FROM household_person p WHERE p.number IN ("
            "SELECT o.person FROM household_member m JOIN household_member o ON o.household = m.household "
            "WHERE m.person = %s)",
            self._person,
        )
        return {str(name): str(given) for name, given in rows}

    def choices(self) -> Choices:
        """What is settled besides."""
        row = self._connection.execute(
            "SELECT attending, opposes_regulation, opposes_break_glass, collection_stopped_at FROM settled "
            "WHERE person = %s",
            self._person,
        ).fetchone()
        assert row is not None  # noqa: S101 - whoever acts for them sees this row
        return Choices(*row)


@contextmanager
def reading_settled(hub: Hub, actor: Actor, person: UUID) -> Iterator[Settled]:
    """Look at what is settled; the look is entered. Raises NotFound to anybody who may not settle it."""
    with acting_for(hub, actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        yield Settled(record)


@contextmanager
def settling(
    hub: Hub, actor: Actor, person: UUID, act: str, kinds: Sequence[Kind] | None = None
) -> Iterator[tuple[Sharing, Whose]]:
    """The desk, and whose record it is about, for whoever may settle that in it; the act is entered in its log."""
    with acting_for(hub, actor, person, _NEEDS[act]) as record, hub.registering(actor) as connection:
        yield Sharing(connection), record.whose
        enter(connection, [record.whose.number], act, kinds)


def named(hub: Hub, actor: Actor, desk: Sharing, name: str) -> Account:
    """Whom that name stands for; raises NotFound, and TooOften to whoever tries one name after another."""
    hub.limits.check_names(actor.account)
    try:
        return desk.account(name)
    except NotFound:
        hub.limits.misnamed(actor.account)
        raise


_NEEDS: Mapping[str, May] = MappingProxyType(
    dict.fromkeys(("grant", "consult", "revoke", "block", "unblock", "declare", "oppose"), May.SHARE)
    | dict.fromkeys(("hide", "unhide"), May.HIDE)
)


def check_handed_on(hub: Hub, actor: Actor, person: UUID, delegation: Delegation | None) -> None:
    """Nobody hands on what they were not given; who represents a minor is settled by who saw the papers.

    Raises Conflict, and NotFound to whoever may not share.
    """
    if delegation is None:
        return
    with acting_for(hub, actor, person, May.SHARE) as record:
        may = given(record.connection, record.whose.number)
    if delegation.representative and actor.role is not ActorRole.ADMIN:
        raise Conflict("a legal representative is entered by an administrator, who has seen the papers")
    if not delegation.may <= may:
        raise Conflict("nobody can give what they were not given themselves; leave it out of `may`")


def tell_of_emergencies(hub: Hub, actor: Actor, settled: Settled) -> list[Opening]:
    """Every opening in an emergency; once the person themselves asks, they have been told."""
    openings = settled.emergencies()
    if actor.person == settled.record.whose.number:
        with hub.registering() as connection:
            connection.execute(
                "UPDATE emergency SET told_at = coalesce(told_at, now()) WHERE person = %s",
                (settled.record.whose.number,),
            )
    return openings


def _kinds(numbers: list[Any] | None) -> tuple[Kind, ...] | None:
    return None if numbers is None else tuple(KIND_BY_NUMBER[each] for each in numbers if each in KIND_BY_NUMBER)


def _kind(number: int | None) -> Kind | None:
    return None if number is None else KIND_BY_NUMBER[number]
