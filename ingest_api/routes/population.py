"""The clinician's list: one row a person, the most pressing first, with one reason each."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.quantities import Kind, Unit, from_canonical
from ingest_api.context import Reader, TheHub
from ingest_api.population import Listed, population
from ingest_api.units import unit_asked
from timeseries.standing import PERIOD, Need

router = APIRouter(prefix="/v1", tags=["population"])

MOST_ON_A_PAGE = 200
DEEPEST = 1_000


class Sort(StrEnum):
    """How the list may be ordered."""

    NEED = "need"


class Reason(StrEnum):
    """Why somebody stands where they stand in the list."""

    VERY_LOW = "very_low"
    LOW = "low"
    FALLING = "falling"
    OUT_OF_RANGE = "out_of_range"
    LITTLE_WEAR = "little_wear"
    ON_TARGET = "on_target"
    SILENT = "silent"
    NO_SENSOR = "no_sensor"


class GlucoseStanding(BaseModel):
    """The last 14 whole local days; glucose in `unit`, the others in percent."""

    unit: Unit
    days: int
    mean: float | None
    gmi: float | None
    cv: float | None
    tbr2: float | None
    tbr1: float | None
    tir: float | None
    tar1: float | None
    tar2: float | None
    active_percent: float | None
    tir_before: float | None


class WeightStandingAnswer(BaseModel):
    """The newest weighing in kg, the trend there, and its change in 30 days in percent."""

    unit: Unit
    taken_at: datetime
    value: float
    trend: float
    change_30d_percent: float | None


class Row(BaseModel):
    """One person."""

    person: UUID
    given: str
    family: str
    reason: Reason
    glucose: GlucoseStanding | None
    weight: WeightStandingAnswer | None
    last_glucose: datetime | None
    last_weight: datetime | None


class Population(BaseModel):
    """A page of the list; `next` is the number of the page after it, null on the last."""

    people: list[Row]
    page: int
    next: int | None


@router.get("/population")
def get_population(
    hub: TheHub,
    actor: Reader,
    sort: Sort = Sort.NEED,
    reason: Reason | None = None,
    page: Annotated[int, Query(ge=1, le=DEEPEST)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 50,
    unit: str | None = None,
) -> Population:
    """Everybody the actor may see, by `sort`; only those with that `reason` if one is named.

    Served from summaries, never from raw readings: a page costs one look at the rights, whatever the years.
    """
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)
    needs = [Need[reason.name]] if reason else list(Need)
    with hub.reading(actor) as connection:
        found = population(connection, needs, page, limit)
    return Population(
        people=[_row(each, shown) for each in found.people], page=page, next=page + 1 if found.more else None
    )


def _row(of: Listed, unit: Unit) -> Row:
    glucose, weight = of.glucose, of.weight
    return Row(
        person=of.id,
        given=of.given,
        family=of.family,
        reason=Reason[of.need.name],
        glucose=None if glucose is None or glucose["mean"] is None else _glucose(glucose, unit),
        weight=None if weight is None else _weight(weight),
        last_glucose=of.last_glucose,
        last_weight=of.last_weight,
    )


def _glucose(told: Mapping[str, Any], unit: Unit) -> GlucoseStanding:
    mean = from_canonical(Kind.GLUCOSE_INTERSTITIAL, told["mean"], unit)
    return GlucoseStanding(
        **dict(told) | {"mean": mean, "unit": unit, "days": PERIOD, "active_percent": told["active"]}
    )


def _weight(told: Mapping[str, Any]) -> WeightStandingAnswer:
    change = told["change_30d"]
    return WeightStandingAnswer(
        unit=Unit.KG,
        taken_at=told["taken_at"],
        value=told["kg"],
        trend=told["trend"],
        change_30d_percent=change and change["percent"],
    )
