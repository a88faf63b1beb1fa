"""What the two rules of fast change share: the rate at every reading, and where it is beyond and back."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from alerts.out_of_bounds import evidence_of
from alerts.rule import Because, Finding, Known, Level, Number, Pace, Trace
from alerts.spells import SPOT, spells
from timeseries.glucose.bounds import Floats
from timeseries.glucose.rate import LEAST, OVER

EASED = 1.0
"""mg/dL per minute by which a change must ease to have ended: one arrow less (Dexcom)."""


def changes(known: Known, rule: str, direction: int, mg_dl_per_min: float) -> tuple[Finding, ...]:
    """Each spell of a change faster than that, up (`direction` 1) or down (-1); one reading is enough, as the rate is
    taken over 15 minutes. Fingersticks and scans have no rate."""
    traces = (trace for trace in known.traces if trace.kind not in SPOT)
    return tuple(found for trace in traces for found in _findings(known, trace, rule, direction, mg_dl_per_min))


def _findings(known: Known, trace: Trace, rule: str, direction: int, bound: float) -> Iterator[Finding]:
    fast = rates(trace) * direction
    for spell in spells(trace, fast > bound, fast <= bound - EASED, 0, known.now):
        rate = float(fast[spell.places[-1]]) * direction
        yield Finding(
            rule=rule,
            level=Level.WARNING,
            since=spell.since,
            last=spell.last,
            because=Because(rule, (Number("rate", rate, "mg/dL/min"), Number("bound", bound * direction, "mg/dL/min"))),
            evidence=evidence_of(trace, spell.places),
            until=spell.until,
            ended=spell.ended,
            pace=Pace(),
        )


def rates(trace: Trace) -> Floats:
    """(n,) mg/dL per minute at each reading, as `timeseries.glucose.rate` has it; NaN where too little tells it."""
    at = trace.series.at
    first = np.searchsorted(at, at - np.timedelta64(OVER // timedelta(microseconds=1), "us"), side="left")
    apart = (at - at[first]) / np.timedelta64(1, "m")
    told = np.where(apart >= LEAST / timedelta(minutes=1), apart, np.nan)
    rate: Floats = (trace.series.values - trace.series.values[first]) / told
    return rate
