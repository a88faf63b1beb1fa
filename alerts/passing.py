"""Which readings change nothing, of one sensor or of hundreds of people's: a few strokes over columns.

(p,) people's calms, and (n,) readings, each person's in order of time, one person's after another's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.calm import BACK, MICROSECOND, MINUTE, Calm
from alerts.forecast.evidence import APART, LAGS
from alerts.forecast.model import MIDDLE
from alerts.history import moment, us
from alerts.rule import LIVE
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L
from timeseries.glucose.bounds import Flags, Floats
from timeseries.glucose.one_source import Integers

CALM = np.dtype(
    [("at", "<i8"), ("device", "<i4"), ("in_mmol", "?"), ("least", "<f8"), ("most", "<f8"), ("fresh", "<i8"),
     ("latest", "<i8"), ("weights", "<f8", (LAGS + 1,)), ("floor", "<f8")]
)  # fmt: skip
"""A calm as it is stored: its fields, times in microseconds since 1970."""

EVER = np.iinfo(np.int64).max

READING = np.dtype([("at", "<i8"), ("value", "<f8")])
"""A reading as it is stored beside: microseconds since 1970, mg/dL."""

Records = NDArray[np.void]
"""Of one of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Lately:
    """The last readings of people's sensors, all in the calm's unit, and the `new` ones that nobody has looked at.

    (n,) `of` the place of the person's calm; `at`, `received` microseconds, the latter of the new ones; `values` mg/dL.
    """

    of: Integers
    at: Integers
    values: Floats
    received: Integers
    new: Flags

    def only(self, chosen: Flags) -> "Lately":
        """Those readings."""
        return Lately(self.of[chosen], self.at[chosen], self.values[chosen], self.received[chosen], self.new[chosen])


def in_order(*parts: Lately) -> Lately:
    """All of them, by person and time."""
    of, at, values, received, new = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("of", "at", "values", "received", "new")
    )
    order = np.lexsort((new, at, of))
    return Lately(of[order], at[order], values[order], received[order], new[order])


def lately(before: Records, of: Integers) -> Lately:
    """Stored readings of those people, that have been looked at."""
    none = np.zeros(len(before), np.int64)
    return Lately(of, before["at"], before["value"], none, none.astype(np.bool_))


def records(calm: Calm) -> Records:
    """The one record of a calm."""
    latest = EVER if calm.latest is None else us(calm.latest)
    told = (us(calm.at), calm.device, calm.in_mmol, calm.least, calm.most, calm.fresh, latest, calm.weights, calm.floor)
    return np.array([told], CALM)


def calm_of(stored: bytes) -> Calm:
    """A calm as it was stored."""
    ((at, device, in_mmol, least, most, fresh, latest, weights, floor),) = np.frombuffer(stored, CALM).tolist()
    by = None if latest == EVER else moment(latest)
    return Calm(moment(at), device, in_mmol, least, most, fresh, by, tuple(weights.tolist()), floor)


def passing(calms: Records, looked_at: Integers, said: Lately) -> Flags:
    """Which of the new readings change nothing if none before them does, (new,).

    (p,) `looked_at` microseconds: what each person received up to then has been looked at. BACK before the first new
    one is at hand.
    """
    place = np.flatnonzero(said.new)
    if not len(place):
        return np.zeros(0, np.bool_)
    before, of, at, received = place - 1, said.of[place], said.at[place], said.received[place]
    calm, last = calms[of], said.at[before]
    in_turn = np.where(said.new[before], said.received[before] <= received, looked_at[of] < received)
    numbers = np.where(calm["in_mmol"], said.values[place] / GLUCOSE_MG_DL_PER_MMOL_L, said.values[place])
    passes: Flags = (
        in_turn
        & (before >= 0)
        & (said.of[before] == of)
        & (last < at)
        & (at <= calm["latest"])
        & (at <= received)
        & (received < last + calm["fresh"])
        & (received - at <= LIVE // MICROSECOND)
        & (calm["least"] <= numbers)
        & (numbers <= calm["most"])
    )
    passes[passes] = ~_bodes(calm[passes], said, place[passes])
    return passes


def _bodes(calm: Records, said: Lately, place: Integers) -> Flags:
    """Where glucose may be expected under the bound; nowhere that the hour before is not all there."""
    first = np.searchsorted(said.of, said.of[place])
    asked = said.at[place, None] - np.arange(LAGS) * (APART * MINUTE)
    # one axis for all: each person's readings after another's, none between
    span = said.at.max() - said.at.min() + 2 * LAGS * APART * MINUTE
    begins = said.of * span - said.at.min()
    told = np.interp(asked + begins[place, None], said.at + begins, said.values)
    roots = np.sqrt(np.maximum(told, 0.0)) - MIDDLE**0.5
    expected = calm["weights"][:, 0] + (roots * calm["weights"][:, 1:]).sum(axis=1)
    bodes: Flags = (asked[:, -1] >= said.at[first]) & ~(expected > calm["floor"])
    return bodes


def kept(said: Lately, people: int) -> Lately:
    """What the next readings of so many people will be held against."""
    last = np.zeros(people, np.int64)
    last[said.of] = said.at  # in order of time: the last one stays
    return said.only(said.at > last[said.of] - BACK // MICROSECOND)
