"""Too much time below range over fourteen days: 4 % under 70 mg/dL, 1 % under 54; older or high risk 1 % under 70;
pregnancy 4 % under 63 (Battelino 2019, tables 2 and 3)."""

from alerts.fortnight import missed
from alerts.rule import Finding, Known, Level, Looks, Rule
from timeseries.glucose.targets import Goal


def find(known: Known) -> tuple[Finding, ...]:
    """The goals for time below that the last fourteen whole days miss."""
    return missed(known, "below_range", Level.WARNING, _is_low)


def _is_low(goal: Goal) -> bool:
    return goal.target.figure in ("tbr", "tbr2", "below_pregnancy")


RULE = Rule("below_range", "too much time below range over 14 days", Looks.DAY, find)
