"""The start: on to the place of whoever is signed in."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from hub.accounts import ActorRole
from ingest_api.pages.visitor import TheVisitor, Visitor

router = APIRouter(tags=["pages"])


@router.get("/", response_class=RedirectResponse)
def start(visitor: TheVisitor) -> RedirectResponse:
    """Their own record, their list, or what is to be set up."""
    return RedirectResponse(place_of(visitor), 303)


def place_of(visitor: Visitor) -> str:
    """Where that visitor's work is."""
    if visitor.own is not None:
        return f"/people/{visitor.own}"
    return {ActorRole.CLINICIAN: "/clinic", ActorRole.ADMIN: "/first-run"}.get(visitor.actor.role, "/people")
