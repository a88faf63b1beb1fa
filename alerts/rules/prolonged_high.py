"""Prolonged high: over 250 mg/dL (13.9 mmol/L) for two hours, short returns not counted as an end.

Extended hyperglycaemia (Battelino 2023 counts 90 of 120 minutes; iglu 120, as here). It is a matter of its own beside
the very high that rang long before: a pump that delivers nothing, a dose forgotten.
"""

from alerts.out_of_bounds import HIGH_PACE, Sought, above, again
from alerts.rule import Finding, Known, Level, Looks, Quiet, Rule
from timeseries.glucose.episodes import BEYOND


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell over the bound that has lasted long enough."""
    high = known.thresholds.prolonged_high
    if not high.on:
        return ()
    sought = Sought("prolonged_high", Level.WARNING, high.limit.bound, hold=BEYOND, pace=HIGH_PACE)
    return above(known, sought, least=high.minutes)


def quiet(known: Known) -> Quiet:
    """Readings not over the person's bound."""
    high = known.thresholds.prolonged_high
    return Quiet(most=high.limit.bound) if high.on else Quiet()


RULE = Rule("prolonged_high", "over 250 mg/dL (13.9 mmol/L) for two hours", Looks.GLUCOSE, find, again, quiet)
