"""Leaving: a person stops collection, closes their record, has everything deleted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.errors import RecordError
from ingest_api import leaving
from ingest_api.context import Sharer, TheHub

router = APIRouter(prefix="/v1/people/{person}", tags=["leaving"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CollectionBody(_Body):
    """Whether collection is stopped."""

    stopped: Annotated[bool, Field(strict=True)]


class CollectionAnswer(BaseModel):
    """What is so from now on; while stopped, readings wait in quarantine, for a replay after a restart."""

    stopped: bool


class ConfirmBody(_Body):
    """The person's id once more, since this cannot be undone by them."""

    confirm: UUID


class LeftAnswer(BaseModel):
    """It is done."""

    done: bool = True


@router.post("/collection")
def settle_collection(person: UUID, body: CollectionBody, hub: TheHub, actor: Sharer) -> CollectionAnswer:
    """Stop or restart the collection of readings."""
    leaving.settle_collection(hub, actor, person, body.stopped)
    return CollectionAnswer(stopped=body.stopped)


@router.post("/close")
def close(person: UUID, body: ConfirmBody, hub: TheHub, actor: Sharer) -> LeftAnswer:
    """Close the record: unreadable to everybody, and kept. For the person, administrators, delegates who may."""
    with leaving.leaving(hub, actor, person) as (desk, number):
        _confirmed(person, body)
        desk.close(number)
    return LeftAnswer()


@router.delete("")
def delete(person: UUID, body: ConfirmBody, hub: TheHub, actor: Sharer) -> LeftAnswer:
    """Delete everything of the person but the log of accesses. For the person, administrators, delegates who may."""
    with leaving.leaving(hub, actor, person) as (desk, _):
        _confirmed(person, body)
        desk.delete(person)
    return LeftAnswer()


def _confirmed(person: UUID, body: ConfirmBody) -> None:
    if body.confirm != person:
        raise RecordError("repeat the person's id as `confirm`")
