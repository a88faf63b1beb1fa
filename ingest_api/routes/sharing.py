"""Sharing: what a person settles about who sees their record."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.accounts import ActorRole
from hub.professions import Category
from hub.quantities import Kind
from hub.sharing import REPRESENTATIVE, Delegation, May
from ingest_api.context import Sharer, TheHub
from ingest_api.moment import Moment
from ingest_api.settled import Grant, check_handed_on, named, reading_settled, settling

router = APIRouter(prefix="/v1/people/{person}", tags=["sharing"])

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GrantBody(_Body):
    """To whom (a person's id, or the name they are known by), which kinds (all if none), from and until when.

    A delegate also acts for the person, and settles what `may` names; a minor's legal representative, everything.
    """

    to: Name
    kinds: list[Kind] | None = Field(default=None, min_length=1)
    from_: Annotated[Moment | None, Field(alias="from")] = None
    until: Moment | None = None
    delegate: bool = False
    may: list[May] = []
    representative: bool = False

    @model_validator(mode="after")
    def _hangs_together(self) -> "GrantBody":
        if self.may and not self.delegate:
            raise ValueError("`may` is for a delegate")
        return self

    @property
    def delegation(self) -> Delegation | None:
        """As what they act for the person, if they do."""
        if self.representative:
            return REPRESENTATIVE
        return Delegation(frozenset(self.may)) if self.delegate else None


class GrantAnswer(BaseModel):
    """Who may see what, from and until when; a delegate also acts for the person, and settles what `may` names."""

    id: UUID
    to: str
    role: ActorRole
    kinds: list[Kind] | None
    from_: Annotated[datetime, Field(serialization_alias="from")]
    until: datetime | None
    delegate: bool
    may: list[May]
    representative: bool


class GrantLine(GrantAnswer):
    """With what their profession keeps from them, whatever they are given."""

    withheld: list[Category]


class GrantsAnswer(BaseModel):
    """Everybody who is let in."""

    grants: list[GrantLine]


class BlockBody(_Body):
    """Whom to shut out."""

    account: Name


class AttendingBody(_Body):
    """Who the attending physician is; null for nobody."""

    account: Name | None


class OppositionsBody(_Body):
    """Whether the record may be opened in an emergency: by the service that answers a call; by a professional alone."""

    regulation: bool
    break_glass: bool


class Done(BaseModel):
    """It is settled."""

    done: bool = True


@router.post("/grants", status_code=201)
def grant(person: UUID, body: GrantBody, hub: TheHub, actor: Sharer) -> GrantAnswer:
    """Let somebody see the record, or some kinds of it."""
    during = (body.from_ or datetime.now(UTC), body.until)
    check_handed_on(hub, actor, person, body.delegation)
    with settling(hub, actor, person, "grant", body.kinds) as (desk, whose):
        to = named(hub, actor, desk, body.to)
        made = desk.grant(whose.number, to, actor.account, body.kinds, during, body.delegation)
    acting = body.delegation or Delegation()
    return GrantAnswer(
        id=made, to=to.name, role=to.role, kinds=body.kinds, from_=during[0], until=during[1],
        delegate=body.delegation is not None, may=sorted(acting.may), representative=acting.representative,
    )  # fmt: skip


@router.get("/grants")
def get_grants(person: UUID, hub: TheHub, actor: Sharer) -> GrantsAnswer:
    """Everybody who is let in, now or later."""
    with reading_settled(hub, actor, person) as settled:
        grants = settled.grants()
    return GrantsAnswer(grants=[_grant(each) for each in grants])


@router.delete("/grants/{grant}")
def revoke(person: UUID, grant: UUID, hub: TheHub, actor: Sharer) -> Done:
    """End what was granted, from the next request on."""
    with settling(hub, actor, person, "revoke") as (desk, whose):
        desk.revoke(whose.number, grant)
    return Done()


@router.post("/blocks", status_code=201)
def block(person: UUID, body: BlockBody, hub: TheHub, actor: Sharer) -> Done:
    """Shut somebody out, whatever was granted to them or to their team."""
    with settling(hub, actor, person, "block") as (desk, whose):
        desk.block(whose.number, named(hub, actor, desk, body.account))
    return Done()


@router.delete("/blocks/{account}")
def unblock(person: UUID, account: Name, hub: TheHub, actor: Sharer) -> Done:
    """Let them in again as far as they are granted."""
    with settling(hub, actor, person, "unblock") as (desk, whose):
        desk.unblock(whose.number, named(hub, actor, desk, account))
    return Done()


@router.put("/attending")
def declare(person: UUID, body: AttendingBody, hub: TheHub, actor: Sharer) -> Done:
    """Declare the attending physician, who sees what is hidden as far as they are granted."""
    with settling(hub, actor, person, "declare") as (desk, whose):
        attending = None if body.account is None else named(hub, actor, desk, body.account)
        desk.declare(whose.number, attending)
    return Done()


@router.put("/oppositions")
def oppose(person: UUID, body: OppositionsBody, hub: TheHub, actor: Sharer) -> Done:
    """Oppose either way of opening the record in an emergency, or both, or neither."""
    with settling(hub, actor, person, "oppose") as (desk, whose):
        desk.oppose(whose.number, body.regulation, body.break_glass)
    return Done()


def _grant(g: Grant) -> GrantLine:
    acting = g.delegation or Delegation()
    return GrantLine(
        id=g.id, to=g.name, role=g.role, kinds=_listed(g.kinds), from_=g.since, until=g.until,
        delegate=g.delegation is not None, may=sorted(acting.may), representative=acting.representative,
        withheld=list(g.withheld),
    )  # fmt: skip


def _listed(kinds: tuple[Kind, ...] | None) -> list[Kind] | None:
    return None if kinds is None else list(kinds)
