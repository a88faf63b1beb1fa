"""Readings in, and back."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import jiter
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from hub.measurements import WHOLE, Channel, RawPayload
from hub.quantities import KINDS, Kind, Unit, from_canonical, parse_unit
from hub.readings import EARLIEST
from ingest_api.context import Reader, Sender, TheHub
from ingest_api.cursor import read_cursor, write_cursor
from ingest_api.intake import Fate, Receipt
from ingest_api.latest import arrow_of
from ingest_api.moment import Moment
from ingest_api.opened import opened
from ingest_api.sending import check_sender
from ingest_api.units import kinds_named
from timeseries.glucose.rate import Arrow
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Place
from timeseries.store import Query as Wanted

router = APIRouter(prefix="/v1", tags=["readings"])

DEFAULT_SPAN = timedelta(days=14)
MOST_ON_A_PAGE = 10_000


class ItemResult(BaseModel):
    """What became of one reading; `reason` names the error, `why` says what to do."""

    id: str | None
    outcome: Fate
    reason: str | None = None
    why: str | None = None


class IntakeAnswer(BaseModel):
    """Results in the order of the request."""

    results: list[ItemResult]


class Provenance(BaseModel):
    """Where a reading came from, and which clock gave its time."""

    channel: Channel
    time: str
    received_at: datetime
    device_time: datetime | None


class Raw(BaseModel):
    """The value as its device said it; a bound of its range when `condition` says so."""

    value: float
    unit: Unit


class ReadingAnswer(BaseModel):
    """One reading."""

    id: UUID
    kind: Kind
    taken_at: datetime
    utc_offset_minutes: int
    value: float | None
    unit: Unit
    raw: Raw
    condition: str | None
    device: UUID
    provenance: Provenance


class ReadingsAnswer(BaseModel):
    """A page of readings, oldest first; `next` is the cursor of the page after it."""

    readings: list[ReadingAnswer]
    next: str | None


class LatestAnswer(ReadingAnswer):
    """The newest reading of its kind, its age, and for glucose which way it moves."""

    age_seconds: int
    arrow: Arrow | None


class LatestsAnswer(BaseModel):
    """The newest of each kind."""

    latest: list[LatestAnswer]


@router.post("/readings", response_model=IntakeAnswer)
async def add_readings(request: Request, hub: TheHub, actor: Sender) -> Response:
    """Take readings of one device in; answered after they are committed, and safe to repeat.

    Body: `{device, readings: [{id, kind, value, unit, taken_at, seq?, context?}]}`.
    """
    raw = RawPayload(Channel.HTTP, "/v1/readings", await request.body(), datetime.now(UTC))
    await run_in_threadpool(check_sender, hub, actor, _device(raw.payload))
    receipts, _acks = await run_in_threadpool(hub.intake.accept, [raw])
    whole = next((refused.why for refused in receipts[0].refused if refused.position == WHOLE), None)
    if whole is not None:
        raise whole
    body = jiter.from_json(raw.payload)
    return Response(
        _results(body["readings"], receipts[0]).model_dump_json(exclude_none=True), media_type="application/json"
    )


@router.get("/people/{person}/readings")
def get_readings(
    person: UUID,
    hub: TheHub,
    actor: Reader,
    kind: str | None = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    unit: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 1_000,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ReadingsAnswer:
    """A person's readings from `from` (included) up to `to` (not included); 14 days up to now unless told."""
    until = until or datetime.now(UTC)
    since = since or max(until, EARLIEST + DEFAULT_SPAN) - DEFAULT_SPAN
    kinds, shown = kinds_named(kind) if kind is not None else tuple(Kind), parse_unit(unit) if unit else None
    after = read_cursor(cursor)
    with opened(hub, actor, person, kinds) as record:
        wanted = Wanted(record.whose.number, kinds, since, until, limit + 1, after)
        found = PostgresStore(record.connection).find(wanted)
    more = len(found) > limit
    return ReadingsAnswer(
        readings=[ReadingAnswer(**said(each, shown)) for each in found[:limit]],
        next=write_cursor(Place(found[limit - 1].taken_at, found[limit - 1].key)) if more else None,
    )


@router.get("/people/{person}/latest")
def get_latest(person: UUID, hub: TheHub, actor: Reader) -> LatestsAnswer:
    """The newest reading of each kind."""
    now = datetime.now(UTC)
    with opened(hub, actor, person) as record:
        number, store = record.whose.number, PostgresStore(record.connection)
        latest = [
            LatestAnswer(
                **said(each, None), age_seconds=(now - each.taken_at) // timedelta(seconds=1),
                arrow=arrow_of(store, number, each),
            )
            for each in store.latest(number)
        ]  # fmt: skip
    return LatestsAnswer(latest=latest)


def _results(readings: list[Any], receipt: Receipt) -> IntakeAnswer:
    why = {refused.position: refused.why for refused in receipt.refused}
    return IntakeAnswer(
        results=[
            ItemResult(
                id=item.get("id") if isinstance(item, dict) and isinstance(item.get("id"), str) else None,
                outcome=fate,
                reason=why[place].code if place in why else None,
                why=str(why[place]) if place in why else None,
            )
            for place, (item, fate) in enumerate(zip(readings, receipt.fates, strict=True))
        ]
    )


def _device(payload: bytes) -> object:
    """Whose readings it says these are; None if it cannot be read, which the door says better."""
    try:
        body = jiter.from_json(payload)
    except ValueError:
        return None
    return body.get("device") if isinstance(body, dict) else None


def said(found: Found, unit: Unit | None) -> dict[str, Any]:
    shown = unit or KINDS[found.kind].unit
    value = None if found.value is None else from_canonical(found.kind, found.value, shown)
    return {
        "id": UUID(bytes=found.key),
        "kind": found.kind,
        "taken_at": found.taken_at,
        "utc_offset_minutes": found.utc_offset,
        "value": value if value is None or shown is not found.raw.unit else found.raw.value,
        "unit": shown,
        "raw": Raw(value=found.raw.value, unit=found.raw.unit),
        "condition": found.condition,
        "device": found.device,
        "provenance": Provenance(
            channel=found.channel,
            time=found.time_source,
            received_at=found.received_at,
            device_time=found.device_time,
        ),
    }
