"""Emergency access: a professional opens a record they were not given, with a reason, for an hour, to read."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from hub.sharing import Way
from ingest_api.context import Clinician, Sharer, TheHub
from ingest_api.emergencies import Reason, open_record
from ingest_api.settled import reading_settled, tell_of_emergencies

router = APIRouter(prefix="/v1/people/{person}/emergency", tags=["emergency"])

BANNER = "Emergency access: read only, entered in the record, its holder is told"


class EmergencyBody(BaseModel):
    """In which way, and why."""

    model_config = ConfigDict(extra="forbid")
    way: Way = Way.BREAK_GLASS
    reason: Reason


class EmergencyAnswer(BaseModel):
    """Open until then, to read; `banner` is to be shown all the time."""

    id: UUID
    until: datetime
    banner: str


class OpenedAnswer(BaseModel):
    """Who opened the record in an emergency, in which way, why, from and until when."""

    id: UUID
    who: str
    way: Way
    reason: str
    opened_at: datetime
    until: datetime


class OpenedsAnswer(BaseModel):
    """Every emergency access, newest first."""

    emergencies: list[OpenedAnswer]


@router.post("", status_code=201)
def open_in_emergency(person: UUID, body: EmergencyBody, hub: TheHub, actor: Clinician) -> EmergencyAnswer:
    """Open a record for an hour; its holder is told. Hidden things stay hidden.

    The same answer when its holder opposes it, has shut the actor out, or does not exist.
    """
    id_, until = open_record(hub, actor, person, body.way, body.reason)
    return EmergencyAnswer(id=id_, until=until, banner=BANNER)


@router.get("")
def get_emergencies(person: UUID, hub: TheHub, actor: Sharer) -> OpenedsAnswer:
    """Who opened the record in an emergency; asking notes that the person was told."""
    with reading_settled(hub, actor, person) as settled:
        openings = tell_of_emergencies(hub, actor, settled)
    return OpenedsAnswer(
        emergencies=[
            OpenedAnswer(id=o.id, who=o.who, way=o.way, reason=o.reason, opened_at=o.opened_at, until=o.until)
            for o in openings
        ]
    )
