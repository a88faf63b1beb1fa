"""The clinician's list: one row a person, the most pressing first, with one reason each."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.quantities import Kind, Unit, from_canonical
from ingest_api.context import Administrator, TheHub
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
    """The last 14 local days; glucose in `unit`, the others in percent."""

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
    last_reading: datetime | None


class Population(BaseModel):
    """A page of the list; `next` is the number of the page after it, null on the last."""

    people: list[Row]
    page: int
    next: int | None


@router.get("/population")
def get_population(
    hub: TheHub,
    actor: Administrator,
    sort: Sort = Sort.NEED,
    reason: Reason | None = None,
    page: Annotated[int, Query(ge=1, le=DEEPEST)] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 50,
    unit: str | None = None,
) -> Population:
    """Everybody the actor may see, by `sort`; only those with that `reason` if one is named.

    Served from summaries, never from raw readings: a page costs the same however many people and years there are.
    """
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit)
    needs = [Need[reason.name]] if reason else list(Need)
    asked = {"needs": [int(need) for need in needs], "limit": limit + 1, "offset": (page - 1) * limit}
    with hub.reading(actor) as connection:
        rows = connection.execute(_PAGES[sort], asked).fetchall()
    return Population(
        people=[_row(row, shown) for row in rows[:limit]], page=page, next=page + 1 if len(rows) > limit else None
    )


def _row(row: tuple[Any, ...], unit: Unit) -> Row:
    person, given, family, need, glucose, weight, last_reading = row
    return Row(
        person=person,
        given=given,
        family=family,
        reason=Reason[Need(need).name],
        glucose=None if glucose["mean"] is None else _glucose(glucose, unit),
        weight=None if weight is None else _weight(weight),
        last_reading=last_reading,
    )


def _glucose(told: dict[str, Any], unit: Unit) -> GlucoseStanding:
    mean = from_canonical(Kind.GLUCOSE_INTERSTITIAL, told["mean"], unit)
    return GlucoseStanding(**told | {"mean": mean, "unit": unit, "days": PERIOD, "active_percent": told["active"]})


def _weight(told: dict[str, Any]) -> WeightStandingAnswer:
    change = told["change_30d"]
    return WeightStandingAnswer(
        unit=Unit.KG,
        taken_at=told["taken_at"],
        value=told["kg"],
        trend=told["trend"],
        change_30d_percent=change and change["percent"],
    )


_PAGES = {Sort.NEED: "SELECT * FROM population(%(needs)s::smallint[], %(limit)s, %(offset)s)"}
