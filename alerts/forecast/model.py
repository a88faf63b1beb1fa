"""What a person's readings teach: sums of products, from which the best linear forecast is solved.

Ridge regression of glucose in 20 and 30 minutes on the last hour, both as square roots (errors grow with the level; on
simulated people the root did as well as or better than the number itself and its logarithm). The ridge pulls towards
the general model instead of zero: some hours' worth of readings of the process that Nightscout's AR2 supposes are added
to the sums. So a new person gets AR2's process, and each reading moves it towards their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np

from alerts.forecast.evidence import APART, LAGS, MINUTE, evidence, lags, later
from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import Series, instant, moment

HORIZONS = (20, 30)
"""Minutes ahead that are learnt."""

PHI = (1.716, -0.723)
"""y(+1) = 1.716 y(0) - 0.723 y(-1), 5-minute steps, y = ln(G/140) (Nightscout ar2.js). Near 140, ln and root agree."""

MIDDLE = 140.0
"""mg/dL around which AR2 moves."""

ERROR = 0.14
"""AR2's error at 30 minutes as a share of the level: 20.0 mg/dL on 17 real traces [computed for this project]."""

WORTH = 100
"""5-minute rows that the general model is worth, some 8 hours [chosen among 30, 100, 288 on simulated people]."""

HALF_LIFE = 28.0
"""Days after which what was learnt counts half [own rule: people and their treatment change]."""

_SIZE = 1 + LAGS + len(HORIZONS)
_X = 1 + LAGS


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Sums learnt from one person, and the moment up to which their readings were learnt.

    `sums` (15, 15): weighted products of (1, twelve lags, glucose at each horizon), in roots about the middle; a row
    weighs one per five minutes it stands for, halved every 28 days.
    """

    sums: Floats
    until: datetime | None

    @property
    def days(self) -> float:
        """Days' worth of readings learnt, those of 28 days ago counting half."""
        return float(self.sums[0, 0]) * APART / 1440

    def to_json(self) -> dict[str, object]:
        """The model as JSON holds it."""
        return {"sums": self.sums[np.triu_indices(_SIZE)].tolist(), "until": self.until and self.until.isoformat()}

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> "Model":
        """The model of `to_json`; raises ValueError if it is not one."""
        half, until = np.asarray(told.get("sums"), float), told.get("until")
        if half.shape != (_SIZE * (_SIZE + 1) // 2,) or not np.isfinite(half).all():
            raise ValueError("these are not a forecast model's sums; train it anew from the stored readings")
        sums = np.zeros((_SIZE, _SIZE))
        sums[np.triu_indices(_SIZE)] = half
        return cls(sums + np.triu(sums, 1).T, datetime.fromisoformat(until) if isinstance(until, str) else None)


GENERAL = Model(np.zeros((_SIZE, _SIZE)), None)
"""The model of somebody of whom nothing is known: AR2's process."""


def learn(model: Model, series: Series) -> Model:
    """The model, having learnt what came true since `until`; costs one pass over the new readings.

    The series begins two hours or more before `model.until`, or rows before its first full hour stay unlearnt. What
    arrives later and is older than `until` is learnt when a model is next trained from the beginning.
    """
    if not len(series):
        return model
    until = moment(series.at[-1] - np.timedelta64(max(HORIZONS), "m"))
    if model.until is not None and until <= model.until:
        return model
    rows, weights = _rows(series, model.until, until)
    faded = 1.0 if model.until is None else 0.5 ** ((until - model.until).total_seconds() / 86400 / HALF_LIFE)
    return Model(model.sums * faded + rows.T @ (rows * weights[:, None]), until)


def train(series: Series) -> Model:
    """A model from all of a person's readings."""
    return learn(GENERAL, series)


def solve(model: Model, horizon: int) -> tuple[Floats, float]:
    """Weights (13,) on (1, lags) and the error's standard deviation, in roots; raises ValueError for other horizons."""
    if horizon not in HORIZONS:
        raise ValueError(f"glucose is foreseen at {HORIZONS} minutes only; ask for one of these")
    aim = _X + HORIZONS.index(horizon)
    sums = model.sums + WORTH * _general()
    weights: Floats = np.linalg.solve(sums[:_X, :_X], sums[:_X, aim]).astype(float)
    error = float(sums[aim, aim] - weights @ sums[:_X, aim]) / float(sums[0, 0])
    return weights, max(error, 0.0) ** 0.5


def root(glucose: Floats) -> Floats:
    """mg/dL as its square root about the middle's."""
    told: Floats = np.sqrt(glucose) - MIDDLE**0.5
    return told


def _rows(series: Series, since: datetime | None, until: datetime) -> tuple[Floats, Floats]:
    """(n, 15) rows after `since` and up to `until` with all their outcomes known, and their weights (n,) at `until`."""
    known = evidence(series)
    told, outcomes = known.told, [later(known.told, horizon) for horizon in HORIZONS]
    chosen = known.sufficient & (told.at <= instant(until)) & np.logical_and.reduce([true for _, true in outcomes])
    if since is not None:
        chosen &= told.at > instant(since)
    glucose = np.column_stack((lags(told, chosen), *(values[chosen] for values, _ in outcomes)))
    age = (instant(until) - told.at[chosen]).astype(np.int64) / (1440 * MINUTE)
    rows = np.column_stack((np.ones(len(glucose)), root(glucose)))
    return rows, known.minutes[chosen] / APART * 0.5 ** (age / HALF_LIFE)


@cache
def _general() -> Floats:
    """What one row of AR2's process adds to the sums: its autocovariance at the rows' times, scaled to its error."""
    first, second = PHI
    steps = np.append(-np.arange(LAGS), np.array(HORIZONS) // APART)
    alike = [1.0, first / (1 - second)]
    while len(alike) <= LAGS + max(HORIZONS) // APART:
        alike.append(first * alike[-1] + second * alike[-2])
    of_lags = np.array(alike)[np.abs(steps[:, None] - steps)]
    x, y = slice(0, LAGS), -1
    unknown = 1 - of_lags[y, x] @ np.linalg.solve(of_lags[x, x], of_lags[x, y])
    general = np.zeros((_SIZE, _SIZE))
    general[0, 0] = 1
    general[1:, 1:] = of_lags * (ERROR * MIDDLE**0.5 / 2) ** 2 / unknown
    return general
