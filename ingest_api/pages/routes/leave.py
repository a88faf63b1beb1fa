"""Leaving: take everything along, stop collection, close the record, have everything deleted; each said first."""

from collections.abc import Mapping
from unicodedata import normalize
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.sharing import May
from ingest_api.context import TheHub
from ingest_api.leaving import leaving, settle_collection
from ingest_api.pages.forms import Form, done
from ingest_api.pages.render import page
from ingest_api.pages.settings import frame, moment_told
from ingest_api.pages.visitor import TheVisitor, Visitor, guest
from ingest_api.parts import Hub
from ingest_api.settled import reading_settled

router = APIRouter(prefix="/people/{person}/leave", tags=["pages"])


@router.get("", response_class=HTMLResponse)
def leave(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """What can be done, and what will then happen."""
    return _shown(person, request, hub, visitor)


@router.post("/collection", response_class=RedirectResponse)
def collect(person: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Stop or restart collection."""
    stopped = form.get("collection") == "stop"
    settle_collection(hub, visitor.actor, person, stopped)
    return done(f"/people/{person}/leave", "stopped" if stopped else "restarted")


@router.post("/close", response_class=HTMLResponse)
def close(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Close the record, once its holder's name is typed."""
    if not _named(person, hub, visitor, form):
        return _shown(person, request, hub, visitor, "not_closed")
    with leaving(hub, visitor.actor, person) as (desk, number):
        desk.close(number)
    return _left(request, hub, "closed")


@router.post("/delete", response_class=HTMLResponse)
def delete(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Delete everything, once its holder's name is typed."""
    if not _named(person, hub, visitor, form):
        return _shown(person, request, hub, visitor, "not_deleted")
    with leaving(hub, visitor.actor, person) as (desk, _):
        desk.delete(person)
    return _left(request, hub, "deleted")


def same_name(typed: str, name: str) -> bool:
    """True if they are spelled alike but for case, spaces and how accents are composed."""
    return _plain(typed) == _plain(name)


def _plain(name: str) -> str:
    return " ".join(normalize("NFC", name).casefold().split())


def _named(person: UUID, hub: Hub, visitor: Visitor, form: Mapping[str, str]) -> bool:
    """Whether the holder's name was typed; raises NotFound to whoever may not settle anything."""
    with reading_settled(hub, visitor.actor, person) as settled:
        head = frame(visitor, settled.record)["head"]
    return same_name(form.get("name", ""), head.name)


def _left(request: Request, hub: Hub, what: str) -> HTMLResponse:
    """To whoever is nobody's visitor any more."""
    visitor = guest(request, hub)
    return page(request, visitor, "left.html", told=visitor.words("left")[what])


def _shown(person: UUID, request: Request, hub: Hub, visitor: Visitor, problem: str | None = None) -> HTMLResponse:
    with reading_settled(hub, visitor.actor, person) as settled:
        stopped_at, whose = settled.choices().stopped_at, settled.record.whose
        model = frame(visitor, settled.record) | {
            "stopped": None if stopped_at is None else moment_told(visitor, stopped_at, whose.zone),
            "may_leave": May.LEAVE in settled.may(),
            "base": f"/people/{person}/leave",
            "export": f"/v1/people/{person}/export",
        }
    if problem is not None:
        model["problem"] = visitor.words("leave")["problem"][problem]
    return page(request, visitor, "leave.html", 200 if problem is None else 422, **model)
