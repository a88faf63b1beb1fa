"""The access log, as the person reads it: who saw what of their record, and when."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.accounts import ActorRole
from hub.quantities import Kind
from ingest_api.context import Sharer, TheHub
from ingest_api.settled import reading_settled

router = APIRouter(prefix="/v1/people/{person}/access-log", tags=["sharing"])


class EntryAnswer(BaseModel):
    """One access: who, when, what, of which kinds (all if null), whether in an emergency."""

    number: int
    at: datetime
    who: str
    role: ActorRole
    act: str
    kinds: list[Kind] | None
    emergency: bool


class LogAnswer(BaseModel):
    """A page of accesses, newest first; `next` is the cursor of the page after it."""

    accesses: list[EntryAnswer]
    next: int | None


@router.get("")
def get_access_log(
    person: UUID,
    hub: TheHub,
    actor: Sharer,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> LogAnswer:
    """Who saw what and when, newest first."""
    with reading_settled(hub, actor, person) as settled:
        found = settled.log(limit + 1, cursor)
    page = found[:limit]
    return LogAnswer(
        accesses=[
            EntryAnswer(
                number=e.number, at=e.at, who=e.name, role=e.role, act=e.act,
                kinds=None if e.kinds is None else list(e.kinds), emergency=e.emergency,
            )
            for e in page
        ],
        next=page[-1].number if len(found) > limit else None,
    )  # fmt: skip
