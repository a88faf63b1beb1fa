"""Hiding: a kind, a device, a time, one reading; never without saying first what others will then not know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Malformed, NotFound
from hub.sharing import May
from ingest_api.context import TheHub
from ingest_api.holdings import held
from ingest_api.opened import Opened, acting_for
from ingest_api.pages.forms import Form, done
from ingest_api.pages.hiding import COUNTED, Chosen, chosen, chosen_told, reading_field, together
from ingest_api.pages.render import page
from ingest_api.pages.settings import GROUPS, Choice, device_name, frame, group_choices, value_told
from ingest_api.pages.visitor import TheVisitor, Visitor
from ingest_api.parts import Hub
from ingest_api.settled import Settled, reading_settled, settling
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Query

router = APIRouter(prefix="/people/{person}/hidden", tags=["pages"])

MOST_READINGS = 1500
"""On a day: one a minute, and a few more."""


@dataclass(frozen=True, slots=True)
class HiddenLine:
    """What is hidden, in words, and what shows it again."""

    what: str
    items: str


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading that may be hidden, in words, and as a field."""

    at: str
    kind: str
    value: str
    field: str


@router.get("", response_class=HTMLResponse)
def hidden(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """What is hidden now, and what can be; the readings of a day, if one is asked for."""
    return _shown(person, request, hub, visitor)


@router.post("", response_class=HTMLResponse)
def hide(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Say what it means, and once they are sure, hide it."""
    with acting_for(hub, visitor.actor, person, May.HIDE) as record:
        wanted = _chosen(form, record.whose.zone)
        if wanted is not None and "sure" not in form:
            model = _question(visitor, record, wanted) | {"fields": _kept(form), "base": f"/people/{person}/hidden"}
            return page(request, visitor, "hidden-sure.html", **model)
    if wanted is None:
        return _shown(person, request, hub, visitor, "what_or_when", form)
    with settling(hub, visitor.actor, person, "hide", wanted.kinds) as (desk, whose):
        for veil in wanted.veils():
            desk.hide(whose.number, veil, visitor.actor.account)
    return done(f"/people/{person}/hidden", "hidden")


@router.post("/show", response_class=RedirectResponse)
def show_again(person: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Show it again, exactly as it was."""
    try:
        items = [UUID(item) for item in form.get("items", "").split(" ")]
    except ValueError:
        raise NotFound("no such hidden item") from None
    with settling(hub, visitor.actor, person, "unhide") as (desk, whose):
        for item in items:
            desk.unhide(whose.number, item)
    return done(f"/people/{person}/hidden", "shown")


def _chosen(form: Mapping[str, str], zone: ZoneInfo) -> Chosen | None:
    try:
        return chosen(form, zone)
    except Malformed:
        return None


def _question(visitor: Visitor, record: Opened, wanted: Chosen) -> dict[str, Any]:
    """What is asked before anything is hidden."""
    connection, whose = record.connection, record.whose
    row = connection.execute(COUNTED, wanted.asked(whose.number)).fetchone()
    return frame(visitor, record) | {
        "told": chosen_told(visitor, wanted, held(connection, whose.number), whose.zone),
        "count": visitor.words("hidden-sure").count("readings", row[0] if row else 0),
    }


def _kept(form: Mapping[str, str]) -> dict[str, str]:
    """What the second question sends again."""
    return {name: form[name] for name in ("what", "device", "from", "to", "reading") if form.get(name)}


def _shown(
    person: UUID, request: Request, hub: Hub, visitor: Visitor, problem: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    with reading_settled(hub, visitor.actor, person) as settled:
        model = _model(visitor, settled, request.query_params.get("day", ""), request.query_params.get("group", ""))
    model |= {"base": f"/people/{person}/hidden", "typed": typed or {}}
    if problem is not None:
        model["problem"] = visitor.words("hidden")["problem"][problem]
    return page(request, visitor, "hidden.html", 200 if problem is None else 422, **model)


def _model(visitor: Visitor, settled: Settled, day: str, group: str) -> dict[str, Any]:
    whose = settled.record.whose
    devices = held(settled.record.connection, whose.number)
    choices = {each.device: Choice(str(each.device), device_name(visitor, each)) for each in devices}
    return frame(visitor, settled.record) | {
        "hidden": [
            HiddenLine(chosen_told(visitor, each, devices, whose.zone), " ".join(map(str, ids)))
            for each, ids in together(settled.hidden())
        ],
        "may_hide": May.HIDE in settled.may(),
        "groups": group_choices(visitor),
        "devices": list(choices.values()),
        "day": day or datetime.now(whose.zone).date().isoformat(),
        "group": group,
        "readings": _of_day(visitor, settled, day, group),
    }


def _of_day(visitor: Visitor, settled: Settled, day: str, group: str) -> list[ReadingLine] | None:
    """That day's readings of that group by the person's clock; None if no day is asked for."""
    if not day or group not in GROUPS:
        return None
    try:
        midnight = datetime.combine(date.fromisoformat(day), time())
    except ValueError:
        return None
    whose = settled.record.whose
    since, until = (
        each.replace(tzinfo=whose.zone).astimezone(UTC) for each in (midnight, midnight + timedelta(days=1))
    )
    found = PostgresStore(settled.record.connection).find(
        Query(whose.number, GROUPS[group], since, until, limit=MOST_READINGS)
    )
    return [_reading_line(visitor, each) for each in found]


def _reading_line(visitor: Visitor, found: Found) -> ReadingLine:
    local = found.taken_at.astimezone(UTC) + timedelta(minutes=found.utc_offset)
    kind = visitor.words("settling")["kind"][found.kind]
    return ReadingLine(
        f"{local:%H:%M}", kind, value_told(visitor, found),
        reading_field(UUID(bytes=found.key), found.kind, found.taken_at),
    )  # fmt: skip
