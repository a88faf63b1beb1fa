"""What the alerts' rule goes by: a forecast as it stood at an instant, few numbers, versioned as thresholds are.

What was learnt and scored (model, gate) moves with every day; a rule sees only what of it was in force at its instant.
So the same inputs make the same journal, whenever they are walked through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

import numpy as np

from alerts.forecast.evidence import MINUTE, evidence, lags
from alerts.forecast.gate import QUIET, RUNGS, Gate
from alerts.forecast.model import Model, root, solve
from alerts.forecast.prediction import HORIZON, Forecast, forecast
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L
from timeseries.glucose.bounds import Bound, Flags
from timeseries.glucose.series import Series


@dataclass(frozen=True, slots=True)
class Foresight:
    """In force from `valid_from`: `weights` (13,) on 1 and the last hour, and the `error`, both in roots.

    `asked`: the chance of a low, above 0 and below 1, that is told; None while the false alarms are too many.
    `minutes`: how far ahead.
    """

    valid_from: datetime
    weights: tuple[float, ...]
    error: float
    asked: float | None
    minutes: int = HORIZON


def foresight(model: Model, gate: Gate, valid_from: datetime) -> Foresight:
    """What follows from what was learnt and scored."""
    weights, error = solve(model, HORIZON)
    rung = gate.open_rung
    return Foresight(valid_from, tuple(weights.tolist()), error, None if rung is None else RUNGS[rung])


def in_force(versions: Iterable[Foresight], now: datetime) -> Foresight | None:
    """The newest that is valid by now; None before any is."""
    return max((each for each in versions if each.valid_from <= now), key=lambda each: each.valid_from, default=None)


def foreseen(sight: Foresight, told: Series, bound: Bound) -> Flags:
    """Where a reading tells of a low to come, (n,), in a series of distinct instants.

    Nowhere in the half hour after a reading below the bound: that low is the alarm's matter (alerts.forecast.gate).
    """
    found = np.zeros(len(told), bool)
    if sight.asked is None or not len(told):
        return found
    known = evidence(told).sufficient & ~_low_lately(told, bound)
    to_come = root(lags(told, known)) @ np.array(sight.weights[1:]) + sight.weights[0]
    limits = np.where(told.in_mmol[known], bound.mmol_l * GLUCOSE_MG_DL_PER_MMOL_L, bound.mg_dl)
    found[known] = root(limits) - to_come >= NormalDist().inv_cdf(sight.asked) * sight.error
    return found


def forecast_at(sight: Foresight, told: Series, place: int) -> Forecast:
    """The forecast from the reading at that place of a series of distinct instants, whatever its evidence."""
    chosen = np.arange(len(told)) == place
    return forecast(np.array(sight.weights), sight.error, told, chosen, sight.minutes)


def _low_lately(told: Series, bound: Bound) -> Flags:
    """Where a reading, or one of the half hour before it, is below the bound, (n,)."""
    at = told.at.astype(np.int64)
    low = np.where(told.levels.below(bound), at, np.iinfo(np.int64).min // 2)
    lately: Flags = at - np.maximum.accumulate(low) <= QUIET.total_seconds() / 60 * MINUTE
    return lately
