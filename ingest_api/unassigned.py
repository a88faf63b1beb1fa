"""A household's inbox as its members see it: what waits, what was decided of late, and saying whose it was.

Members see one another's given names, and what waits; what went to somebody is theirs alone, but for whoever said so,
who may take it back for an hour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.database import Connection
from hub.errors import NotFound
from hub.quantities import KIND_BY_NUMBER, Kind
from hub.readings import Attribution
from ingest_api.access import Actor
from ingest_api.opened import enter
from ingest_api.parts import Hub
from timeseries.household import Inbox, Occasion
from timeseries.store import Place


@dataclass(frozen=True, slots=True)
class Said:
    """One number a scale said, in its kind's canonical unit."""

    kind: Kind
    value: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reading, what was measured in the same moment and moves with it, and whose it might be, with probabilities.

    Of one that was decided: `person` is whose it is, by their number; None for nobody of this household.
    """

    key: UUID
    taken_at: datetime
    utc_offset: int
    device: UUID
    said: Said
    hint: str | None
    candidates: tuple[tuple[int, float], ...]
    composition: tuple[Said, ...]
    person: int | None

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return Place(self.taken_at, self.key.bytes)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household; `given` is what the others call them."""

    number: int
    id: UUID
    given: str


@dataclass(frozen=True, slots=True)
class House:
    """A household as whoever acts may see it, within a transaction of the API's role."""

    connection: Connection
    number: int
    name: str
    zone: str
    members: tuple[Member, ...]

    def waiting(self, most: int, after: Place | None = None) -> list[Waiting]:
        """What waits for somebody to say whose it is, newest first."""
        return self._listed("i.person IS NULL AND NOT i.confirmed", most, after)

    def decided(self, most: int) -> list[Waiting]:
        """What was decided in the last week, by somebody or by the evidence, newest first."""
        return self._listed("(i.person IS NOT NULL OR i.confirmed) AND i.decided_at > now() - interval '7 days'", most)

    def _listed(self, which: str, most: int, after: Place | None = None) -> list[Waiting]:
        asked = {
            "household": self.number, "time": after and after.taken_at, "key": after and UUID(bytes=after.key),
            "limit": most,
        }  # fmt: skip
        rows = self.connection.execute(_LISTED.format(which=which).encode(), asked).fetchall()
        return [_waiting(row) for row in rows]


def house(connection: Connection, household: UUID) -> House:
    """That household; the look is entered in its members' logs. Raises NotFound to whoever acts for none of them."""
    row = connection.execute("SELECT number, name, time_zone FROM household WHERE id = %s", (household,)).fetchone()
    if row is None:
        raise NotFound("no such household")
    members = connection.execute(_MEMBERS, (row[0],)).fetchall()
    enter(connection, [number for number, _, _ in members], "read", [Kind.WEIGHT])
    return House(connection, row[0], row[1], row[2], tuple(Member(*member) for member in members))


def assign(hub: Hub, actor: Actor, household: UUID, reading: UUID, person: UUID | None) -> list[UUID]:
    """Say whose a reading was (None: nobody's of this household), with all measured in that moment; what moved.

    Raises NotFound, CollectionStopped.
    """

    def decide(inbox: Inbox, occasion: Occasion, whose: int | None) -> None:
        if whose is None:
            inbox.dismiss(occasion, actor.account)
        else:
            inbox.give(occasion, whose, Attribution.CONFIRMED, actor.account)

    return _move(hub, actor, household, reading, person, decide)


def put_back(hub: Hub, actor: Actor, household: UUID, reading: UUID) -> list[UUID]:
    """Take back what was said: it waits again, with its original time. Raises NotFound."""
    return _move(
        hub, actor, household, reading, None, lambda inbox, occasion, _: inbox.put_back(occasion, actor.account)
    )


def _move(
    hub: Hub, actor: Actor, household: UUID, reading: UUID, person: UUID | None,
    decide: Callable[[Inbox, Occasion, int | None], None],
) -> list[UUID]:  # fmt: skip
    with hub.reading(actor) as connection:
        home = _number(connection, household)
        if not connection.execute("SELECT FROM inbox WHERE household = %s AND key = %s", (home, reading)).rowcount:
            raise NotFound("no such reading in this household's inbox")
        whose = None if person is None else _member(connection, home, person)
    with hub.watching(actor) as connection:
        inbox = Inbox(connection)
        occasion = inbox.of(home, reading)
        concerned = {whose, *(row.person for row in occasion.rows)}
        enter(connection, [each for each in concerned if each is not None], "assign", [Kind.WEIGHT])
        decide(inbox, occasion, whose)
        inbox.look_again(home)
    return [row.key for row in occasion.rows]


def _number(connection: Connection, household: UUID) -> int:
    row = connection.execute("SELECT number FROM household WHERE id = %s", (household,)).fetchone()
    if row is None:
        raise NotFound("no such household")
    number: int = row[0]
    return number


def _member(connection: Connection, household: int, person: UUID) -> int:
    row = connection.execute(_MEMBER, (household, person)).fetchone()
    if row is None:
        raise NotFound("no such person in this household")
    number: int = row[0]
    return number


def _waiting(row: tuple[Any, ...]) -> Waiting:
    key, taken_at, offset, device, kind, value, hint, candidates, person, others = row
    return Waiting(
        key, taken_at, offset, device, Said(KIND_BY_NUMBER[kind], value), hint,
        tuple((number, probability) for number, probability in candidates),
        tuple(Said(KIND_BY_NUMBER[other], its_value) for other, its_value in others), person,
    )  # fmt: skip


# `which` is one of the two above, never what somebody sent
_LISTED = """
    SELECT i.key, i.taken_at, i.utc_offset, d.id, i.kind, i.value, i.hint, i.candidates, i.person, coalesce((
        SELECT jsonb_agg(jsonb_build_array(c.kind, c.value) ORDER BY c.kind) FROM inbox c
        WHERE c.household = i.household AND c.device = i.device AND c.taken_at = i.taken_at
          AND c.key <> i.key AND c.kind <> 4 AND c.person IS NOT DISTINCT FROM i.person
    ), '[]')
    FROM inbox i JOIN device d ON d.number = i.device
    WHERE i.household = %(household)s AND {which}
      AND (%(time)s::timestamptz IS NULL OR (i.taken_at, i.key) < (%(time)s, %(key)s::uuid))
      AND (i.kind = 4 OR NOT EXISTS (
          SELECT FROM inbox w WHERE w.household = i.household AND w.device = i.device AND w.taken_at = i.taken_at
            AND w.kind = 4))
    ORDER BY i.taken_at DESC, i.key DESC LIMIT %(limit)s
"""
_MEMBERS = """
    SELECT m.person, p.id, p.given FROM household_member m JOIN household_person p ON p.number = m.person
    WHERE m.household = %s ORDER BY p.given, m.person
"""
_MEMBER = """
    SELECT m.person FROM household_member m JOIN household_person p ON p.number = m.person
    WHERE m.household = %s AND p.id = %s
"""
