"""A person's weight."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from ingest_api.context import TheHub
from ingest_api.opened import opened
from ingest_api.pages.head import head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.weight import composed, days_asked, tabs, told_of, weight_of
from ingest_api.pages.visitor import TheVisitor
from timeseries import trends
from timeseries.weight import compositions, weight_series, weight_trend

router = APIRouter(tags=["pages"])


@router.get("/people/{person}/weight", response_class=HTMLResponse)
def weight(
    person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, days: Annotated[str, Query(max_length=10)] = ""
) -> HTMLResponse:
    """Every weighing of some days, the trend, what changed, and body composition if the scale says it."""
    now, asked = datetime.now(UTC), days_asked(days)
    since = now - max(timedelta(days=asked), trends.BEFORE)
    with opened(hub, visitor.actor, person, trends.COMPOSITION) as record:
        whose, head = record.whose, head_of(record, visitor)
        found = trends.weighings(record.connection, whose.number, since, now)
    trend = weight_trend(weight_series(found, whose.zone), whose.height_cm, whose.age(now))
    told = told_of(visitor, whose.zone, asked, now)
    model = weight_of(trend, told, visitor, now)
    if model is not None:
        model = replace(model, composition=composed(compositions(found), told, visitor))
    return page(request, visitor, "weight.html", head=head, weight=model, tabs=tabs(asked, visitor))
