"""What clinicians wrote on a person, read by the person too; and that somebody looked the record through."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.accounts import ActorRole
from ingest_api.clinic import LONGEST_NOTE, Review, may_note, notes_of, review_of, take_back_note, write_note
from ingest_api.context import TheHub
from ingest_api.pages.forms import Form, done
from ingest_api.pages.render import page
from ingest_api.pages.settings import frame
from ingest_api.pages.views.ages import ago
from ingest_api.pages.views.names import called
from ingest_api.pages.views.notes import written
from ingest_api.pages.visitor import TheVisitor, VisitingClinician, Visitor
from ingest_api.prevention import wholly_opened

router = APIRouter(tags=["pages"])


@dataclass(frozen=True, slots=True)
class Reviewed:
    """When the record was last looked through, in words; `mark` to take one's own back."""

    told: str
    mark: UUID | None


@router.get("/people/{person}/notes", response_class=HTMLResponse)
def notes(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """The newest first; with a form for clinicians."""
    with wholly_opened(hub, visitor.actor, person) as record:
        whose, framed = record.whose, frame(visitor, record)
        found, review = notes_of(record.connection, whose.number), review_of(record.connection, whose.number)
        writes = visitor.actor.role is ActorRole.CLINICIAN and may_note(record.connection, whose.number)
    return page(
        request, visitor, "notes.html", notes=[written(each, visitor, whose.zone) for each in found],
        reviewed=_reviewed(review, visitor), writes=writes, longest=LONGEST_NOTE, **framed,
    )  # fmt: skip


@router.post("/people/{person}/notes", response_class=RedirectResponse)
def write(person: UUID, hub: TheHub, visitor: VisitingClinician, form: Form) -> RedirectResponse:
    """One more."""
    write_note(hub, visitor.actor, person, form.get("text", ""))
    return done(f"/people/{person}/notes", "written")


@router.post("/people/{person}/notes/{note}/take-back", response_class=RedirectResponse)
def take_back(person: UUID, note: UUID, hub: TheHub, visitor: VisitingClinician) -> RedirectResponse:
    """One's own, taken back."""
    take_back_note(hub, visitor.actor, person, note)
    return done(f"/people/{person}/notes", "taken_back")


def _reviewed(of: Review | None, visitor: Visitor) -> Reviewed | None:
    if of is None:
        return None
    told = visitor.words("notes").say(
        "reviewed", who=called(of.by, visitor), ago=ago(visitor, of.at, datetime.now(UTC))
    )
    return Reviewed(told, of.id if of.own else None)
