"""A household's inbox: what its shared devices measured and nobody was given, and whose it was."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from hub.database import Connection
from hub.errors import NotFound
from hub.quantities import KIND_BY_NUMBER, KINDS, Kind, Unit, from_canonical, parse_unit
from hub.readings import Attribution
from ingest_api.context import Reader, Sender, TheHub
from ingest_api.cursor import read_cursor, write_cursor
from ingest_api.opened import enter
from timeseries.household import Inbox
from timeseries.store import Place

router = APIRouter(prefix="/v1/households", tags=["households"])

MOST_ON_A_PAGE = 500


class Measured(BaseModel):
    """One number with its unit."""

    kind: Kind
    value: float | None
    unit: Unit


class CandidateAnswer(BaseModel):
    """A member of the household, and how likely it was them (0 to 1)."""

    person: UUID
    probability: float


class UnassignedAnswer(Measured):
    """A reading that waits, with what was measured in the same moment and would move with it."""

    id: UUID
    taken_at: datetime
    utc_offset_minutes: int
    device: UUID
    hint: str | None
    composition: list[Measured]
    candidates: list[CandidateAnswer]


class UnassignedsAnswer(BaseModel):
    """A page of what waits, newest first."""

    unassigned: list[UnassignedAnswer]
    next: str | None


class AssignBody(BaseModel):
    """Whose it was; null says that it was nobody's of this household."""

    model_config = ConfigDict(extra="forbid")
    person: UUID | None


class AssignAnswer(BaseModel):
    """Whose it is now, and every reading that moved."""

    person: UUID | None
    readings: list[UUID]


@router.get("/{household}/unassigned")
def get_unassigned(
    household: UUID,
    hub: TheHub,
    actor: Reader,
    unit: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> UnassignedsAnswer:
    """What waits for somebody to say whose it is, newest first; weights in `unit` (kg unless told)."""
    shown = parse_unit(unit) if unit else None
    after = read_cursor(cursor)
    with hub.reading(actor) as connection:
        asked = {
            "household": _number(connection, "household", household),
            "time": after and after.taken_at,
            "key": after and UUID(bytes=after.key),
            "limit": limit + 1,
        }
        rows = connection.execute(_WAITING, asked).fetchall()
        members = connection.execute(_MEMBERS, asked).fetchall()
        enter(connection, [number for number, _ in members], "read", [Kind.WEIGHT])
        people: dict[int, UUID] = {number: id_ for number, id_ in members if id_ is not None}
    page = rows[:limit]
    more = write_cursor(Place(page[-1][1], page[-1][0].bytes)) if len(rows) > limit else None
    return UnassignedsAnswer(unassigned=[_said(row, people, shown) for row in page], next=more)


@router.post("/{household}/unassigned/{reading}/assign")
def assign(household: UUID, reading: UUID, body: AssignBody, hub: TheHub, actor: Sender) -> AssignAnswer:
    """Say whose a reading was, with all that was measured in that moment; again, for somebody else, moves it.

    It keeps its original time. What else waits is looked at again in the light of it.
    """
    with hub.reading(actor) as connection:
        home = _number(connection, "household", household)
        if not connection.execute("SELECT FROM inbox WHERE household = %s AND key = %s", (home, reading)).rowcount:
            raise NotFound("no such reading in this household's inbox")
        whose = None if body.person is None else _member(connection, home, body.person)
        enter(connection, [] if whose is None else [whose], "assign", [Kind.WEIGHT])
    with hub.watching() as connection:
        inbox = Inbox(connection)
        occasion = inbox.of(home, reading)
        if whose is None:
            inbox.dismiss(occasion)
        else:
            inbox.give(occasion, whose, Attribution.CONFIRMED)
        inbox.look_again(home)
    return AssignAnswer(person=body.person, readings=[row.key for row in occasion.rows])


def _number(connection: Connection, what: str, named: UUID) -> int:
    row = connection.execute(f"SELECT number FROM {what} WHERE id = %s", (named,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"no such {what}")
    number: int = row[0]
    return number


def _member(connection: Connection, household: int, person: UUID) -> int:
    """That member's number; raises NotFound."""
    row = connection.execute(_MEMBER, (household, person)).fetchone()
    if row is None:
        raise NotFound("no such person in this household")
    number: int = row[0]
    return number


def _said(row: tuple[Any, ...], people: dict[int, UUID], unit: Unit | None) -> UnassignedAnswer:
    key, taken_at, offset, device, kind, value, hint, candidates, others = row
    return UnassignedAnswer(
        **_measured(kind, value, unit).model_dump(),
        id=key,
        taken_at=taken_at,
        utc_offset_minutes=offset,
        device=device,
        hint=hint,
        composition=[_measured(other, its_value, unit) for other, its_value in others],
        candidates=[CandidateAnswer(person=people[n], probability=p) for n, p in candidates if n in people],
    )


def _measured(number: int, value: float | None, unit: Unit | None) -> Measured:
    """In the unit asked for, where it measures that kind; else in the canonical one."""
    kind = KIND_BY_NUMBER[number]
    shown = unit if unit is not None and unit in KINDS[kind].factors else KINDS[kind].unit
    return Measured(kind=kind, value=None if value is None else from_canonical(kind, value, shown), unit=shown)


_WAITING = """
    SELECT i.key, i.taken_at, i.utc_offset, d.id, i.kind, i.value, i.hint, i.candidates, coalesce((
        SELECT jsonb_agg(jsonb_build_array(c.kind, c.value) ORDER BY c.kind) FROM inbox c
        WHERE c.household = i.household AND c.device = i.device AND c.taken_at = i.taken_at
          AND c.key <> i.key AND c.kind <> 4 AND c.person IS NULL
    ), '[]')
    FROM inbox i JOIN device d ON d.number = i.device
    WHERE i.household = %(household)s AND i.person IS NULL AND NOT i.confirmed
      AND (%(time)s::timestamptz IS NULL OR (i.taken_at, i.key) < (%(time)s, %(key)s::uuid))
      AND (i.kind = 4 OR NOT EXISTS (
          SELECT FROM inbox w WHERE w.household = i.household AND w.device = i.device AND w.taken_at = i.taken_at
            AND w.kind = 4))
    ORDER BY i.taken_at DESC, i.key DESC LIMIT %(limit)s
"""
_MEMBERS = """
    SELECT m.person, p.id FROM household_member m JOIN household_person p ON p.number = m.person
    WHERE m.household = %(household)s
"""
_MEMBER = """
    SELECT m.person FROM household_member m JOIN household_person p ON p.number = m.person
    WHERE m.household = %s AND p.id = %s
"""
