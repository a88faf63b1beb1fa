"""The administrator's first steps: a person, their device, their first reading, their way in."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from hub.accounts import Accounts, ActorRole
from hub.errors import Malformed, NotFound
from hub.identities import Identities
from hub.records import DeviceDraft, DeviceKind
from hub.register import Register
from ingest_api.context import Hub, TheHub
from ingest_api.opened import enter, opened
from ingest_api.pages.forms import Form
from ingest_api.pages.render import page
from ingest_api.pages.views.first_run import Newest, day_said, first_run_of, person_said, wrong
from ingest_api.pages.visitor import VisitingAdministrator, Visitor
from ingest_api.routes import register
from timeseries.postgres_store import PostgresStore

router = APIRouter(tags=["pages"])


@router.get("/first-run", response_class=HTMLResponse)
def first_run(
    request: Request, hub: TheHub, visitor: VisitingAdministrator, person: UUID | None = None
) -> HTMLResponse:
    """What is done for that person (the newest unless told), and what comes next; `person` may be nobody yet."""
    return _page(request, hub, visitor, person)


@router.post("/first-run/person", response_class=RedirectResponse)
def first_person(request: Request, hub: TheHub, visitor: VisitingAdministrator, form: Form) -> Response:
    """Open a record."""
    try:
        body = register.NewPersonBody.model_validate(person_said(form))
    except ValidationError as error:
        return _page(request, hub, visitor, None, 422, entered=form, wrong=wrong(error), new=True)
    return _next(register.add_person(body, hub, visitor.actor).id, "person")


@router.post("/first-run/device", response_class=RedirectResponse)
def first_device(hub: TheHub, visitor: VisitingAdministrator, form: Form) -> RedirectResponse:
    """Register a device, and say that it is theirs since that day's beginning."""
    person, since = _person_in(form), day_said(form)
    kind, address = form.get("kind", ""), form.get("address", "").strip()
    if since is None or kind not in tuple(DeviceKind) or not 0 < len(address) <= 120 or not address.isprintable():
        raise Malformed("give the device's kind, its address or serial number, and since when it is theirs")
    with opened(hub, visitor.actor, person, []) as record, hub.registering() as connection:
        desk = Register(connection)
        device = desk.add_device(DeviceDraft(address, DeviceKind(kind), form.get("model", "").strip()[:200] or None))
        desk.pair(device.id, person, datetime.combine(since, time(), record.whose.zone).astimezone(UTC))
        enter(record.connection, [record.whose.number], "pair")
    return _next(person, "device")


@router.post("/first-run/invitation", response_class=HTMLResponse)
def first_invitation(request: Request, hub: TheHub, visitor: VisitingAdministrator, form: Form) -> HTMLResponse:
    """An invitation, shown once: no address ever holds it, so this is no redirect."""
    person = _person_in(form)
    with opened(hub, visitor.actor, person, []) as record, hub.registering() as connection:
        account = Accounts(connection).named(ActorRole.PERSON, str(person))
        invitation = Identities(connection).invite(account)
        enter(record.connection, [record.whose.number], "invite")
    return _page(request, hub, visitor, person, invitation=invitation)


def _page(
    request: Request, hub: Hub, visitor: Visitor, person: UUID | None, status: int = 200, **more: Any
) -> HTMLResponse:
    now = datetime.now(UTC)
    told = {"entered": {}, "wrong": (), "invitation": "", "new": "new" in request.query_params} | more
    newest = None if told["new"] else _newest(hub, visitor, person)
    model = first_run_of(newest, visitor, now)
    return page(request, visitor, "first-run.html", status, run=model, today=f"{now:%Y-%m-%d}", **told)


def _newest(hub: Hub, visitor: Visitor, person: UUID | None) -> Newest | None:
    with hub.reading(visitor.actor) as connection:
        row = connection.execute(_PERSON, (person, person)).fetchone()
        if row is None and person is not None:
            raise NotFound("no such person")
        if row is None:
            return None
        number, id_, given, family = row
        enter(connection, [number], "read")
        last = max((found.taken_at for found in PostgresStore(connection).latest(number)), default=None)
    with hub.registering() as connection:
        devices = tuple(address for (address,) in connection.execute(_DEVICES, (number,)))
    return Newest(id_, given, family, devices, last)


def _person_in(form: dict[str, str]) -> UUID:
    try:
        return UUID(form.get("person", ""))
    except ValueError:
        raise NotFound("no such person") from None


def _next(person: UUID, done: str) -> RedirectResponse:
    return RedirectResponse(f"/first-run?person={person}&done={done}", 303)


_PERSON = """
    SELECT number, id, given, family FROM person WHERE %s::uuid IS NULL OR id = %s ORDER BY number DESC LIMIT 1
"""
_DEVICES = """
    SELECT d.address FROM holding h JOIN device d ON d.number = h.device
    WHERE h.person = %s AND (upper_inf(h.during) OR upper(h.during) > now()) ORDER BY d.number
"""
