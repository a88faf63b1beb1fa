"""Very high: over 250 mg/dL (13.9 mmol/L) for 15 minutes, level 2 hyperglycaemia (Battelino 2019, 2023)."""

from alerts.out_of_bounds import HIGH_PACE, Sought, above, again
from alerts.rule import Finding, Known, Level, Looks, Quiet, Rule


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell over the person's very high."""
    high = known.thresholds.very_high
    if not high.on:
        return ()
    return above(known, Sought("very_high", Level.WARNING, high.limit.bound, hold=high.minutes, pace=HIGH_PACE))


def quiet(known: Known) -> Quiet:
    """Readings not over the person's bound."""
    high = known.thresholds.very_high
    return Quiet(most=high.limit.bound) if high.on else Quiet()


RULE = Rule("very_high", "over 250 mg/dL (13.9 mmol/L) for 15 minutes", Looks.GLUCOSE, find, again, quiet)
