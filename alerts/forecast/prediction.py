"""Glucose 20 or 30 minutes ahead, with how sure that is; nothing where the evidence does not suffice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import erf, sqrt

import numpy as np

from alerts.forecast.evidence import evidence, lags
from alerts.forecast.model import MIDDLE, Model, root, solve
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, KINDS, Kind
from timeseries.glucose.bounds import Bound, Flags, Floats
from timeseries.glucose.series import Series, moment

HORIZON = 20
"""Minutes ahead that is foreseen unless told: of those learnt, the one whose chance of a low finds more lows at as many
false alarms, on virtual people."""

STALE = timedelta(minutes=15)
"""Age of the newest reading from which on nothing is foreseen (Nightscout warns of stale data then)."""

_LEAST, _MOST = KINDS[Kind.GLUCOSE_INTERSTITIAL].low, KINDS[Kind.GLUCOSE_INTERSTITIAL].high


@dataclass(frozen=True, slots=True)
class Forecast:
    """What glucose will probably be: `value` mg/dL at `at`, give or take `spread` (one standard deviation, mg/dL).

    `made_at` is the reading it is made from; `in_mmol` the unit that reading was said in.
    """

    made_at: datetime
    at: datetime
    value: float
    spread: float
    in_mmol: bool

    def chance_below(self, bound: Bound) -> float:
        """Probability, 0 to 1, of less than the bound in the sensor's own unit; errors are normal in square roots."""
        limit = bound.mmol_l * GLUCOSE_MG_DL_PER_MMOL_L if self.in_mmol else bound.mg_dl
        spread_of_root = self.spread / (2 * sqrt(self.value))
        return 0.5 * (1 + erf((sqrt(limit) - sqrt(self.value)) / spread_of_root / sqrt(2)))


def predict(model: Model, recent: Series, now: datetime, horizon: int = HORIZON) -> Forecast | None:
    """The forecast from the newest reading, `horizon` (20 or 30) minutes after it; None without evidence for one.

    `recent` holds the last two hours or more (more costs more). There is none from a reading 15 minutes old or older,
    or from the future; in the first hour after a hole of 35 minutes (so in a sensor's first hour); after a jump of 20
    minutes; nor from a reading below 40 or above 400 mg/dL, which may be a bound of the sensor's range.
    """
    if not len(recent):
        return None
    made_at = moment(recent.at[-1])
    if not timedelta() <= now - made_at < STALE:
        return None
    known = evidence(recent)
    if not known.sufficient[-1]:
        return None
    newest = np.arange(len(known.told)) == len(known.told) - 1
    return forecast(*solve(model, horizon), known.told, newest, horizon)


def forecast(weights: Floats, error: float, told: Series, chosen: Flags, horizon: int = HORIZON) -> Forecast:
    """The forecast by those weights, (13,) on 1 and the last hour, from the one reading chosen; both in roots."""
    (hour,), (at,), (in_mmol,) = lags(told, chosen), told.at[chosen], told.in_mmol[chosen]
    aim = float(weights[0] + weights[1:] @ root(hour)) + MIDDLE**0.5
    value = min(max(max(aim, 0.0) ** 2, _LEAST), _MOST)
    made_at = moment(at)
    return Forecast(made_at, made_at + timedelta(minutes=horizon), value, 2 * sqrt(value) * error, bool(in_mmol))
