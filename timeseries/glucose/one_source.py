"""From what was stored of one person to a Series: each moment told by one sensor, once.

Two sensors worn at once would count the shared hours twice; a record sent again and corrected would count both times.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hub.measurements import CONDITION_NUMBER, Condition
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, UNIT_NUMBER, Unit
from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import GAP, Series, moment
from timeseries.local_time import wall_clock

Integers = NDArray[np.int64]

_GAP_US = int(GAP * 60e6)
_BELOW, _ABOVE = CONDITION_NUMBER[Condition.BELOW_RANGE], CONDITION_NUMBER[Condition.ABOVE_RANGE]

# The smallest step a sensor prints, in the number's own unit and in mg/dL for one of that unit.
_MG, _MMOL, _G = UNIT_NUMBER[Unit.MG_DL], UNIT_NUMBER[Unit.MMOL_L], UNIT_NUMBER[Unit.G_L]
_STEP = {_MG: 1.0, _MMOL: 0.1, _G: 0.01}
_FACTOR = {_MG: 1.0, _MMOL: GLUCOSE_MG_DL_PER_MMOL_L, _G: 100.0}


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One person's stored sensor records (Kind.GLUCOSE_INTERSTITIAL only), (n,) each, in any order.

    `at`, `received` int64 microseconds since 1970 UTC; `value` float64 mg/dL, NaN where the sensor gave only a bound
    of its range, or nothing; `raw_value` as said, in `raw_unit` (int16, hub.quantities.UNIT_NUMBER); `condition` int16
    (hub.measurements.CONDITION_NUMBER, 0 for none); `device` int32; `key` S16, the reading's identity.
    """

    at: Integers
    value: Floats
    raw_value: Floats
    raw_unit: NDArray[np.int16]
    condition: NDArray[np.int16]
    device: NDArray[np.int32]
    received: Integers
    key: NDArray[np.bytes_]


def one_source(samples: Samples, zone: ZoneInfo) -> Series:
    """The series of these records: rows without a number dropped, one a device and instant, one sensor at a time.

    Of several with one device and time the last received counts, then the larger key. On each local day the sensor that
    spoke longest is taken whole; another gives only what lies outside the stretches taken so far, and so on. A stretch
    ends at a gap over 45 minutes. So what a day says depends on its own records alone, in whatever order they came.
    """
    return _taken(samples, zone)[0]


def one_source_told(samples: Samples, zone: ZoneInfo) -> tuple[Series, list[tuple[datetime, bool]]]:
    """The same, and when the sensor said only that glucose lay over (True) or under what it can measure."""
    series, taken = _taken(samples, zone)
    beyond = np.isin(samples.condition[taken], (_BELOW, _ABOVE))
    over = (samples.condition[taken] == _ABOVE)[beyond].tolist()
    return series, [(moment(at), high) for at, high in zip(series.at[beyond], over, strict=True)]


def _taken(samples: Samples, zone: ZoneInfo) -> tuple[Series, Integers]:
    """The series, and the places of its records."""
    values = _numbers(samples)
    kept = np.flatnonzero(np.isfinite(values))
    kept = kept[np.lexsort((samples.key[kept], samples.received[kept], samples.at[kept], samples.device[kept]))]
    at, device = samples.at[kept], samples.device[kept]
    superseded = np.append((at[1:] == at[:-1]) & (device[1:] == device[:-1]), False)[: len(kept)]
    kept = kept[~superseded]
    taken = kept[_one_at_a_time(samples.at[kept], samples.device[kept], zone)]
    in_mmol = samples.raw_unit[taken] == _MMOL
    return Series(samples.at[taken].astype("datetime64[us]"), values[taken], in_mmol, zone), taken


def _numbers(samples: Samples) -> Floats:
    """mg/dL of each record: beyond the sensor's range the number just beyond its bound; NaN where there is none.

    Counted so, LO is time below 54 and HI time above 250 (the sensors' bounds lie beyond those), in their own unit.
    """
    if not samples.condition.any():
        return samples.value
    below, above = samples.condition == _BELOW, samples.condition == _ABOVE
    values: Floats = np.where((samples.condition == 0) | below | above, samples.value, np.nan)
    for unit, step in _STEP.items():
        bound_only = (below | above) & np.isnan(values) & (samples.raw_unit == unit)
        beyond = samples.raw_value[bound_only] + np.where(above[bound_only], step, -step)
        values[bound_only] = beyond * _FACTOR[unit]
    return values


def _one_at_a_time(at: Integers, device: NDArray[np.int32], zone: ZoneInfo) -> Integers:
    """Positions to take, by time, of records ordered by device and time."""
    if not len(at) or device[0] == device[-1]:
        return np.arange(len(at))
    days = wall_clock(at.astype("datetime64[us]"), zone).days
    taken = np.concatenate([_of_a_day(at, device, np.flatnonzero(days == day)) for day in np.unique(days)])
    return np.asarray(taken[np.argsort(at[taken], kind="stable")])


def _of_a_day(at: Integers, device: NDArray[np.int32], places: Integers) -> Integers:
    """Of a day's records, at those places, the ones to take."""
    stretches: dict[int, list[Integers]] = {}
    for sensor in np.unique(device[places]):
        own = places[device[places] == sensor]
        stretches[int(sensor)] = np.split(own, np.flatnonzero(np.diff(at[own]) > _GAP_US) + 1)
    spoken = {sensor: sum(int(at[s[-1]] - at[s[0]]) for s in each) for sensor, each in stretches.items()}
    taken: list[Integers] = []
    for sensor in sorted(stretches, key=lambda sensor: (-spoken[sensor], sensor)):
        taken += [_outside(at, stretch, taken) for stretch in stretches[sensor]]
    return np.concatenate(taken)


def _outside(at: Integers, stretch: Integers, taken: list[Integers]) -> Integers:
    """What of a stretch lies outside all those taken."""
    for other in taken:
        if len(other):
            stretch = stretch[(at[stretch] < at[other[0]]) | (at[stretch] > at[other[-1]])]
    return stretch
