"""Opening a record in an emergency: the page asks why, says what follows, and tells nothing of whether it exists."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError

from hub.sharing import Way
from ingest_api.context import TheHub
from ingest_api.emergencies import Reason, open_record
from ingest_api.pages.forms import Form
from ingest_api.pages.render import page
from ingest_api.pages.settings import Choice
from ingest_api.pages.visitor import VisitingClinician, Visitor

router = APIRouter(prefix="/people/{person}/emergency", tags=["pages"])

_REASON: TypeAdapter[str] = TypeAdapter(Reason)


@router.get("", response_class=HTMLResponse)
def emergency(person: UUID, request: Request, visitor: VisitingClinician) -> HTMLResponse:
    """The form."""
    return _form(person, request, visitor)


@router.post("", response_class=RedirectResponse)
def open_in_emergency(person: UUID, request: Request, hub: TheHub, visitor: VisitingClinician, form: Form) -> Response:
    """Open it for an hour, to read; its holder is told."""
    try:
        reason = _REASON.validate_python(" ".join(form.get("reason", "").split()))
    except ValidationError:
        return _form(person, request, visitor, form.get("reason", ""), 422)
    way = next((each for each in Way if each == form.get("way")), Way.BREAK_GLASS)
    open_record(hub, visitor.actor, person, way, reason)
    return RedirectResponse(f"/people/{person}", 303)


def _form(person: UUID, request: Request, visitor: Visitor, reason: str = "", status: int = 200) -> HTMLResponse:
    words = visitor.words("emergency")
    ways = [Choice(way, words["way"][way], way is Way.BREAK_GLASS) for way in (Way.BREAK_GLASS, Way.REGULATION)]
    problem = words["problem"] if status != 200 else ""
    return page(request, visitor, "emergency.html", status, id=person, ways=ways, reason=reason, problem=problem)
