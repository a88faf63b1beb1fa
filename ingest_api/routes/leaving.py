"""Leaving: a person stops collection, closes their record, has everything deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.accounts import ActorRole
from hub.errors import RecordError
from hub.leaving import Leaving
from ingest_api.access import Actor
from ingest_api.context import Hub, Sharer, TheHub
from ingest_api.opened import acting_for, refuse

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
    with acting_for(hub, actor, person) as record, _desk(hub, actor) as desk:
        desk.collect(record.whose.number, body.stopped)
    return CollectionAnswer(stopped=body.stopped)


@router.post("/close")
def close(person: UUID, body: ConfirmBody, hub: TheHub, actor: Sharer) -> LeftAnswer:
    """Close the record: unreadable to everybody, and kept. For the person and administrators, not for delegates."""
    with _leaving(hub, actor, person, body) as (desk, number):
        desk.close(number)
    return LeftAnswer()


@router.delete("")
def delete(person: UUID, body: ConfirmBody, hub: TheHub, actor: Sharer) -> LeftAnswer:
    """Delete everything of the person but the log of accesses. For the person and administrators, not for delegates."""
    with _leaving(hub, actor, person, body) as (desk, _):
        desk.delete(person)
    return LeftAnswer()


@contextmanager
def _leaving(hub: Hub, actor: Actor, person: UUID, body: ConfirmBody) -> Iterator[tuple[Leaving, int]]:
    """The desk, for the person or an administrator who confirmed; raises NotFound to anybody else, RecordError."""
    with _desk(hub, actor) as desk:
        number = _theirs(desk, actor, person)
        if number is not None:
            _confirmed(person, body)
            yield desk, number
            return
    refuse(hub, actor, person)


@contextmanager
def _desk(hub: Hub, actor: Actor) -> Iterator[Leaving]:
    """Under the actor's ticket: the database enters who it was."""
    with hub.registering(actor) as connection:
        yield Leaving(connection)


def _theirs(desk: Leaving, actor: Actor, person: UUID) -> int | None:
    """That person's number if the actor is them or an administrator; a closed record too can be deleted."""
    number = desk.number(person)
    return number if number is not None and (actor.role is ActorRole.ADMIN or actor.person == number) else None


def _confirmed(person: UUID, body: ConfirmBody) -> None:
    if body.confirm != person:
        raise RecordError("repeat the person's id as `confirm`")
