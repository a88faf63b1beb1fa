"""The glucose report: what a clinician prints, and a person takes along."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hub.quantities import Kind
from ingest_api.clinic import Note, notes_of
from ingest_api.context import TheHub
from ingest_api.opened import enter, opened
from ingest_api.pages.head import Head, head_of
from ingest_api.pages.render import page
from ingest_api.pages.views.notes import written
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.views.report import Days, day_told, days_asked, report_of, ways_of
from ingest_api.pages.visitor import TheVisitor, Visitor
from ingest_api.parts import Hub
from ingest_api.whose import Whose
from timeseries import trends

router = APIRouter(tags=["pages"])

NOTES = 3
"""The newest are shown below, on screens alone; their own page has the rest."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the page is made of."""

    head: Head
    whose: Whose
    days: Days
    told: trends.Told
    notes: Sequence[Note]


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
    return drawn(request, visitor, read(hub, visitor, person, lambda zone: days_asked(days, to, zone, now)), now)


def drawn(request: Request, visitor: Visitor, found: Found, now: datetime) -> HTMLResponse:
    """The page of what was read."""
    return page(
        request,
        visitor,
        "report.html",
        head=found.head,
        born=day_told(found.whose.birth_date, visitor),
        report=report_of(found.told, found.days, telling_of(visitor, found.whose.conditions), visitor, now),
        ways=ways_of(found.days, visitor, now),
        notes=[written(each, visitor, found.whose.zone) for each in found.notes],
    )


def read(hub: Hub, visitor: Visitor, person: UUID, days: Callable[[ZoneInfo], Days]) -> Found:
    """What the record says of those days of its zone; raises NotFound."""
    with opened(hub, visitor.actor, person, [Kind.GLUCOSE_INTERSTITIAL]) as record:
        whose, asked = record.whose, days(record.whose.zone)
        span = asked.span
        told = trends.glucose_told(record.connection, whose.number, whose.zone, span.since, span.until)
        notes = notes_of(record.connection, whose.number)[:NOTES]
        if notes:  # they may be about anything in the record
            enter(record.connection, [whose.number], "read")
        return Found(head_of(record, visitor), whose, asked, told, notes)
