"""How restless glucose is, between days and within them; every figure on the grid."""

import numpy as np

from timeseries.glucose.averages import sd_of
from timeseries.glucose.bounds import Floats
from timeseries.glucose.grid import Grid


def modd(of: Grid) -> float | None:
    """Mean absolute difference to the same clock time of the day before, mg/dL; None under two such slots' days.

    Clock time, not 24 hours: meals and nights follow the clock when it changes.
    Source: Molnar 1972 (doi:10.1007/BF01218495); iglu modd.
    """
    return _mean(np.abs(_known(np.diff(of.by_day(), axis=0))))


def conga(of: Grid, hours: int) -> float | None:
    """SD of the difference to `hours` hours before, mg/dL. Papers mean n = 1, 2 or 4; iglu's default is 24: say which.

    Source: McDonnell 2005 (doi:10.1089/dia.2005.7.253).
    """
    return sd_of(_known(_change(of, round(60 / of.step) * hours)))


def gvp(of: Grid) -> float | None:
    """Glycaemic variability percentage: how much longer the trace is than a flat one (minutes and mg/dL as lengths).

    Source: Peyser 2018 (doi:10.1089/dia.2017.0187).
    """
    changes = _known(_change(of, 1))
    ratio = _mean(np.hypot(of.step, changes) / of.step)
    return None if ratio is None else 100 * (ratio - 1)


def mag(of: Grid) -> float | None:
    """Mean absolute glucose change, mg/dL an hour: all changes from slot to slot over the hours they took.

    Source: Hermanides 2010 (doi:10.1097/CCM.0b013e3181cc4be9); iglu's own default is hourly slots, lower by nature.
    """
    change = _mean(np.abs(_known(_change(of, 1))))
    return None if change is None else change * 60 / of.step


def sd_of_rate(of: Grid) -> float | None:
    """SD of the rate of change over 15 minutes, mg/dL/min; over one step where that is longer.

    Source: Clarke 2009 (doi:10.1089/dia.2008.0138); iglu sd_roc.
    """
    slots = max(1, round(15 / of.step))
    return sd_of(_known(_change(of, slots)) / (slots * of.step))


def _change(of: Grid, slots: int) -> Floats:
    """Each value less that `slots` before, NaN where either is missing."""
    return of.values[slots:] - of.values[: max(0, len(of.values) - slots)]


def _known(values: Floats) -> Floats:
    """What is not NaN, flat."""
    known: Floats = values[~np.isnan(values)]
    return known


def _mean(known: Floats) -> float | None:
    return float(known.mean()) if len(known) else None
