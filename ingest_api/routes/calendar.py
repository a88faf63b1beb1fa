"""A person's prevention as a calendar to subscribe to, at an address that is a secret.

Calendar programs send no token, so the address must hold one: it opens this calendar and nothing else, can be closed,
and is kept as a hash. An entry says nothing about health unless the person asked for it in full.
"""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.prevention import Language
from alerts.prevention.desk import Desk
from alerts.prevention.feed import MEDIA_TYPE, feed, in_full, neutral
from hub.accounts import Scope
from ingest_api.access import Actor
from ingest_api.context import Anyone, Hub, Public, TheHub
from ingest_api.language import Spoken
from ingest_api.opened import acting_for, enter
from ingest_api.prevention import outlook_of, settling
from ingest_api.whose import whose

router = APIRouter(tags=["prevention"])
_OF_PERSON = "/v1/people/{person}/prevention/calendar"

_HOLDER = Depends(Public("the address is the secret: a person chose to be told of by it"))
Secret = Annotated[str, Path(max_length=100)]


class CalendarBody(BaseModel):
    """Whether entries say what they are about; anybody who sees the calendar may then learn of a condition."""

    model_config = ConfigDict(extra="forbid")

    in_full: Annotated[bool, Field(strict=True)] = False


class CalendarOpened(BaseModel):
    """Where the calendar is found. Whoever has this address sees it; it is told once."""

    address: str


class CalendarAnswer(BaseModel):
    """Whether there is a calendar, since when, how it speaks, and the last day it was fetched; never its address."""

    open: bool
    language: Language | None = None
    in_full: bool | None = None
    created_at: datetime | None = None
    fetched_on: date | None = None


@router.post(_OF_PERSON, status_code=201)
def open_calendar(
    person: UUID, hub: TheHub, actor: Anyone, language: Spoken, body: CalendarBody | None = None
) -> CalendarOpened:
    """A new address for the person's calendar; the one before it answers no longer."""
    with settling(hub, actor, person, "calendar") as (desk, of):
        secret = desk.open_calendar(of.number, person, language, body is not None and body.in_full)
    return CalendarOpened(address=hub.site.url(f"/v1/calendars/{secret}.ics"))


@router.get(_OF_PERSON)
def get_calendar(person: UUID, hub: TheHub, actor: Anyone) -> CalendarAnswer:
    """Whether there is a calendar, and when it was last fetched."""
    with acting_for(hub, actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        row = record.connection.execute(_CALENDAR, (record.whose.number,)).fetchone()
    names = ("language", "in_full", "created_at", "fetched_on")
    return CalendarAnswer(open=row is not None, **dict(zip(names, row or (), strict=row is not None)))


@router.delete(_OF_PERSON)
def close_calendar(person: UUID, hub: TheHub, actor: Anyone) -> CalendarAnswer:
    """Close it: its address answers no longer. Again changes nothing."""
    with settling(hub, actor, person, "close calendar") as (desk, of):
        desk.close_calendar(of.number)
    return CalendarAnswer(open=False)


@router.get("/v1/calendars/{secret}.ics", dependencies=[_HOLDER])
def fetch_calendar(secret: Secret, request: Request, hub: TheHub) -> Response:
    """The calendar (iCalendar, RFC 5545) for whoever has its address; for any other, nothing is there."""
    actor = _holder(hub, secret, request)
    with hub.reading(actor) as connection:
        whom = whose(connection, UUID(actor.name))
        if whom is None or (row := connection.execute(_CALENDAR, (whom.number,)).fetchone()) is None:
            raise _nothing()
        told = outlook_of(connection, whom)
        with hub.registering(actor) as register:
            if Desk(register).fetched(whom.number, told.today):
                enter(register, [whom.number], "calendar fetched", [])
    language, wording = Language(row[0]), in_full if row[1] else neutral
    written = feed(told.items, UUID(actor.name), told.today, datetime.now(UTC), language, wording)
    return Response(written, media_type=MEDIA_TYPE)


def _holder(hub: Hub, secret: str, request: Request) -> Actor:
    """Who opened the calendar; no other token is taken from an address. Raises 404, 429."""
    if not hub.access.trusted_before(secret):
        hub.limits.check_failures(request)
    actor = hub.access.actor(secret)
    if actor is None or actor.scopes != {Scope.CALENDAR} or actor.person is None:
        hub.limits.failed(request)
        raise _nothing()
    hub.limits.reading(actor.account)
    return actor


def _nothing() -> HTTPException:
    return HTTPException(404, "there is no such calendar")


_CALENDAR = "SELECT language, in_full, created_at, fetched_on FROM prevention_calendar WHERE person = %s"
