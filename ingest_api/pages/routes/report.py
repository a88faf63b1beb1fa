"""The glucose report: what a clinician prints, and a person takes along."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hub.quantities import Kind
from ingest_api.clinic import notes_of
from ingest_api.context import TheHub
from ingest_api.opened import enter, opened
from ingest_api.pages.head import head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.notes import written
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.views.report import day_told, days_asked, report_of, ways_of
from ingest_api.pages.visitor import TheVisitor
from timeseries import trends

router = APIRouter(tags=["pages"])

NOTES = 3
"""The newest are shown below, on screens alone; their own page has the rest."""


@router.get("/people/{person}/report", response_class=HTMLResponse)
def report(
    person: UUID,
    request: Request,
    hub: TheHub,
    visitor: TheVisitor,
    days: Annotated[str, Query(max_length=10)] = "",
    to: date | None = None,
) -> HTMLResponse:
    """Whole days that end with `to`: ranges, figures, a usual day, each day; made to be printed on one sheet."""
    now = datetime.now(UTC)
    with opened(hub, visitor.actor, person, [Kind.GLUCOSE_INTERSTITIAL]) as record:
        whose, head = record.whose, head_of(record, visitor)
        asked = days_asked(days, to, whose.zone, now)
        span = asked.span
        told = trends.glucose_told(record.connection, whose.number, whose.zone, span.since, span.until)
        notes = notes_of(record.connection, whose.number)[:NOTES]
        if notes:  # they may be about anything in the record
            enter(record.connection, [whose.number], "read")
    return page(
        request,
        visitor,
        "report.html",
        head=head,
        born=day_told(whose.birth_date, visitor),
        report=report_of(told, asked, telling_of(visitor, whose.conditions), visitor, now),
        ways=ways_of(asked, visitor, now),
        notes=[written(each, visitor, whose.zone) for each in notes],
    )
