"""The forecast: glucose in 20 minutes, and how often what was foretold came true."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from alerts.forecast.gate import RUNGS, Gate
from alerts.forecast.model import Model
from alerts.forecast.prediction import Forecast, predict
from alerts.forecast.record import Record
from alerts.forecast.replay import RECENT
from hub.quantities import Kind, Unit, from_canonical
from ingest_api.context import Reader, TheHub
from ingest_api.opened import Opened, opened
from ingest_api.units import unit_asked
from timeseries import trends
from timeseries.glucose.bounds import LOW

router = APIRouter(prefix="/v1/people/{person}", tags=["trends"])

_GLUCOSE = Kind.GLUCOSE_INTERSTITIAL


class AheadAnswer(BaseModel):
    """What is expected `at`, from the reading of `made_at`: give or take `spread` (one standard deviation).

    `low_percent`: the chance of less than 70 mg/dL (3.9 mmol/L), from 0 to 100.
    """

    made_at: datetime
    at: datetime
    value: float
    spread: float
    low_percent: float


class RecordAnswer(BaseModel):
    """What came of the lows foretold, over the last 28 days with readings; null where nothing tells.

    Found, if a low began within 45 minutes; missed, if it was not foretold; false, if none began.
    """

    days: float
    found: int
    missed: int
    false: int
    hit_percent: float | None
    false_per_day: float | None
    mean_warning_minutes: float | None


class ForecastAnswer(BaseModel):
    """What is expected now, null without an unbroken hour of current readings; and whether an alert may go by it.

    `asked_percent`: the chance of a low from which it rings; null while it is silent, its false alarms being too many.
    `record`: of what rings, or while it is silent, of what would ring last.
    `learnt_days`: days' worth of the person's own readings it was learnt from.
    """

    unit: Unit
    ahead: AheadAnswer | None
    asked_percent: float | None
    record: RecordAnswer
    learnt_days: float
    learnt_at: datetime | None


@router.get("/forecast")
def get_forecast(person: UUID, hub: TheHub, actor: Reader, unit: str | None = None) -> ForecastAnswer:
    """Glucose in 20 minutes as the person's own readings foretell it, and the running score of such forecasts."""
    shown, now = unit_asked(_GLUCOSE, unit), datetime.now(UTC)
    with opened(hub, actor, person, [_GLUCOSE]) as record:
        row = record.connection.execute(_LEARNT, (record.whose.number,)).fetchone()
        ahead = None if row is None else _ahead(record, Model.from_json(row[0]), now)
    gate = Gate() if row is None else Gate.from_json(row[1])
    rung = None if row is None else gate.open_rung
    return ForecastAnswer(
        unit=shown,
        ahead=None if ahead is None else _told(ahead, shown),
        asked_percent=None if rung is None else 100 * RUNGS[rung],
        record=_record(gate.records[-1 if rung is None else rung]),
        learnt_days=0.0 if row is None else Model.from_json(row[0]).days,
        learnt_at=None if row is None else row[2],
    )


def _ahead(record: Opened, model: Model, now: datetime) -> Forecast | None:
    recent = trends.glucose(record.connection, record.whose.number, record.whose.zone, now - RECENT, now)
    return predict(model, recent, now)


def _told(ahead: Forecast, unit: Unit) -> AheadAnswer:
    return AheadAnswer(
        made_at=ahead.made_at,
        at=ahead.at,
        value=from_canonical(_GLUCOSE, ahead.value, unit),
        spread=from_canonical(_GLUCOSE, ahead.spread, unit),
        low_percent=100 * ahead.chance_below(LOW),
    )


def _record(record: Record) -> RecordAnswer:
    return RecordAnswer(
        days=record.watched_days,
        found=record.found,
        missed=record.missed,
        false=record.false_alarms,
        hit_percent=None if record.hit_rate is None else 100 * record.hit_rate,
        false_per_day=record.false_per_day,
        mean_warning_minutes=record.mean_warning,
    )


_LEARNT = "SELECT model, gate, learnt_at FROM forecast WHERE person = %s"
