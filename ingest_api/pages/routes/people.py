"""Everybody the visitor may see: for those who care for several, and households."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hub.database import Connection
from hub.quantities import GLUCOSE_KINDS, Kind
from ingest_api.context import TheHub
from ingest_api.latest import arrow_of, current_glucose
from ingest_api.opened import enter
from ingest_api.pages.render import page
from ingest_api.pages.views.ages import counting
from ingest_api.pages.views.people import Somebody, card_of
from ingest_api.pages.visitor import TheVisitor
from timeseries.postgres_store import PostgresStore

router = APIRouter(tags=["pages"])

MOST = 24
"""People on a page: of each the newest readings are read; whoever follows hundreds has /clinic."""


@router.get("/people", response_class=HTMLResponse)
def people(
    request: Request,
    hub: TheHub,
    visitor: TheVisitor,
    page_number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> HTMLResponse:
    """A card each: those with most alerts going on first, then by name."""
    now = datetime.now(UTC)
    with hub.reading(visitor.actor) as connection:
        rows = connection.execute(_PEOPLE, (MOST + 1, (page_number - 1) * MOST)).fetchall()
        enter(connection, [row[0] for row in rows[:MOST]], "read", [*GLUCOSE_KINDS, Kind.WEIGHT])
        found = [_somebody(connection, row, now) for row in rows[:MOST]]
    more = page_number + 1 if len(rows) > MOST else None
    cards = [card_of(each, visitor, now) for each in found]
    return page(request, visitor, "people.html", cards=cards, counting=counting(visitor, now), next=more)


def _somebody(connection: Connection, row: tuple[Any, ...], now: datetime) -> Somebody:
    number, id_, given, family, zone, conditions, alerts = row
    store = PostgresStore(connection)
    glucose = current_glucose(store, number, now)
    arrow = None if glucose is None else arrow_of(store, number, glucose)
    weight = next((each for each in store.latest(number) if each.kind is Kind.WEIGHT), None)
    return Somebody(id_, given, family, ZoneInfo(zone), tuple(conditions), glucose, arrow, weight, alerts)


_PEOPLE = """
    SELECT p.number, p.id, p.given, p.family, p.time_zone, p.conditions,
           (SELECT count(*) FROM alert a WHERE a.person = p.number AND a.resolved_at IS NULL) AS going_on
    FROM person p ORDER BY going_on DESC, p.family, p.given, p.number LIMIT %s OFFSET %s
"""
