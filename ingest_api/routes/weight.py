"""Weight: every weighing, the trend through them, and how it changes."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from hub.quantities import Kind, Unit, from_canonical
from ingest_api.context import Administrator, TheHub
from ingest_api.units import unit_asked
from ingest_api.whose import Since, Until, period, whose
from timeseries import trends
from timeseries.weight import compositions, weight_series, weight_trend
from timeseries.weight.bmi import BmiClass
from timeseries.weight.change import Change
from timeseries.weight.summary import WeightPoint

router = APIRouter(prefix="/v1/people/{person}", tags=["trends"])

SPAN = timedelta(days=180)
"""What is shown unless told: the longest change there is a figure for."""


class PointAnswer(BaseModel):
    """A weighing and the trend there; an outlier is shown, and kept out of every figure."""

    taken_at: datetime
    value: float
    trend: float | None
    outlier: bool
    segment: int


class ChangeAnswer(BaseModel):
    """How much the trend changed, in the answer's unit and in percent."""

    value: float
    percent: float


class CompositionAnswer(BaseModel):
    """Body composition as the scale said it, in percent, kg and ohm."""

    taken_at: datetime
    body_fat: float | None
    body_water: float | None
    muscle_mass: float | None
    muscle_percent: float | None
    bone_mass: float | None
    impedance: float | None


class WeightTrendAnswer(BaseModel):
    """Weighings with their trend; slope with its 95 % interval over the last 28 days; change of the trend."""

    unit: Unit
    points: list[PointAnswer]
    slope_kg_per_week: float | None
    slope_interval: tuple[float, float] | None
    change: dict[str, ChangeAnswer | None]
    bmi: float | None
    bmi_class: BmiClass | None
    day_to_day_sd: float | None
    composition: list[CompositionAnswer]


@router.get("/trends/weight")
def weight_trends(
    person: UUID, hub: TheHub, actor: Administrator, since: Since = None, until: Until = None, unit: str | None = None
) -> WeightTrendAnswer:
    """Weighings and their trend from `from` up to `to`; the last 180 days unless told. Figures are those at `to`."""
    shown = unit_asked(Kind.WEIGHT, unit)
    since, until = period(since, until, SPAN)
    with hub.reading(actor) as connection:
        of = whose(connection, person)
        found = trends.weighings(connection, of.number, since - trends.BEFORE, until)
    told = weight_trend(weight_series(found, of.zone), of.height_cm, of.age(until))
    composed = [asdict(each) for each in compositions(found) if each.taken_at >= since]
    return WeightTrendAnswer(
        unit=shown,
        points=[_point(point, shown) for point in told.points if point.taken_at >= since],
        slope_kg_per_week=None if told.slope is None else told.slope.kg_per_week,
        slope_interval=None if told.slope is None else (told.slope.low, told.slope.high),
        change={span: _change(each, shown) for span, each in told.change.items()},
        bmi=told.bmi,
        bmi_class=told.bmi_class,
        day_to_day_sd=None if told.day_to_day_sd is None else _kg_in(shown, told.day_to_day_sd),
        composition=[CompositionAnswer(**each) for each in composed],
    )


def _kg_in(unit: Unit, kg: float) -> float:
    return from_canonical(Kind.WEIGHT, kg, unit)


def _point(point: WeightPoint, unit: Unit) -> PointAnswer:
    trend = None if point.trend is None else _kg_in(unit, point.trend)
    told = asdict(point) | {"value": _kg_in(unit, point.value), "trend": trend}
    return PointAnswer(**told)


def _change(of: Change | None, unit: Unit) -> ChangeAnswer | None:
    return None if of is None else ChangeAnswer(value=_kg_in(unit, of.kg), percent=of.percent)
