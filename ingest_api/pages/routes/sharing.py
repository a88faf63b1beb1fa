"""Sharing: who may see a record, who is shut out, the attending physician, emergencies opposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.accounts import Account, ActorRole
from hub.errors import Conflict, Malformed, NotFound
from hub.sharing import Delegation, May, Sharing
from ingest_api.context import TheHub
from ingest_api.pages.forms import Form, done
from ingest_api.pages.grant_form import delegation_chosen, during_chosen, for_today, kinds_chosen
from ingest_api.pages.head import categories_told
from ingest_api.pages.render import page
from ingest_api.pages.settings import (
    day_told,
    frame,
    group_choices,
    kinds_told,
    span_told,
    typed_name,
)
from ingest_api.pages.visitor import Guest, TheVisitor, Visitor
from ingest_api.parts import Hub
from ingest_api.settled import Block, Grant, check_handed_on, named, reading_settled, settling
from ingest_api.whose import Whose

router = APIRouter(prefix="/people/{person}/sharing", tags=["pages"])

OF_AGE = 18


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One who is let in, in words; `name` is what they are granted by, where it is not how they are called."""

    id: UUID
    who: str
    name: str | None
    role: str
    what: str
    when: str
    acts: str | None
    withheld: str | None


@dataclass(frozen=True, slots=True)
class BlockLine:
    """One who is shut out, in words."""

    name: str
    who: str
    since: str


@router.get("", response_class=HTMLResponse)
def sharing(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """Who may see what, and what can be changed."""
    return _shown(person, request, hub, visitor)


@router.post("/grants", response_class=RedirectResponse)
def give(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Let somebody in. Whoever cannot be is answered alike: not known, oneself."""
    delegation = delegation_chosen(form)
    try:
        kinds = kinds_chosen(form, delegation is not None)
        check_handed_on(hub, visitor.actor, person, delegation)
        with settling(hub, visitor.actor, person, "consult" if for_today(form) else "grant", kinds) as (desk, whose):
            during = during_chosen(form, whose.zone)
            to = typed_account(hub, visitor, desk, form, "to")
            desk.grant(whose.number, to, visitor.actor.account, kinds, during, delegation)
    except Conflict:
        return _shown(person, request, hub, visitor, "nobody", form)
    except Malformed:
        return _shown(person, request, hub, visitor, "what_or_when", form)
    return done(f"/people/{person}/sharing", "given")


@router.post("/grants/{grant}/end", response_class=RedirectResponse)
def take_away(person: UUID, grant: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """End what was granted; again changes nothing."""
    with settling(hub, visitor.actor, person, "revoke") as (desk, whose):
        desk.revoke(whose.number, grant)
    return done(f"/people/{person}/sharing", "taken_away")


@router.post("/blocks", response_class=RedirectResponse)
def shut_out(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Shut somebody out."""
    try:
        with settling(hub, visitor.actor, person, "block") as (desk, whose):
            desk.block(whose.number, typed_account(hub, visitor, desk, form, "whom"))
    except Conflict:
        return _shown(person, request, hub, visitor, "nobody_to_shut_out", form)
    return done(f"/people/{person}/sharing", "shut_out")


@router.post("/blocks/end", response_class=RedirectResponse)
def let_in_again(person: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Let them in again, as far as they are granted."""
    with settling(hub, visitor.actor, person, "unblock") as (desk, whose):
        desk.unblock(whose.number, typed_account(hub, visitor, desk, form, "whom"))
    return done(f"/people/{person}/sharing", "let_in_again")


@router.post("/attending", response_class=RedirectResponse)
def declare(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Declare the attending physician, or that there is none."""
    nobody = "nobody" in form
    try:
        with settling(hub, visitor.actor, person, "declare") as (desk, whose):
            physician = None if nobody else typed_account(hub, visitor, desk, form, "physician")
            desk.declare(whose.number, physician)
    except Conflict:
        return _shown(person, request, hub, visitor, "no_physician", form)
    return done(f"/people/{person}/sharing", "declared_nobody" if nobody else "declared")


@router.post("/oppositions", response_class=RedirectResponse)
def oppose(person: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Settle both ways of opening the record in an emergency."""
    with settling(hub, visitor.actor, person, "oppose") as (desk, whose):
        desk.oppose(whose.number, "regulation" in form, "break_glass" in form)
    return done(f"/people/{person}/sharing", "opposed")


def typed_account(hub: Hub, visitor: Visitor, desk: Sharing, form: Mapping[str, str], field: str) -> Account:
    """Whom the typed name stands for; one that is nobody's contradicts what is settled here. Raises Conflict."""
    try:
        return named(hub, visitor.actor, desk, typed_name(form, field))
    except NotFound:
        raise Conflict("nobody is known by that name; ask how it is spelled") from None


def grant_line(visitor: Guest, grant: Grant, zone: ZoneInfo, names: Mapping[str, str]) -> GrantLine:
    """A grant in words; `names` is what the person's housemates are called."""
    words, who = visitor.words("settling"), names.get(grant.full_name, grant.full_name)
    return GrantLine(
        grant.id, who, None if grant.name == who else grant.name, words["role"][grant.role],
        kinds_told(visitor, grant.kinds), span_told(visitor, grant.since, grant.until, zone),
        None if grant.delegation is None else acts_told(visitor, grant.delegation),
        visitor.words("sharing").say("withheld", what=categories_told(grant.withheld, visitor))
        if grant.withheld else None,
    )  # fmt: skip


def acts_told(visitor: Guest, delegation: Delegation) -> str:
    """What a delegate may do, in words."""
    words = visitor.words("sharing")
    what = "; ".join(words["may"][each] for each in ("act", *(may for may in May if may in delegation.may)))
    return words.say("represents" if delegation.representative else "may_act", what=what)


def block_line(visitor: Guest, block: Block, zone: ZoneInfo) -> BlockLine:
    """A block in words."""
    since = visitor.words("settling").say("since", begin=day_told(visitor, block.since, zone))
    return BlockLine(block.name, block.full_name, since)


def _is_minor(whose: Whose) -> bool:
    """By the day it is where they live (the database decides: is_minor)."""
    return whose.age(datetime.now(whose.zone)) < OF_AGE


def _shown(
    person: UUID, request: Request, hub: Hub, visitor: Visitor, problem: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    """The page; after a refusal with what was typed, and why nothing was changed."""
    with reading_settled(hub, visitor.actor, person) as settled:
        zone, names = settled.record.whose.zone, settled.housemates()
        model = frame(visitor, settled.record) | {
            "grants": [grant_line(visitor, grant, zone, names) for grant in settled.grants()],
            "blocks": [block_line(visitor, block, zone) for block in settled.blocks()],
            "choices": settled.choices(),
            "groups": group_choices(visitor),
            "may": sorted(settled.may()),
            "enters_representatives": visitor.actor.role is ActorRole.ADMIN and _is_minor(settled.record.whose),
            "base": f"/people/{person}/sharing",
            "typed": typed or {},
        }
    if problem is not None:
        model["problem"] = visitor.words("sharing")["problem"][problem]
    return page(request, visitor, "sharing.html", 200 if problem is None else 422, **model)
