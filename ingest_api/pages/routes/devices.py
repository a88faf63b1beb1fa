"""Devices: which are the person's, when they last said something, which are no longer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Conflict, Malformed, NotFound
from hub.register import BEGINNING, Register
from ingest_api.context import TheHub
from ingest_api.holdings import LOOKED_BACK, Held, held, homes
from ingest_api.opened import acting_for, enter
from ingest_api.pages.forms import Form, done
from ingest_api.pages.render import page
from ingest_api.pages.settings import Choice, device_name, first_moment, frame, span_told
from ingest_api.pages.views.ages import ago
from ingest_api.pages.visitor import Guest, TheVisitor, Visitor
from ingest_api.parts import Hub

router = APIRouter(prefix="/people/{person}/devices", tags=["pages"])


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A pairing in words; `number` is what the device is known by here."""

    pairing: UUID
    name: str
    number: UUID
    when: str
    last: str
    ended: bool


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A household, and what waits in its inbox."""

    name: str
    href: str
    waiting: str


@router.get("", response_class=HTMLResponse)
def devices(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """Every device that is or was theirs."""
    return _shown(person, request, hub, visitor)


@router.post("", response_class=RedirectResponse)
def pair(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Say that a device is the person's. One that is somebody else's is answered as one that is not there."""
    try:
        with acting_for(hub, visitor.actor, person) as record, hub.registering(visitor.actor) as connection:
            since = first_moment(form.get("since", ""), record.whose.zone) or datetime.now(UTC)
            enter(connection, [record.whose.number], "pair")
            Register(connection).pair(_number_typed(form), person, since)
    except (NotFound, Conflict):
        return _shown(person, request, hub, visitor, "no_device", form)
    except Malformed:
        return _shown(person, request, hub, visitor, "since", form)
    return done(f"/people/{person}/devices", "paired")


@router.post("/{pairing}/end", response_class=RedirectResponse)
def unpair(person: UUID, pairing: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """From now on it is theirs no longer; what it measured stays."""
    with acting_for(hub, visitor.actor, person) as record, hub.registering(visitor.actor) as connection:
        enter(connection, [record.whose.number], "unpair")
        Register(connection).unpair(pairing, person, datetime.now(UTC))
    return done(f"/people/{person}/devices", "unpaired")


def device_line(visitor: Guest, each: Held, zone: ZoneInfo, now: datetime) -> DeviceLine:
    """A pairing in words."""
    words = visitor.words("devices")
    since = None if each.since == BEGINNING else each.since
    return DeviceLine(
        each.pairing, device_name(visitor, each), each.device, span_told(visitor, since, each.until, zone),
        words.say("silent", days=LOOKED_BACK) if each.last is None else ago(visitor, each.last, now),
        each.until is not None and each.until <= now,
    )  # fmt: skip


def _number_typed(form: Mapping[str, str]) -> UUID:
    """Typed, or else chosen; raises NotFound for what no number can be."""
    try:
        return UUID(form.get("number", "").strip() or form.get("chosen", ""))
    except ValueError:
        raise NotFound("no such device") from None


def _shown(
    person: UUID, request: Request, hub: Hub, visitor: Visitor, problem: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    now = datetime.now(UTC)
    with acting_for(hub, visitor.actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        found = held(record.connection, record.whose.number)
        places = homes(record.connection, record.whose.number)
        model = frame(visitor, record)
    lines = [device_line(visitor, each, record.whose.zone, now) for each in found]
    words = visitor.words("devices")
    model |= {
        "devices": [line for line in lines if not line.ended],
        "former": [line for line in lines if line.ended],
        "again": former_choices(lines),
        "homes": [
            HomeLine(home.name, f"/households/{home.id}/inbox", words.count("waiting", home.waiting))
            for home in places
        ],
        "base": f"/people/{person}/devices",
        "typed": typed or {},
    }  # fmt: skip
    if problem is not None:
        model["problem"] = words["problem"][problem]
    return page(request, visitor, "devices.html", 200 if problem is None else 422, **model)


def former_choices(lines: list[DeviceLine]) -> list[Choice]:
    """Devices that were theirs and are not, once each."""
    now = {line.number for line in lines if not line.ended}
    former = {str(line.number): line.name for line in lines if line.ended and line.number not in now}
    return [Choice(number, f"{name} ({number[:8]}…)") for number, name in former.items()]
