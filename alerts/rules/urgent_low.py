"""Urgent low: one reading under 54 mg/dL (3.0 mmol/L) rings at once.

Level 2 hypoglycaemia (Battelino 2019). It waits for nothing: a second reading comes five to fifteen minutes later.
"""

from alerts.out_of_bounds import URGENT_PACE, Sought, again, below
from alerts.rule import Finding, Known, Level, Looks, Quiet, Rule


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell that has one reading under the bound."""
    bound = known.thresholds.urgent_low.bound
    return below(known, Sought("urgent_low", Level.URGENT, bound, hold=0, pace=URGENT_PACE))


def quiet(known: Known) -> Quiet:
    """Readings not under the person's bound."""
    return Quiet(least=known.thresholds.urgent_low.bound)


RULE = Rule("urgent_low", "one reading under 54 mg/dL (3.0 mmol/L)", Looks.GLUCOSE, find, again, quiet)
