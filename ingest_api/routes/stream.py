"""A record followed live."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request

from hub.accounts import Scope
from hub.errors import UnitMismatch
from hub.quantities import Kind, Unit
from ingest_api.access import Actor
from ingest_api.context import Hub, Policy, TheHub, asked_again
from ingest_api.live import news, told
from ingest_api.live.follow import Follow
from ingest_api.live.mark import Mark, read_mark
from ingest_api.opened import opened
from ingest_api.pages.preferences import GlucoseUnit
from ingest_api.pages.visitor import Visitor, visiting
from ingest_api.pages.words import Language
from ingest_api.stream import Events, Live, events
from ingest_api.units import unit_asked

router = APIRouter(prefix="/v1", tags=["stream"])
Follower = Annotated[Visitor, Depends(visiting(Policy(scope=Scope.READINGS_READ)))]


@router.get(
    "/people/{person}/stream",
    response_model=None,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def follow(
    person: UUID,
    request: Request,
    hub: TheHub,
    visitor: Follower,
    unit: str | None = None,
    language: Language | None = None,
    drawn: bool = False,
    after: Annotated[str | None, Query(max_length=10_000)] = None,
    stay: Annotated[float | None, Query(ge=0, le=3600)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Events:
    """What is new of a person, as it comes: `reading`, `alert`, `silence`, each in one line of JSON.

    It resumes after `Last-Event-ID`, or else `after`. Glucose in `unit` and words in `language`, or else as the browser
    likes them; with `drawn`, what a person's page draws, too. It ends by itself after `stay` seconds, if given.
    """
    told_to = _liking(visitor, unit, language)
    mark = read_mark(last_event_id or after, datetime.now(UTC))
    live: Live = request.app.state.live
    following = replace(_open(hub, live, asked_again(request, hub), told_to, person, mark), drawn=drawn)
    return Events(events(following, mark is not None, stay), live.streams.one_more(visitor.actor.account))


def _open(
    hub: Hub, live: Live, again: Callable[[], Actor | None], visitor: Visitor, person: UUID, mark: Mark | None
) -> Follow:
    """Entered in the access log, as any read; what comes while it is opened is news."""
    live.stirring.times(0)
    with hub.watching() as connection:
        begins = mark or Mark(datetime.now(UTC), news.snapshot(connection))
    with opened(hub, visitor.actor, person) as record:
        current = told.current(record.connection, record.whose, datetime.now(UTC))
    return Follow(hub, live.stirring, again, visitor, person, record.whose, begins, current)


def _liking(visitor: Visitor, unit: str | None, language: Language | None) -> Visitor:
    """As asked, or else as the browser's preferences have it; raises UnitUnknown, UnitMismatch."""
    liked = visitor.preferences
    if unit is not None:
        liked = replace(liked, glucose=_glucose_unit(unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)))
    return replace(visitor, preferences=replace(liked, language=language or liked.language))


def _glucose_unit(unit: Unit) -> GlucoseUnit:
    for each in GlucoseUnit:
        if each.unit is unit:
            return each
    raise UnitMismatch(f"glucose is followed in {' or '.join(each.unit for each in GlucoseUnit)}")
