"""A person's glucose over some days."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hub.quantities import GLUCOSE_KINDS, Kind
from ingest_api.context import TheHub
from ingest_api.opened import opened
from ingest_api.pages.head import head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.glucose import days_asked, glucose_of
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.visitor import TheVisitor
from timeseries import store, trends
from timeseries.postgres_store import PostgresStore

router = APIRouter(tags=["pages"])

_METERS = tuple(kind for kind in GLUCOSE_KINDS if kind is not Kind.GLUCOSE_INTERSTITIAL)
_MOST = 1_000
"""Of the readings of meters, listed one by one."""


@router.get("/people/{person}/glucose", response_class=HTMLResponse)
def glucose(
    person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, days: Annotated[str, Query(max_length=10)] = ""
) -> HTMLResponse:
    """Line or usual day, ranges, figures; readings of meters one by one."""
    now, asked = datetime.now(UTC), days_asked(days)
    since = now - timedelta(days=asked)
    with opened(hub, visitor.actor, person, GLUCOSE_KINDS) as record:
        whose, connection = record.whose, record.connection
        head, telling = head_of(record, visitor), telling_of(visitor, whose.conditions)
        told = trends.glucose_told(connection, whose.number, whose.zone, since, now)
        metered = PostgresStore(connection).find(store.Query(whose.number, _METERS, since, now, _MOST))
    model = glucose_of(told, metered, asked, telling, visitor, now)
    return page(request, visitor, "glucose.html", head=head, glucose=model)
