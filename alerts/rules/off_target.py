"""Time in range off target over fourteen days: 70 % of 70-180 mg/dL; older or high risk 50 %; pregnancy 70 % of 63-140
(Battelino 2019, tables 2 and 3)."""

from alerts.fortnight import missed
from alerts.rule import Finding, Known, Level, Looks, Rule
from timeseries.glucose.targets import Goal


def find(known: Known) -> tuple[Finding, ...]:
    """The goal for time in range that the last fourteen whole days miss."""
    return missed(known, "off_target", Level.NOTICE, _is_in_range)


def _is_in_range(goal: Goal) -> bool:
    return goal.target.figure in ("tir", "pregnancy")


RULE = Rule("off_target", "time in range off target over 14 days", Looks.DAY, find)
