"""Predicted low: glucose is expected under 70 mg/dL (3.9 mmol/L) in 20 minutes, by what was learnt of the person.

Only while their own false alarms are few (alerts.forecast.gate): who knows little, or too often wrong, is silent. It
rings once a fall, and never stands for the alarm of a low that is there.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from alerts.forecast.foresight import Foresight, forecast_at, foreseen
from alerts.forecast.record import PATIENCE
from alerts.out_of_bounds import again, at_of, evidence_of
from alerts.rule import Because, Ended, Finding, Known, Level, Looks, Number, Quiet, Rule, Trace
from alerts.spells import GIVEN_UP
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Unit
from timeseries.glucose.bounds import LOW, Bound, Flags


def find(known: Known) -> tuple[Finding, ...]:
    """The newest expectation of each sensor, whether it stands or is over."""
    sight = known.foresight
    if sight is None or not known.thresholds.predicted_low:
        return ()
    traces = [trace for trace in known.traces if trace.kind is Kind.GLUCOSE_INTERSTITIAL and len(trace.series)]
    return tuple(found for trace in traces for found in _findings(known, trace, sight))


def _findings(known: Known, trace: Trace, sight: Foresight) -> Iterator[Finding]:
    bound = _bound(known)
    low = trace.levels.below(bound)
    places = np.flatnonzero(foreseen(sight, trace.series, bound)).tolist()
    if not places:
        return
    last, spell = places[-1], _spell(trace, places, low)
    found = Finding(
        rule="predicted_low",
        level=Level.WARNING,
        since=at_of(trace, spell[0]),
        last=at_of(trace, last),
        because=Because("predicted_low", _numbers(trace, sight, last, bound)),
        evidence=evidence_of(trace, tuple(spell)),
    )
    yield _ended(found, known, trace, last, low)


def _bound(known: Known) -> Bound:
    """The consensus' low, by which forecasts are scored; the person's own where that is lower, as in pregnancy."""
    own = known.thresholds.low.limit.bound
    return own if own.mg_dl < LOW.mg_dl else LOW


def _spell(trace: Trace, places: list[int], low: Flags) -> list[int]:
    """The places of one fall, up to the last: none 45 minutes from the next, and no low between."""
    begin = len(places) - 1
    while begin and _same_fall(trace, places[begin - 1], places[begin], low):
        begin -= 1
    return places[begin:]


def _same_fall(trace: Trace, one: int, next_one: int, low: Flags) -> bool:
    apart = at_of(trace, next_one) - at_of(trace, one)
    return apart <= PATIENCE and not low[one : next_one + 1].any()


def _ended(found: Finding, known: Known, trace: Trace, last: int, low: Flags) -> Finding:
    """Over once the low has come, once it can come no more, or once the sensor is silent; never told afterwards."""
    for place in range(last + 1, len(low)):
        if low[place] or at_of(trace, place) - found.last > PATIENCE:
            return replace(found, until=at_of(trace, place), ended=Ended.BACK, held=False)
    newest = at_of(trace, -1)
    if known.now - newest >= GIVEN_UP:
        return replace(found, until=newest, ended=Ended.LOST, held=False)
    return found


def _numbers(trace: Trace, sight: Foresight, place: int, bound: Bound) -> tuple[Number, ...]:
    """What is expected and the bound, in the sensor's unit; in how long, and with which chance."""
    expected = forecast_at(sight, trace.series, place)
    in_mmol = expected.in_mmol
    unit, factor = (Unit.MMOL_L, GLUCOSE_MG_DL_PER_MMOL_L) if in_mmol else (Unit.MG_DL, 1.0)
    return (
        Number("glucose", expected.value / factor, unit),
        Number("bound", bound.mmol_l if in_mmol else bound.mg_dl, unit),
        Number("minutes", (expected.at - expected.made_at).total_seconds() / 60, "min"),
        Number("chance", 100 * expected.chance_below(bound), "%"),
    )


def quiet(known: Known) -> Quiet:
    """Readings that bode no low; all of them where nothing may be foreseen."""
    sight = known.foresight
    if sight is None or sight.asked is None or not known.thresholds.predicted_low:
        return Quiet()
    return Quiet(sight=sight, low=_bound(known))


def stays(known: Known, found: Finding) -> Quiet | None:
    """Readings that bode no other low, and none that is one, up to when it can come no more."""
    if len(known.traces) != 1 or known.foresight is None:
        return None
    bound = _bound(known)
    return Quiet(least=bound, fresh=GIVEN_UP, sight=known.foresight, low=bound, latest=found.last + PATIENCE)


RULE = Rule(
    "predicted_low", "under 70 mg/dL (3.9 mmol/L) expected in 20 minutes, by the person's own readings",
    Looks.GLUCOSE, find, again, quiet, stays,
)  # fmt: skip
