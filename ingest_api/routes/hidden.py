"""Hiding: what a person keeps from others of their record, and what that means."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.quantities import Kind
from hub.sharing import Veil
from ingest_api.context import Sharer, TheHub
from ingest_api.moment import Moment
from ingest_api.settled import reading_settled, settling
from ingest_api.units import kinds_named

router = APIRouter(prefix="/v1/people/{person}/hidden", tags=["sharing"])

WARNING = (
    "what is hidden is not seen by those who care for you, in an emergency either: they may judge wrongly without it"
)


class HiddenBody(BaseModel):
    """What to hide: a kind or a family of kinds, a device, a reading, a time; together they narrow one another."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=40)] | None = None
    device: UUID | None = None
    reading: UUID | None = None
    from_: Annotated[Moment | None, Field(alias="from")] = None
    to: Moment | None = None


class HiddenAnswer(BaseModel):
    """What is hidden from everybody but the person and their attending physician."""

    id: UUID
    kind: Kind | None
    reading: UUID | None
    from_: Annotated[datetime | None, Field(serialization_alias="from")]
    to: datetime | None


class HidAnswer(BaseModel):
    """What was hidden now, and what that means."""

    items: list[UUID]
    id: UUID
    warning: str


class HiddensAnswer(BaseModel):
    """All that is hidden; `warning` is to be shown before anything is."""

    hidden: list[HiddenAnswer]
    warning: str


class Done(BaseModel):
    """It is settled."""

    done: bool = True


@router.post("", status_code=201)
def hide(person: UUID, body: HiddenBody, hub: TheHub, actor: Sharer) -> HidAnswer:
    """Hide a part of the record from everybody but the person and their attending physician."""
    kinds: tuple[Kind | None, ...] = (None,) if body.kind is None else kinds_named(body.kind)
    named = [kind for kind in kinds if kind is not None] or None
    with settling(hub, actor, person, "hide", named) as (desk, whose):
        veils = [Veil(kind, body.device, body.reading, body.from_, body.to) for kind in kinds]
        items = [desk.hide(whose.number, veil, actor.account) for veil in veils]
    return HidAnswer(items=items, id=items[0], warning=WARNING)


@router.get("")
def get_hidden(person: UUID, hub: TheHub, actor: Sharer) -> HiddensAnswer:
    """All that is hidden."""
    with reading_settled(hub, actor, person) as settled:
        items = settled.hidden()
    hidden = [HiddenAnswer(id=h.id, kind=h.kind, reading=h.reading, from_=h.since, to=h.until) for h in items]
    return HiddensAnswer(hidden=hidden, warning=WARNING)


@router.delete("/{item}")
def unhide(person: UUID, item: UUID, hub: TheHub, actor: Sharer) -> Done:
    """Show it again, exactly as it was."""
    with settling(hub, actor, person, "unhide") as (desk, whose):
        desk.unhide(whose.number, item)
    return Done()
