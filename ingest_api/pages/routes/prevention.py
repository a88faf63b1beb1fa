"""What is due, why, and what people say of it."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from alerts.prevention.facts import Act
from alerts.prevention.outlook import outlook
from hub.errors import Malformed
from ingest_api.context import Hub, TheHub
from ingest_api.pages.forms import Form, day_in, done
from ingest_api.pages.head import head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.prevention import answers_said, prevention_of, questions_of
from ingest_api.pages.visitor import TheVisitor, Visitor
from ingest_api.prevention import day_said, known_of, said_of, settling, wholly_opened
from ingest_api.routes import prevention as api

router = APIRouter(tags=["pages"])

ItemName = Annotated[str, Path(max_length=80)]


@router.get("/people/{person}/prevention", response_class=HTMLResponse)
def prevention(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """Everything that concerns the person, with its reason and source."""
    with wholly_opened(hub, visitor.actor, person) as record:
        head, known = head_of(record, visitor), known_of(record.connection, record.whose, datetime.now(UTC))
        said = said_of(record.connection, record.whose.number)
    told = outlook(known)
    model = prevention_of(told, said, visitor, person)
    asked = questions_of(known.answers, known.facts.last_period, visitor) if head.acts else []
    today = told.today.isoformat()
    return page(request, visitor, "prevention.html", head=head, prevention=model, asked=asked, today=today)


@router.post("/people/{person}/prevention/answers", response_class=RedirectResponse)
def answers(person: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> RedirectResponse:
    """What only the person knows, instead of all that was answered before."""
    try:
        body = api.AnswersBody.model_validate(answers_said(form))
    except ValidationError as error:
        wrong = sorted({str(each["loc"][0]) for each in error.errors()})
        raise Malformed(f"these answers cannot be used: {', '.join(wrong)}") from None
    api.answer(person, body, hub, visitor.actor)
    return done(f"/people/{person}/prevention", "answered")


@router.post("/people/{person}/prevention/{item}/done", response_class=RedirectResponse)
def item_done(person: UUID, item: ItemName, hub: TheHub, visitor: TheVisitor, form: Form) -> RedirectResponse:
    """It was done, on the day of the form."""
    return _say(hub, visitor, person, item, Act.DONE, form)


@router.post("/people/{person}/prevention/{item}/declined", response_class=RedirectResponse)
def item_declined(person: UUID, item: ItemName, hub: TheHub, visitor: TheVisitor, form: Form) -> RedirectResponse:
    """The person does not want it, this time."""
    return _say(hub, visitor, person, item, Act.DECLINED, form)


@router.post("/people/{person}/prevention/{item}/said/{said}/take-back", response_class=RedirectResponse)
def take_back(person: UUID, item: ItemName, said: UUID, hub: TheHub, visitor: TheVisitor) -> RedirectResponse:
    """As if it had never been said."""
    with settling(hub, visitor.actor, person, "prevention") as (desk, of):
        desk.take_back(of.number, item, said, visitor.actor.account)
    return done(f"/people/{person}/prevention", "taken_back")


def _say(hub: Hub, visitor: Visitor, person: UUID, item: str, act: Act, form: dict[str, str]) -> RedirectResponse:
    with settling(hub, visitor.actor, person, "prevention") as (desk, of):
        desk.say(of.number, item, act, day_said(of, day_in(form, "on")), visitor.actor.account)
    return done(f"/people/{person}/prevention", str(act))
