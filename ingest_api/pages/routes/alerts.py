"""A person's alerts: what goes on, what was, and what they asked of people."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from alerts.alert import AlertState, Doing
from hub.errors import Malformed
from ingest_api.alerts import OF_ALERTS, act_on, alerts_seen, burden_of
from ingest_api.context import TheHub
from ingest_api.cursor import read_cursor, write_cursor
from ingest_api.opened import opened
from ingest_api.pages.forms import Form, done
from ingest_api.pages.head import head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.alerts import OPEN, alerts_told, burden_told, pressing, rest_asked
from ingest_api.pages.visitor import TheVisitor
from timeseries.store import Place

router = APIRouter(tags=["pages"])

MOST_OPEN, MOST_OVER = 100, 30
_OVER = (AlertState.RESOLVED, AlertState.RETROSPECTIVE)
SPAN = timedelta(days=14)
"""What the burden is taken over."""


@router.get("/people/{person}/alerts", response_class=HTMLResponse)
def alerts(
    person: UUID,
    request: Request,
    hub: TheHub,
    visitor: TheVisitor,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """What goes on, then what was, the newest first."""
    now, before = datetime.now(UTC), read_cursor(cursor)
    with opened(hub, visitor.actor, person, OF_ALERTS) as record:
        head, number, connection = head_of(record, visitor), record.whose.number, record.connection
        going_on = pressing(alerts_seen(connection, number, OPEN, None, MOST_OPEN))
        over = alerts_seen(connection, number, _OVER, before, MOST_OVER + 1)
        burden = burden_of(connection, number, now - SPAN, now)
    shown, zone = over[:MOST_OVER], record.whose.zone
    more = write_cursor(Place(shown[-1].raised_at, shown[-1].id.bytes)) if len(over) > MOST_OVER else None
    return page(
        request,
        visitor,
        "alerts.html",
        head=head,
        going_on=alerts_told(going_on, visitor, zone, now),
        over=alerts_told(shown, visitor, zone, now),
        burden=burden_told(burden, visitor),
        next=more,
    )


@router.post("/alerts/{alert}/acknowledge", response_class=RedirectResponse)
def acknowledge_alert(alert: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> RedirectResponse:
    """Somebody has taken it in hand."""
    note = form.get("note", "").strip()[:500] or None
    seen = act_on(hub, visitor.actor, alert, Doing.ACKNOWLEDGE, note=note)
    return done(f"/people/{seen.person}/alerts", "acknowledged")


@router.post("/alerts/{alert}/snooze", response_class=RedirectResponse)
def snooze_alert(alert: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> RedirectResponse:
    """Rest from it for a while."""
    until = rest_asked(form.get("rest", ""), datetime.now(UTC))
    if until is None:
        raise Malformed("`rest` must be one of the rests that the page offers, in minutes")
    seen = act_on(hub, visitor.actor, alert, Doing.SNOOZE, until=until)
    return done(f"/people/{seen.person}/alerts", "snoozed")
