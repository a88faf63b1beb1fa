"""The forecast over past readings, as it would have been: learnt from the past only, reading by reading."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.forecast.gate import Gate, PredictedLow, watch
from alerts.forecast.model import GENERAL, Model, learn
from timeseries.glucose.series import Series, moment

RECENT = timedelta(hours=4)
"""What `watch` needs to look back on."""

OVERLAP = timedelta(hours=2)
"""What `learn` needs before the moment it had come to."""

EVERY = timedelta(days=1)
"""How often the model learns."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reading's moment: the model it found, the gate it left, and what was announced."""

    now: datetime
    model: Model
    gate: Gate
    announced: PredictedLow | None


def replay(series: Series) -> Iterator[Step]:
    """Each reading in turn, as if it had just come; the last step's model and gate are those to go on with."""
    model, gate = GENERAL, Gate()
    told = series.distinct()
    learnt = moment(told.at[0]) if len(told) else None
    for at in told.at:
        now = moment(at)
        until = now + timedelta(microseconds=1)
        if learnt is not None and now - learnt >= EVERY:
            model = learn(model, told.between((model.until or learnt) - OVERLAP, until))
            learnt = now
        gate, announced = watch(gate, model, told.between(now - RECENT, until), now)
        yield Step(now, model, gate, announced)
