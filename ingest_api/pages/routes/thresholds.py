"""Thresholds: what alerts are held against, seen by whoever may, set and tried by those who follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from alerts.replay import sensed
from alerts.rule import Subject
from alerts.thresholds import Thresholds
from alerts.trial import told_of
from hub.accounts import ActorRole
from hub.errors import Conflict, Malformed, UnsafeThreshold
from hub.quantities import Kind
from ingest_api.context import Policy, TheHub
from ingest_api.opened import opened, refuse
from ingest_api.pages.forms import Form, done
from ingest_api.pages.head import Head, head_of
from ingest_api.pages.render import page
from ingest_api.pages.threshold_form import typed
from ingest_api.pages.views.thresholds import Trial, groups_of, history_of, trial_of
from ingest_api.pages.visitor import TheVisitor, Visitor, visiting
from ingest_api.parts import Hub
from ingest_api.thresholds import Version, differing, followed_kinds, put_thresholds, versions_of
from ingest_api.whose import Whose
from timeseries import trends
from timeseries.glucose.series import Series
from timeseries.glucose.targets import profile_of

router = APIRouter(prefix="/people/{person}/thresholds", tags=["pages"])

SETTERS = (ActorRole.CLINICIAN, ActorRole.ADMIN)
Setter = Annotated[Visitor, Depends(visiting(Policy(SETTERS)))]

TRIED = 14
"""Days of a trial."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the page is made from; `followed` is what the visitor may set. `past` is read for a trial alone."""

    head: Head
    whose: Whose
    versions: list[Version]
    followed: frozenset[Kind]
    past: Series | None

    @property
    def now(self) -> Thresholds:
        """What holds."""
        return self.versions[0].thresholds


@router.get("", response_class=HTMLResponse)
def thresholds(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """What holds, and what held before."""
    return _shown(request, visitor, _held(hub, visitor, person, None))


@router.post("", response_class=RedirectResponse)
def set_or_try(person: UUID, request: Request, hub: TheHub, visitor: Setter, form: Form) -> Response:
    """Have them hold from now on; or, with `try`, see what they would have told of."""
    now, trying = datetime.now(UTC), "try" in form
    held = _held(hub, visitor, person, now if trying else None)
    if not held.followed:
        refuse(hub, visitor.actor, person)
    if str(held.now.version) != form.get("after"):
        return _shown(request, visitor, held, problem="meanwhile")
    try:
        wanted = typed(form, held.now, held.followed)
    except (Malformed, UnsafeThreshold):
        return _shown(request, visitor, held, form, "number")
    if trying:
        return _shown(request, visitor, held, form, trial=_trial(held, wanted, now, visitor))
    try:
        if differing(held.now, wanted):
            put_thresholds(hub, visitor.actor, person, wanted, held.now.version)
    except Conflict:
        return _shown(request, visitor, _held(hub, visitor, person, None), problem="meanwhile")
    return done(f"/people/{person}/thresholds", "set")


def _held(hub: Hub, visitor: Visitor, person: UUID, now: datetime | None) -> Held:
    """All of it; with the sensor's last days up to `now` for a trial, which is entered as reading them."""
    kinds = [] if now is None else [Kind.GLUCOSE_INTERSTITIAL]
    with opened(hub, visitor.actor, person, kinds) as record:
        whose, connection = record.whose, record.connection
        past = None
        if now is not None:
            past = trends.glucose(connection, whose.number, whose.zone, now - timedelta(days=TRIED), now)
        return Held(
            head=head_of(record, visitor),
            whose=whose,
            versions=versions_of(connection, whose),
            followed=followed_kinds(connection, whose.number) if visitor.actor.role in SETTERS else frozenset(),
            past=past,
        )


def _trial(held: Held, wanted: Thresholds, now: datetime, visitor: Visitor) -> Trial:
    of = held.whose
    assert held.past is not None  # noqa: S101 - read for the trial
    history = sensed(held.past, Subject(of.zone, of.birth_date, of.height_cm, profile_of(of.conditions)))
    since = now - timedelta(days=TRIED)
    holds, would = (told_of(history, each, since, now) for each in (held.now, wanted))
    return trial_of(holds, would, TRIED, visitor)


def _shown(
    request: Request, visitor: Visitor, held: Held, form: Mapping[str, str] | None = None, problem: str | None = None,
    trial: Trial | None = None,
) -> HTMLResponse:  # fmt: skip
    words = visitor.words("thresholds")
    return page(
        request,
        visitor,
        "thresholds.html",
        200 if problem is None else 422,
        head=held.head,
        problem=None if problem is None else words["problem"][problem],
        groups=groups_of(held.now, held.followed, form, visitor),
        past=history_of(held.versions, visitor, held.whose.zone),
        may_set=bool(held.followed),
        after=held.now.version,
        trial=trial,
    )
