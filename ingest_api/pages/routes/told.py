"""How one is told: one's addresses and quiet hours."""

from dataclasses import dataclass
from datetime import time
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from alerts.channels.web_push import Subscription
from alerts.delivery.desk import Desk, Manner
from alerts.push_encryption import public_key
from hub.errors import AddressRefused, Conflict
from ingest_api.context import TheHub
from ingest_api.pages.forms import Form, done
from ingest_api.pages.render import page
from ingest_api.pages.visitor import TheVisitor, Visitor
from ingest_api.parts import Hub
from ingest_api.told import Contact, add_address, contacts_of, open_channels

router = APIRouter(prefix="/told", tags=["pages"])

EMAIL, PUSH = "email", "web_push"
USUAL_ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Line:
    """An address in words; `asks` for its code; of a browser, what it is known again by there."""

    id: UUID
    name: str
    channel: str
    state: str
    manner: str
    asks: bool
    works: bool
    endpoint: str | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours as the form's fields hold them; empty where there are none."""

    since: str = ""
    until: str = ""
    zone: str = USUAL_ZONE


@router.get("", response_class=HTMLResponse)
def told(request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """One's addresses, and what can be changed."""
    return _shown(request, hub, visitor)


@router.post("/contacts", response_class=RedirectResponse)
def add(request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Add an address of mail, spoken to as the visitor likes pages."""
    manner = Manner(visitor.language, visitor.glucose_unit, "reveals" in form)
    try:
        add_address(hub, visitor.actor, EMAIL, form.get("address", "").strip(), manner)
    except (AddressRefused, Conflict):
        return _shown(request, hub, visitor, "address")
    return done("/told", "added")


@router.post("/contacts/{contact}/verify", response_class=RedirectResponse)
def confirm(contact: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Confirm an address with the code that was sent there."""
    with hub.registering() as connection:
        right = Desk(connection).verify(visitor.actor.account, contact, form.get("code", "").strip())
    return done("/told", "confirmed") if right else _shown(request, hub, visitor, "code")


@router.post("/contacts/{contact}/remove", response_class=RedirectResponse)
def remove(contact: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """Be told nothing there any more."""
    with hub.registering() as connection:
        Desk(connection).remove(visitor.actor.account, contact)
    return done("/told", "removed")


@router.post("/contacts/{contact}/try", response_class=RedirectResponse)
def try_out(contact: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """Be told once there, to see that it works."""
    hub.limits.adding_address(visitor.actor.account)
    with hub.registering() as connection:
        Desk(connection).try_out(visitor.actor.account, contact)
    return done("/told", "tried")


@router.post("/browser", response_class=RedirectResponse)
def add_browser(request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Be told in the browser that sends its subscription."""
    manner = Manner(visitor.language, visitor.glucose_unit, "reveals" in form)
    try:
        add_address(hub, visitor.actor, PUSH, form.get("subscription", ""), manner)
    except (AddressRefused, Conflict):
        return _shown(request, hub, visitor, "browser")
    return done("/told", "browser")


@router.post("/quiet-hours", response_class=RedirectResponse)
def be_quiet(request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Settle one's quiet hours, or that there are none."""
    try:
        hours = None if "none" in form else _hours(form)
        with hub.registering() as connection:
            Desk(connection).be_quiet(visitor.actor.account, hours)
    except (ValueError, Conflict):
        return _shown(request, hub, visitor, "hours")
    return done("/told", "quiet")


def line(visitor: Visitor, contact: Contact) -> Line:
    """An address in words; a browser's subscription has none that anybody would read."""
    words = visitor.words("told")
    asks = contact.verified_at is None and contact.dead_at is None
    works = contact.verified_at is not None and contact.dead_at is None
    endpoint = Subscription.model_validate_json(contact.address).endpoint if contact.channel == PUSH else None
    failing = "dead" if contact.dead_at else "failing" if contact.failing_since else "confirmed"
    name = contact.address if endpoint is None else words["a_browser"]
    manner = words["with_values" if contact.reveals else "without_values"]
    return Line(
        contact.id, name, words["channel"][contact.channel], words["unconfirmed" if asks else failing], manner, asks,
        works, None if endpoint is None else sha256(endpoint.encode()).hexdigest(),
    )  # fmt: skip


def _hours(form: dict[str, str]) -> tuple[time, time, ZoneInfo]:
    """Raises ValueError for what are no hours of a clock."""
    since, until = (time.fromisoformat(form.get(name, "")) for name in ("since", "until"))
    zone = form.get("time_zone", "").strip()
    if zone not in available_timezones() or since.tzinfo or until.tzinfo:
        raise ValueError("no hours of a clock")
    return since, until, ZoneInfo(zone)


def _shown(request: Request, hub: Hub, visitor: Visitor, problem: str | None = None) -> HTMLResponse:
    with hub.reading(visitor.actor) as connection:
        contacts = contacts_of(connection)
        row = connection.execute("SELECT since, until, time_zone FROM quiet_hours").fetchone()
    channels = open_channels(hub)
    model = {
        "contacts": [line(visitor, each) for each in contacts],
        "email": EMAIL in channels,
        "push_key": public_key(hub.means.vapid) if hub.means.vapid and PUSH in channels else None,
        "quiet": Quiet() if row is None else Quiet(f"{row[0]:%H:%M}", f"{row[1]:%H:%M}", row[2]),
        "problem": None if problem is None else visitor.words("told")["problem"][problem],
    }
    return page(request, visitor, "told.html", 200 if problem is None else 422, **model)
