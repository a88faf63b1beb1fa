"""Low: under 70 mg/dL (3.9 mmol/L) for 15 minutes, level 1 hypoglycaemia (Battelino 2019, 2023)."""

from alerts.out_of_bounds import LOW_PACE, Sought, again, below
from alerts.rule import Finding, Known, Level, Looks, Quiet, Rule


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell under the person's low."""
    low = known.thresholds.low
    if not low.on:
        return ()
    return below(known, Sought("low", Level.WARNING, low.limit.bound, hold=low.minutes, pace=LOW_PACE))


def quiet(known: Known) -> Quiet:
    """Readings not under the person's bound."""
    low = known.thresholds.low
    return Quiet(least=low.limit.bound) if low.on else Quiet()


RULE = Rule("low", "under 70 mg/dL (3.9 mmol/L) for 15 minutes", Looks.GLUCOSE, find, again, quiet)
