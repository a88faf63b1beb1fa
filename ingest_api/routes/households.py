"""A household's inbox: what its shared devices measured and nobody was given, and whose it was."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from hub.quantities import KINDS, Kind, Unit, from_canonical, parse_unit
from ingest_api import unassigned
from ingest_api.context import Reader, Sender, TheHub
from ingest_api.cursor import read_cursor, write_cursor
from ingest_api.unassigned import Said, Waiting, house

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
        home = house(connection, household)
        found = home.waiting(limit + 1, after)
    people = {member.number: member.id for member in home.members}
    page = found[:limit]
    more = write_cursor(page[-1].place) if len(found) > limit else None
    return UnassignedsAnswer(unassigned=[_told(each, people, shown) for each in page], next=more)


@router.post("/{household}/unassigned/{reading}/assign")
def assign(household: UUID, reading: UUID, body: AssignBody, hub: TheHub, actor: Sender) -> AssignAnswer:
    """Say whose a reading was, with all that was measured in that moment; again, for somebody else, moves it.

    It keeps its original time. What else waits is looked at again in the light of it.
    """
    moved = unassigned.assign(hub, actor, household, reading, body.person)
    return AssignAnswer(person=body.person, readings=moved)


def _told(each: Waiting, people: dict[int, UUID], unit: Unit | None) -> UnassignedAnswer:
    return UnassignedAnswer(
        **_measured(each.said, unit).model_dump(),
        id=each.key,
        taken_at=each.taken_at,
        utc_offset_minutes=each.utc_offset,
        device=each.device,
        hint=each.hint,
        composition=[_measured(other, unit) for other in each.composition],
        candidates=[CandidateAnswer(person=people[n], probability=p) for n, p in each.candidates if n in people],
    )


def _measured(said: Said, unit: Unit | None) -> Measured:
    """In the unit asked for, where it measures that kind; else in the canonical one."""
    shown = unit if unit is not None and unit in KINDS[said.kind].factors else KINDS[said.kind].unit
    value = None if said.value is None else from_canonical(said.kind, said.value, shown)
    return Measured(kind=said.kind, value=value, unit=shown)
