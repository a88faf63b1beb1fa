"""A person's first page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from alerts.prevention.outlook import Outlook
from ingest_api.alerts import OF_ALERTS, Seen, alerts_seen
from ingest_api.context import TheHub
from ingest_api.latest import arrow_of, current_glucose
from ingest_api.live.mark import Mark
from ingest_api.live.news import snapshot
from ingest_api.opened import Opened, opened
from ingest_api.pages.head import Head, head_of
from ingest_api.pages.lately import glucose_lately, weight_lately
from ingest_api.pages.render import page
from ingest_api.pages.views.ages import counting
from ingest_api.pages.views.alerts import OPEN, alerts_told, pressing
from ingest_api.pages.views.now import now_of, telling_of
from ingest_api.pages.views.person import Looked, in_ranges, last_day, looked_sentences
from ingest_api.pages.views.prevention import due_titles
from ingest_api.pages.views.weight import USUAL, told_of, weight_of
from ingest_api.pages.visitor import TheVisitor, Visitor
from ingest_api.prevention import outlook_of
from ingest_api.whose import Whose
from timeseries import trends
from timeseries.glucose.rate import Arrow
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found
from timeseries.weight import WeightTrend

router = APIRouter(tags=["pages"])

MOST_OPEN = 20
"""Alerts that go on."""

MOST_DUE = 4
"""Of what prevention has due, named here; its own page has the rest."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the page is made from."""

    mark: Mark
    head: Head
    whose: Whose
    current: Found | None
    arrow: Arrow | None
    glucose: trends.Told
    weight: WeightTrend
    seen: list[Looked]
    outlook: Outlook | None
    alerts: list[Seen]


@router.get("/people/{person}", response_class=HTMLResponse)
def person(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """How they are now, and what there is to do."""
    now = datetime.now(UTC)
    with opened(hub, visitor.actor, person, OF_ALERTS) as record:
        read = _read(record, visitor, now)
    telling, zone = telling_of(visitor, read.whose.conditions), read.whose.zone
    return page(
        request,
        visitor,
        "person.html",
        head=read.head,
        mark=str(read.mark),
        now=None if read.current is None else now_of(read.current, read.arrow, telling, visitor, zone, now),
        counting=counting(visitor, now),
        day=last_day(read.glucose, telling, now),
        ranges=in_ranges(read.glucose, telling, visitor, now),
        weight=weight_of(read.weight, told_of(visitor, zone, USUAL, now), visitor, now),
        seen=looked_sentences(read.seen, visitor, person, zone),
        alerts=alerts_told(read.alerts, visitor, zone, now),
        due=None if read.outlook is None else due_titles(read.outlook, visitor, MOST_DUE),
    )


def _read(record: Opened, visitor: Visitor, now: datetime) -> Read:
    whose, connection = record.whose, record.connection
    mark = Mark(now, snapshot(connection))  # before all else: what comes meanwhile is told on the open page
    head, store = head_of(record, visitor), PostgresStore(connection)
    current = current_glucose(store, whose.number, now)
    return Read(
        mark=mark,
        head=head,
        whose=whose,
        current=current,
        arrow=None if current is None else arrow_of(store, whose.number, current),
        glucose=glucose_lately(connection, whose, now),
        weight=weight_lately(connection, whose, now),
        seen=_looked(record) if head.acts else [],
        outlook=outlook_of(connection, whose) if head.wholly else None,
        alerts=pressing(alerts_seen(connection, whose.number, OPEN, None, MOST_OPEN)),
    )


def _looked(record: Opened) -> list[Looked]:
    return [Looked(*row) for row in record.connection.execute(_LOOKED, (record.whose.number,)).fetchall()]


_LOOKED = """
    SELECT name, role, count(*), max(at), bool_or(emergency) FROM access_log
    WHERE person = %s AND act IN ('read', 'emergency') AND at > now() - interval '7 days'
    GROUP BY name, role ORDER BY bool_or(emergency) DESC, max(at) DESC LIMIT 4
"""
