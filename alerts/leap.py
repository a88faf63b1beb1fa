"""Over the receipts that change nothing to the next one, or to the last of them where nothing comes in time.

The walk is the same as if each had been looked at: none of them tells anything, and what a look remembers (the newest
reading, when to look again) is that of the receipt leapt to, which is looked at as any other. What leaves the day that
rules judge could make other spells of the rest: nobody leaps to where anything beyond a bound, or what its step is told
from, has left it.
"""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from alerts.calm import BACK, MICROSECOND, Calm
from alerts.history import DAY_BACK, History, moment, us
from alerts.passing import Lately, passing, records
from alerts.spells import NEIGHBOURS
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, UNIT_NUMBER, Kind, Unit
from timeseries.glucose.bounds import Flags
from timeseries.glucose.one_source import Integers, Samples


def leap(calm: Calm, looked_at: datetime, history: History, stop: datetime) -> datetime | None:
    """A receipt before `stop`, those between `looked_at` and it changing nothing; None if it is the next one."""
    stop = min([stop, *_others(looked_at, history)])
    samples = history.glucose.get(Kind.GLUCOSE_INTERSTITIAL)
    if samples is None:
        return None
    first = int(np.searchsorted(samples.received, us(looked_at), side="right"))
    after = int(np.searchsorted(samples.received, us(stop), side="left"))
    if after - first < 2:
        return None
    after = min(after, int(np.searchsorted(samples.received, _steady_until(calm, looked_at, history), side="right")))
    passed = _passed(calm, samples, us(looked_at), first, after)
    last = first + passed - 1
    in_time = passed and last + 1 < after and samples.received[last + 1] < samples.at[last] + calm.fresh
    far = last + 1 if in_time else last
    return moment(int(samples.received[far])) if far > first else None


def _others(looked_at: datetime, history: History) -> Iterator[datetime]:
    """When glucose of another kind was received."""
    for kind, samples in history.glucose.items():
        later = samples.received[samples.received > us(looked_at)]
        if kind is not Kind.GLUCOSE_INTERSTITIAL and len(later):
            yield moment(int(later[0]))


def _passed(calm: Calm, samples: Samples, looked_at: int, first: int, after: int) -> int:
    """How many from place `first` on change nothing, of those before place `after`."""
    old = before(calm, samples, first, int(samples.at[first]))
    if old is None:
        return 0
    unlike = np.flatnonzero(~(_plain(calm, samples) & (samples.device == calm.device))[first:after])
    places = np.append(old, np.arange(first, first + unlike[0] if len(unlike) else after))
    back = np.flatnonzero(np.diff(samples.at[places]) <= 0)
    places = places[: back[0] + 1] if len(back) else places
    nobody_else = np.zeros(len(places), np.int64)
    said = Lately(nobody_else, samples.at[places], samples.value[places], samples.received[places], places >= first)
    return int(np.argmin(np.append(passing(records(calm), np.array([looked_at]), said), False)))


def before(calm: Calm, samples: Samples, first: int, at: int) -> Integers | None:
    """Places before `first` of the sensor's readings that one taken then is held against; None if any is not plain."""
    lately = (samples.device[:first] == calm.device) & (samples.at[:first] > at - BACK // MICROSECOND)
    old: Integers = np.flatnonzero(lately)
    old = old[np.argsort(samples.at[old])]
    return old if _plain(calm, samples)[old].all() and (np.diff(samples.at[old]) > 0).all() else None


def _plain(calm: Calm, samples: Samples) -> Flags:
    """Where the sensor said a number, and in the calm's unit."""
    unit = UNIT_NUMBER[Unit.MMOL_L if calm.in_mmol else Unit.MG_DL]
    plain: Flags = (samples.condition == 0) & (samples.raw_unit == unit)
    return plain


def _steady_until(calm: Calm, looked_at: datetime, history: History) -> int:
    """Up to when nothing beyond a bound, nor the readings before it that tell its step, leaves the day rules judge."""
    found = [np.iinfo(np.int64).max]
    for samples in history.glucose.values():
        known = (samples.received <= us(looked_at)) & (samples.at >= us(calm.at - DAY_BACK))
        numbers = samples.value / GLUCOSE_MG_DL_PER_MMOL_L if calm.in_mmol else samples.value
        beyond = known & ~(_plain(calm, samples) & (numbers >= calm.least) & (numbers <= calm.most))
        for device in np.unique(samples.device[beyond]).tolist():
            at = np.unique(samples.at[known & (samples.device == device)])
            place = int(np.searchsorted(at, samples.at[beyond & (samples.device == device)].min()))
            found.append(int(at[max(place - NEIGHBOURS, 0)]) + DAY_BACK // MICROSECOND)
    return min(found)
