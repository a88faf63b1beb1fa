"""Who may speak: the lowest chance of a low at which this person's false alarms stay bearable.

Each rung asks for a certain chance and keeps its own score, whether it may speak or not. People differ in how often
they are wrongly foretold a low, and little in how that falls as the chance asked for rises: so the false alarms at all
rungs, unheard ones too, tell how many to expect at each. Thus the gate spends what is bearable, asks more, closes and
opens again by evidence alone. It never touches the alarm of a low that is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from alerts.forecast.evidence import FRESH
from alerts.forecast.model import Model
from alerts.forecast.prediction import Forecast, predict
from alerts.forecast.record import PATIENCE, Record, excused, lows, raised, settle, watched
from timeseries.glucose.bounds import LOW
from timeseries.glucose.series import Series

RUNGS = (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
"""Chances of a low that may be asked for."""

USUAL = {5: (0.94, 0.58, 0.39, 0.32, 0.27, 0.20, 0.15, 0.09, 0.044),
         15: (0.59, 0.33, 0.22, 0.16, 0.12, 0.077, 0.051, 0.023, 0.010)}  # fmt: skip
"""False alarms a day at each rung, by the sensor's minutes: of virtual people (`python -m benchmarks.false_alarms`)."""

HARDER = 1.5
"""Times the usual that are expected of somebody unknown [own rule: the virtual foresee better than real traces]."""

WORTH = 5.0
"""Days of the person's own that this expectation is worth [own rule; 2 to 7 do as well on virtual people]."""

BEARABLE = 0.36
"""False alarms a day that may be expected: those of Nightscout's AR2 on 17 real traces [computed for this project]."""

BETWEEN = 10.0
"""Mean minutes between readings from which a sensor is one of 15 minutes."""

REMEMBERED = 50
"""Readings over which that mean is taken, about: a change of sensor is known within half a day."""

QUIET = timedelta(minutes=30)
"""After a reading below the bound nothing is foreseen for so long: the low itself is the alarm's matter."""


@dataclass(frozen=True, slots=True)
class PredictedLow:
    """A low is to be expected: the forecast, its chance (0 to 1), the chance asked for, and the score at that rung."""

    forecast: Forecast
    chance: float
    asked: float
    record: Record


@dataclass(frozen=True, slots=True)
class Gate:
    """The score of each rung of RUNGS, the reading last taken note of, and when a low was last announced.

    `apart`: minutes between readings, the mean of the latest.
    """

    records: tuple[Record, ...] = (Record(),) * len(RUNGS)
    seen: datetime | None = None
    spoke: datetime | None = None
    apart: float = 5.0

    @property
    def open_rung(self) -> int | None:
        """Which rung speaks: the lowest bearable one; None where all are closed."""
        return next((n for n, expected in enumerate(self.expected) if expected <= BEARABLE), None)

    @property
    def expected(self) -> tuple[float, ...]:
        """False alarms a day to be expected at each rung: the usual, times how many more this person had."""
        usual = USUAL[5 if self.apart < BETWEEN else 15]
        had = sum(record.false_alarms for record in self.records) + HARDER * WORTH * sum(usual)
        times = had / (sum(usual) * (self.records[0].watched_days + WORTH))
        return tuple(times * rate for rate in usual)

    def to_json(self) -> dict[str, object]:
        """The gate as JSON holds it."""
        records = {str(rung): record.to_json() for rung, record in zip(RUNGS, self.records, strict=True)}
        moments = {"seen": self.seen, "spoke": self.spoke}
        return {"records": records, "apart": self.apart} | {name: at and at.isoformat() for name, at in moments.items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Gate":
        """The gate of `to_json`; raises KeyError, TypeError or ValueError if it is not one."""
        records = tuple(Record.from_json(told["records"][str(rung)]) for rung in RUNGS)
        seen, spoke = (told[name] and datetime.fromisoformat(told[name]) for name in ("seen", "spoke"))
        return cls(records, seen, spoke, float(told["apart"]))


def watch(gate: Gate, model: Model, recent: Series, now: datetime) -> tuple[Gate, PredictedLow | None]:
    """The gate having taken note of the newest reading, and a low to be announced, if one is and the gate allows it.

    `recent` holds the last four hours. A reading taken note of before changes nothing.
    """
    forecast = predict(model, recent, now)
    at = forecast.made_at if forecast else now
    begun = lows(recent)
    settled = replace(gate, records=tuple(settle(record, begun, recent, at) for record in gate.records))
    if forecast is None or (gate.seen is not None and at <= gate.seen):
        return settled, None
    chance = 0.0 if _low_lately(recent, at) else forecast.chance_below(LOW)
    return _note(settled, forecast, chance)


def acted_upon(gate: Gate) -> Gate:
    """The gate, told that the person acted on the alarm: whatever follows proves nothing."""
    return replace(gate, records=tuple(excused(record) for record in gate.records))


def _note(gate: Gate, forecast: Forecast, chance: float) -> tuple[Gate, PredictedLow | None]:
    """The gate with what each rung says of the forecast, and what may be announced: one fall, once."""
    at = forecast.made_at
    minutes = FRESH if gate.seen is None else min(FRESH, (at - gate.seen) / timedelta(minutes=1))
    records = tuple(watched(record, at, minutes) for record in gate.records)
    apart = gate.apart if gate.seen is None else gate.apart + (minutes - gate.apart) / REMEMBERED
    speaking = replace(gate, records=records, apart=apart).open_rung
    due = [record.pending is None and chance >= rung for record, rung in zip(records, RUNGS, strict=True)]
    noted = tuple(raised(r, at) if now_due else r for r, now_due in zip(records, due, strict=True))
    after = Gate(noted, at, gate.spoke, apart)
    lately = gate.spoke is not None and at - gate.spoke < PATIENCE  # another rung may have spoken of this fall
    if speaking is None or not due[speaking] or lately:
        return after, None
    return replace(after, spoke=at), PredictedLow(forecast, chance, RUNGS[speaking], records[speaking])


def _low_lately(recent: Series, at: datetime) -> bool:
    lately = recent.between(at - QUIET, at + timedelta(microseconds=1))
    return bool(lately.levels.below(LOW).any())
