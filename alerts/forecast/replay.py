"""The forecast over past readings, as it would have been: learnt from the past only, reading by reading."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.forecast.foresight import Foresight, foresight
from alerts.forecast.gate import Gate, PredictedLow, watch
from alerts.forecast.model import GENERAL, Model, learn
from timeseries.glucose.series import Series, moment

RECENT = timedelta(hours=4)
"""What `watch` needs to look back on."""

OVERLAP = timedelta(hours=2)
"""What `learn` needs before the moment it had come to."""

EVERY = timedelta(days=1)
"""How often the model learns."""

INSTANT = timedelta(microseconds=1)
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One reading's moment: the model it found, the gate it left, and what was announced."""

    now: datetime
    model: Model
    gate: Gate
    announced: PredictedLow | None


NEW = Gate()
"""Nothing scored yet."""


def replay(series: Series, model: Model = GENERAL, gate: Gate = NEW, learnt: datetime | None = None) -> Iterator[Step]:
    """Each reading in turn, as if it had just come; the last step's model and gate are those to go on with.

    It goes on from a model that last learnt at `learnt` and a gate, readings of which that gate took note are passed
    over; the series then begins four hours or more before both.
    """
    told = series.distinct()
    after = told if gate.seen is None else told.between(gate.seen + INSTANT, _END)
    learnt = learnt or (moment(told.at[0]) if len(told) else None)
    for at in after.at:
        now = moment(at)
        until = now + INSTANT
        if learnt is not None and now - learnt >= EVERY:
            model = learn(model, told.between((model.until or learnt) - OVERLAP, until))
            learnt = now
        gate, announced = watch(gate, model, told.between(now - RECENT, until), now)
        yield Step(now, model, gate, announced)


def versions(series: Series) -> list[Foresight]:
    """What would have been in force over those readings: the general model at first, then a version each day."""
    told: list[Foresight] = []
    model = None
    for step in replay(series):
        if step.model is not model:
            model = step.model
            told.append(foresight(model, step.gate, step.now))
    return told
