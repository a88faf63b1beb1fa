"""Alerts: what was told of whom and why, and what people do about it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.alert import AlertState, Doing
from alerts.rule import Level
from alerts.wording import Language, sentence, title
from hub.accounts import Scope
from hub.database import Connection
from hub.quantities import Kind, Unit
from ingest_api.access import Actor
from ingest_api.alerts import OF_ALERTS, Burden, Seen, act_on, alerts_seen, burden_of, devices_of, enter_seen
from ingest_api.context import Hub, Policy, TheHub
from ingest_api.cursor import read_cursor, write_cursor
from ingest_api.language import Spoken
from ingest_api.moment import Moment
from ingest_api.opened import opened
from ingest_api.pending import Pending, pending_seen
from ingest_api.units import unit_asked
from ingest_api.whose import Since, Until, period
from timeseries.store import Place

router = APIRouter(prefix="/v1", tags=["alerts"])

AlertReader = Annotated[Actor, Depends(Policy(scope=Scope.ALERTS_READ))]
AlertActor = Annotated[Actor, Depends(Policy(scope=Scope.ALERTS_WRITE))]

MOST_ON_A_PAGE = 200
SPAN = timedelta(days=14)
"""What a burden is taken over unless told."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NumberAnswer(BaseModel):
    """One number of a reason, in the unit it was measured or counted in."""

    name: str
    value: float
    unit: str


class EvidenceAnswer(BaseModel):
    """A reading that decided it."""

    device: UUID | None
    taken_at: datetime


class AlertAnswer(BaseModel):
    """One alert; `because` says why in words, with glucose in `unit`, `numbers` by name. A rest is the actor's own.

    What is `pending` was not raised yet, has an id of its own, and nothing can be done about it.
    """

    id: UUID
    person: UUID
    rule: str
    title: str
    level: Level
    state: AlertState
    because: str
    unit: Unit
    reason: str
    numbers: list[NumberAnswer]
    evidence: list[EvidenceAnswer]
    since: datetime
    until: datetime | None
    raised_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    note: str | None


class AlertsAnswer(BaseModel):
    """A page of alerts, the newest raised first."""

    alerts: list[AlertAnswer]
    next: str | None


class AcknowledgeBody(_Body):
    """What to say about it, to all who see the alert."""

    note: Annotated[str | None, Field(max_length=500)] = None


class SnoozeBody(_Body):
    """Until when to rest from it; an urgent one sounds again after half an hour at most."""

    until: Moment


class RuleBurden(BaseModel):
    """How much one rule asked for: alerts, and how often they rang; what share somebody acknowledged, and how soon."""

    rule: str
    alerts: int
    rings: int
    rings_per_day: float
    acknowledged_percent: float | None
    minutes_to_acknowledgement: float | None


class BurdenAnswer(BaseModel):
    """What a period's alerts asked of people; `total` over all rules."""

    from_: Annotated[datetime, Field(serialization_alias="from")]
    to: datetime
    total: RuleBurden
    rules: list[RuleBurden]


@router.get("/alerts")
def get_alerts(
    hub: TheHub,
    actor: AlertReader,
    language: Spoken,
    person: UUID | None = None,
    state: Annotated[list[AlertState] | None, Query()] = None,
    unit: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> AlertsAnswer:
    """A person's alerts, or those of everybody the actor may see, the newest first; only of those states if named.

    What is pending is told only if it is named, before all alerts.
    """
    shown, before = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit), read_cursor(cursor)
    with _looking(hub, actor, person) as (connection, number):
        asked = AlertState.PENDING in (state or ()) and before is None
        pending = pending_seen(connection, number, MOST_ON_A_PAGE) if asked else []
        seen = alerts_seen(connection, number, state or (), before, limit + 1)
        page = seen[:limit]
        enter_seen(connection, [] if number else [*pending, *page])
        devices = devices_of(connection, [*pending, *page])
    more = write_cursor(Place(page[-1].raised_at, page[-1].id.bytes)) if len(seen) > limit else None
    told = [_answer(each, devices, language, shown) for each in page]
    return AlertsAnswer(alerts=[*(_pending(each, devices, language, shown) for each in pending), *told], next=more)


@router.post("/alerts/{alert}/acknowledge")
def acknowledge(
    alert: UUID, hub: TheHub, actor: AlertActor, language: Spoken, body: AcknowledgeBody | None = None,
    unit: str | None = None,
) -> AlertAnswer:  # fmt: skip
    """Say that somebody has taken it in hand: it rings no more, or less often while it is urgent."""
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)
    seen = act_on(hub, actor, alert, Doing.ACKNOWLEDGE, note=None if body is None else body.note)
    return _told(hub, actor, seen, language, shown)


@router.post("/alerts/{alert}/snooze")
def snooze(
    alert: UUID, body: SnoozeBody, hub: TheHub, actor: AlertActor, language: Spoken, unit: str | None = None
) -> AlertAnswer:
    """Rest from it for a while; others are told as before, and so is the actor afterwards."""
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)
    return _told(hub, actor, act_on(hub, actor, alert, Doing.SNOOZE, until=body.until.astimezone(UTC)), language, shown)


@router.get("/people/{person}/alerts/burden")
def burden(person: UUID, hub: TheHub, actor: AlertReader, since: Since = None, until: Until = None) -> BurdenAnswer:
    """How much the alerts asked of people from `from` up to `to`; the last 14 days unless told."""
    since, until = period(since, until, SPAN)
    with opened(hub, actor, person, OF_ALERTS) as record:
        total, *rules = burden_of(record.connection, record.whose.number, since, until)
    days = (until - since) / timedelta(days=1)
    return BurdenAnswer(
        from_=since, to=until, total=_burden(total, days), rules=[_burden(each, days) for each in rules]
    )


def _burden(of: Burden, days: float) -> RuleBurden:
    return RuleBurden(
        rule=of.rule or "all",
        alerts=of.alerts,
        rings=of.rings,
        rings_per_day=of.rings / days,
        acknowledged_percent=of.acknowledged_percent,
        minutes_to_acknowledgement=of.minutes_to_acknowledgement,
    )


@contextmanager
def _looking(hub: Hub, actor: Actor, person: UUID | None) -> Iterator[tuple[Connection, int | None]]:
    """A transaction that sees what the actor may see, and whose record it is about, which is entered in its log."""
    if person is None:
        with hub.reading(actor) as connection:
            yield connection, None
    else:
        with opened(hub, actor, person, OF_ALERTS) as record:
            yield record.connection, record.whose.number


def _told(hub: Hub, actor: Actor, seen: Seen, language: Language, unit: Unit) -> AlertAnswer:
    with hub.reading(actor) as connection:
        devices = devices_of(connection, [seen])
    return _answer(seen, devices, language, unit)


def _answer(seen: Seen, devices: Mapping[int, UUID], language: Language, unit: Unit) -> AlertAnswer:
    return AlertAnswer(
        **_said(seen, devices, language, unit),
        state=seen.state,
        until=seen.until,
        raised_at=seen.raised_at,
        acknowledged_at=seen.acknowledged_at,
        acknowledged_by=seen.acknowledged_by,
        snoozed_until=seen.snoozed_until,
        resolved_at=seen.resolved_at,
        note=seen.note,
    )


def _pending(each: Pending, devices: Mapping[int, UUID], language: Language, unit: Unit) -> AlertAnswer:
    return AlertAnswer(
        **_said(each, devices, language, unit), state=AlertState.PENDING, until=None, raised_at=None,
        acknowledged_at=None, acknowledged_by=None, snoozed_until=None, resolved_at=None, note=None,
    )  # fmt: skip


def _said(each: Seen | Pending, devices: Mapping[int, UUID], language: Language, unit: Unit) -> dict[str, Any]:
    """What it is of, why, and since when."""
    return {
        "id": each.id, "person": each.person, "rule": each.rule, "title": title(each.rule, language),
        "level": each.level, "because": sentence(each.because, language, unit), "unit": unit,
        "reason": each.because.key, "since": each.since,
        "numbers": [NumberAnswer(name=n.name, value=n.value, unit=n.unit) for n in each.because.numbers],
        "evidence": [EvidenceAnswer(device=devices.get(e.device), taken_at=e.at) for e in each.evidence],
    }  # fmt: skip
