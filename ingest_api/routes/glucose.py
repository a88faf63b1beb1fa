"""Glucose: what a period of a sensor's readings amounts to, each figure by its published definition."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from hub.quantities import Kind, Unit, from_canonical
from ingest_api.context import Reader, TheHub
from ingest_api.opened import opened
from ingest_api.units import unit_asked
from ingest_api.whose import Since, Until, period
from timeseries import trends
from timeseries.glucose.coverage import sufficient
from timeseries.glucose.episodes import Episode, EpisodeKind, episodes
from timeseries.glucose.figures import Figures, figures_of
from timeseries.glucose.grid import grid
from timeseries.glucose.profile import profile
from timeseries.glucose.ranges import ranges
from timeseries.glucose.tally import tally
from timeseries.glucose.targets import Goal, Profile, goals, profile_of

router = APIRouter(prefix="/v1/people/{person}", tags=["trends"])

SPAN = timedelta(days=14)
"""What a trend is taken over unless told (Battelino 2019)."""

_GLUCOSE = ("mean", "sd", "mage", "modd", "conga1", "conga4", "conga24", "mag", "sd_roc")
_PERCENT = ("cv", "gmi", "ea1c", "tir", "titr", "tar1", "tar2", "tbr1", "tbr2", "gvp", "active_percent")
_PER: Mapping[str, str] = MappingProxyType({"mag": "/h", "sd_roc": "/min"})


class GoalAnswer(BaseModel):
    """A goal for one figure, in percent of time, and whether it is met."""

    figure: str
    comparison: str
    percent: float
    value: float
    met: bool


class EpisodeAnswer(BaseModel):
    """One stretch out of range; `extreme` is its lowest or highest value."""

    kind: EpisodeKind
    since: datetime
    until: datetime
    minutes: float
    extreme: float
    unit: Unit


class GlucoseTrend(BaseModel):
    """Figures of a period. `metrics` are in `metric_units`; null where there is too little to tell."""

    unit: Unit
    from_: Annotated[datetime, Field(serialization_alias="from")]
    to: datetime
    time_zone: str
    readings: int
    days: int
    sufficient: bool
    metrics: dict[str, float | None]
    metric_units: dict[str, str]
    profile: Profile
    goals: list[GoalAnswer]
    episodes: list[EpisodeAnswer]


class Bin(BaseModel):
    """One clock time, in minutes after midnight, and the percentiles over the `n` days that have it."""

    minute: int
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    n: int


class ProfileAnswer(BaseModel):
    """A usual day, in the person's local time; clock times with fewer than five days are left out."""

    unit: Unit
    time_zone: str
    days: int
    bins: list[Bin]


@router.get("/trends/glucose")
def glucose_trend(
    person: UUID, hub: TheHub, actor: Reader, since: Since = None, until: Until = None, unit: str | None = None
) -> GlucoseTrend:
    """The figures of a sensor's readings from `from` up to `to`; the last 14 days unless told."""
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)
    since, until = period(since, until, SPAN)
    with opened(hub, actor, person, [Kind.GLUCOSE_INTERSTITIAL]) as record:
        of = record.whose
        series = trends.glucose(record.connection, of.number, of.zone, since, until)
    goals_of, slots, summed = profile_of(of.conditions), grid(series), tally(series)
    found = ranges(summed)
    return GlucoseTrend(
        unit=shown,
        from_=since,
        to=until,
        time_zone=of.zone.key,
        readings=len(series),
        days=len(np.unique(series.clock.days)),
        sufficient=sufficient(series, since, until),
        metrics=_metrics(figures_of(series, summed, slots), shown),
        metric_units=_metric_units(shown),
        profile=goals_of,
        goals=[] if found is None else [_goal(goal) for goal in goals(found, goals_of)],
        episodes=[] if slots is None else [_episode(episode, shown) for episode in episodes(slots)],
    )


@router.get("/profile/glucose")
def glucose_profile(
    person: UUID, hub: TheHub, actor: Reader, since: Since = None, until: Until = None, unit: str | None = None
) -> ProfileAnswer:
    """The ambulatory glucose profile from `from` up to `to`; the last 14 days unless told."""
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)
    since, until = period(since, until, SPAN)
    with opened(hub, actor, person, [Kind.GLUCOSE_INTERSTITIAL]) as record:
        of = record.whose
        series = trends.glucose(record.connection, of.number, of.zone, since, until)
    slots = grid(series)
    told = [] if slots is None else [asdict(slot) for slot in profile(slots)]
    percentiles = ("p5", "p25", "p50", "p75", "p95")
    return ProfileAnswer(
        unit=shown,
        time_zone=of.zone.key,
        days=len(np.unique(series.clock.days)),
        bins=[Bin(**slot | {name: _in(shown, slot[name]) for name in percentiles}) for slot in told],
    )


def _in(unit: Unit, mg_dl: float) -> float:
    return from_canonical(Kind.GLUCOSE_INTERSTITIAL, mg_dl, unit)


def _metrics(told: Figures, unit: Unit) -> dict[str, float | None]:
    """By public name; those that are a glucose in that unit. J-index and GVP are defined in mg/dL alone."""
    return {
        name: _in(unit, value) if name in _GLUCOSE and value is not None else value
        for name, value in asdict(told).items()
    }


def _metric_units(unit: Unit) -> dict[str, str]:
    return {name: f"{unit}{_PER.get(name, '')}" for name in _GLUCOSE} | dict.fromkeys(_PERCENT, "%")


def _goal(of: Goal) -> GoalAnswer:
    comparison = "above" if of.target.above else "below"
    return GoalAnswer(
        figure=of.target.figure, comparison=comparison, percent=of.target.percent, value=of.value, met=of.met
    )


def _episode(of: Episode, unit: Unit) -> EpisodeAnswer:
    return EpisodeAnswer(
        kind=of.kind, since=of.since, until=of.until, minutes=of.minutes, extreme=_in(unit, of.extreme), unit=unit
    )
