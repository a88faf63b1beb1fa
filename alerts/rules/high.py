"""High: over 180 mg/dL (10.0 mmol/L) for 15 minutes, level 1 hyperglycaemia (Battelino 2019, 2023)."""

from alerts.out_of_bounds import HIGH_PACE, Sought, above, again
from alerts.rule import Finding, Known, Level, Looks, Quiet, Rule


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell over the person's high; none where nobody asked for it."""
    high = known.thresholds.high
    if not high.on:
        return ()
    return above(known, Sought("high", Level.NOTICE, high.limit.bound, hold=high.minutes, pace=HIGH_PACE))


def quiet(known: Known) -> Quiet:
    """Readings not over the person's bound."""
    high = known.thresholds.high
    return Quiet(most=high.limit.bound) if high.on else Quiet()


RULE = Rule("high", "over 180 mg/dL (10.0 mmol/L) for 15 minutes, where asked for", Looks.GLUCOSE, find, again, quiet)
