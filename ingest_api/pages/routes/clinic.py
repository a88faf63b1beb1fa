"""The clinician's list: who needs looking at, why, and that somebody did."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ingest_api.clinic import review, undo_review
from ingest_api.context import TheHub
from ingest_api.pages.forms import Form, done, local
from ingest_api.pages.render import page
from ingest_api.pages.views.clinic import LISTS, asked, clinic_of
from ingest_api.pages.visitor import VisitingClinician
from ingest_api.population import glances, population

router = APIRouter(tags=["pages"])

A_PAGE = 25
DEEPEST = 1_000


@router.get("/clinic", response_class=HTMLResponse)
def clinic(
    request: Request,
    hub: TheHub,
    visitor: VisitingClinician,
    of: Annotated[str, Query(alias="list", max_length=20)] = "all",
    q: Annotated[str, Query(max_length=80)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=DEEPEST)] = 1,
) -> HTMLResponse:
    """Everybody the clinician may see, the most pressing first; or those of one reason, or of a name."""
    wanted = asked(of, q.replace("\0", ""), number)
    with hub.reading(visitor.actor) as connection:
        found = population(connection, LISTS[wanted.of], number, A_PAGE, wanted.sought)
        besides = glances(connection, found.people)
    model = clinic_of(found, besides, wanted, visitor, datetime.now(UTC))
    return page(request, visitor, "clinic.html", clinic=model, sought=wanted.sought, of=wanted.of)


@router.post("/people/{person}/reviewed", response_class=RedirectResponse)
def reviewed(person: UUID, hub: TheHub, visitor: VisitingClinician, form: Form) -> RedirectResponse:
    """Looked through just now."""
    review(hub, visitor.actor, person)
    return done(local(form.get("next", "/clinic")), "reviewed")


@router.post("/people/{person}/reviewed/{mark}/undo", response_class=RedirectResponse)
def undo(person: UUID, mark: UUID, hub: TheHub, visitor: VisitingClinician, form: Form) -> RedirectResponse:
    """As if it had not been."""
    undo_review(hub, visitor.actor, person, mark)
    return done(local(form.get("next", "/clinic")), "undone")
