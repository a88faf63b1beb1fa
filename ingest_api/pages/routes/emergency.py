"""Opening a record in an emergency: for a reason, for an hour, to read; its holder is told."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError

from hub.errors import Malformed
from hub.sharing import Way
from ingest_api.context import TheHub
from ingest_api.pages.forms import Form
from ingest_api.pages.render import page
from ingest_api.pages.visitor import VisitingClinician
from ingest_api.routes.emergency import EmergencyBody, open_record

router = APIRouter(tags=["pages"])

_ID = TypeAdapter(UUID)


@router.get("/emergency", response_class=HTMLResponse)
def emergency(request: Request, hub: TheHub, visitor: VisitingClinician) -> HTMLResponse:
    """The form; it tells of nobody."""
    ways = [(way, visitor.words("emergency").say(f"way.{way}")) for way in (Way.BREAK_GLASS, Way.REGULATION)]
    return page(request, visitor, "emergency.html", ways=ways)


@router.post("/emergency", response_class=RedirectResponse)
def open_in_emergency(hub: TheHub, visitor: VisitingClinician, form: Form) -> RedirectResponse:
    """On to the record, under its banner; the same answer for one that is not to be opened as for none."""
    try:
        person = _ID.validate_python(form.get("person", "").strip().rsplit("/", 1)[-1])
        body = EmergencyBody.model_validate(
            {"way": form.get("way"), "reason": " ".join(form.get("reason", "").split())}
        )
    except ValidationError:
        raise Malformed(
            "give the record's number as it was given to you, and a reason of 10 to 500 characters"
        ) from None
    open_record(hub, visitor.actor, person, body)
    return RedirectResponse(f"/people/{person}", 303)
