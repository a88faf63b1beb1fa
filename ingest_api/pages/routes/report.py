"""The glucose report of a person, made to be printed on one page by the browser."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hub.quantities import Kind
from ingest_api.context import TheHub
from ingest_api.opened import opened
from ingest_api.pages.head import head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.views.report import fortnight_asked, report_of
from ingest_api.pages.visitor import TheVisitor
from timeseries import trends

router = APIRouter(tags=["pages"])


@router.get("/people/{person}/report", response_class=HTMLResponse)
def report(
    person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, last: Annotated[str, Query(max_length=10)] = ""
) -> HTMLResponse:
    """Fourteen days: ranges and figures with goals, a usual day, every day."""
    now = datetime.now(UTC)
    with opened(hub, visitor.actor, person, [Kind.GLUCOSE_INTERSTITIAL]) as record:
        whose, head = record.whose, head_of(record, visitor)
        asked = fortnight_asked(last, whose.zone, now)
        told = trends.glucose_told(record.connection, whose.number, whose.zone, asked.since, asked.until)
    today = now.astimezone(whose.zone).date()
    model = report_of(told, asked, telling_of(visitor, whose.conditions), visitor, today)
    born = visitor.numbers.plain_day(whose.birth_date)
    return page(request, visitor, "report.html", head=head, report=model, born=born)
