"""Who may speak: the lowest chance of a low at which this person's false alarms stay bearable.

Each rung asks for a certain chance and keeps its own score, whether it may speak or not; so the gate demands more,
closes and opens again by evidence alone. It never touches the alarm of a low that is there.
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

RUNGS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Chances of a low that may be asked for."""

FIRST = 0.4
"""What is asked for while little is known: on simulated people it gives a third of a false alarm a day."""

BEARABLE = 0.5
"""False alarms a day that close a rung [own rule]."""

KNOWN_AFTER = 3.0
"""Days watched before a rung below the first may speak [own rule]."""

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
    """The score of each rung of RUNGS, the reading last taken note of, and when a low was last announced."""

    records: tuple[Record, ...] = (Record(),) * len(RUNGS)
    seen: datetime | None = None
    spoke: datetime | None = None

    @property
    def open_rung(self) -> int | None:
        """Which rung speaks: the lowest bearable one; None where all are closed."""
        return next((n for n, record in enumerate(self.records) if _bearable(RUNGS[n], record)), None)

    def to_json(self) -> dict[str, object]:
        """The gate as JSON holds it."""
        records = {str(rung): record.to_json() for rung, record in zip(RUNGS, self.records, strict=True)}
        moments = {"seen": self.seen, "spoke": self.spoke}
        return {"records": records} | {name: at and at.isoformat() for name, at in moments.items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Gate":
        """The gate of `to_json`; raises KeyError, TypeError or ValueError if it is not one."""
        records = tuple(Record.from_json(told["records"][str(rung)]) for rung in RUNGS)
        seen, spoke = (told[name] and datetime.fromisoformat(told[name]) for name in ("seen", "spoke"))
        return cls(records, seen, spoke)


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
    speaking = Gate(records).open_rung
    due = [record.pending is None and chance >= rung for record, rung in zip(records, RUNGS, strict=True)]
    noted = tuple(raised(r, at) if now_due else r for r, now_due in zip(records, due, strict=True))
    after = Gate(noted, at, gate.spoke)
    lately = gate.spoke is not None and at - gate.spoke < PATIENCE  # another rung may have spoken of this fall
    if speaking is None or not due[speaking] or lately:
        return after, None
    return replace(after, spoke=at), PredictedLow(forecast, chance, RUNGS[speaking], records[speaking])


def _bearable(rung: float, record: Record) -> bool:
    """True if the rung's false alarms are few; in the first days, as few as they may be in all of them together."""
    believed = rung >= FIRST or record.watched_days >= KNOWN_AFTER
    return believed and record.false_alarms <= BEARABLE * max(record.watched_days, KNOWN_AFTER)


def _low_lately(recent: Series, at: datetime) -> bool:
    lately = recent.between(at - QUIET, at + timedelta(microseconds=1))
    return bool(lately.levels.below(LOW).any())
