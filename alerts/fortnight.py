"""What the two rules of fourteen days share: the goals that a person's last whole days miss."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.rule import Because, Finding, Known, Level, Number
from timeseries.glucose.ranges import ranges
from timeseries.glucose.tally import Tally, total
from timeseries.glucose.targets import Goal, goals
from timeseries.standing import LEAST_ACTIVE, PERIOD, standing

SETTLED = 3
"""Days on which the period must end on target for it to be over; a figure that wavers about it is one matter. [own]"""

DAILY = time(9)
"""The person's hour at which rules of days are looked at: nobody needs them in the night. [own rule]"""


def missed(known: Known, rule: str, level: Level, chosen: Callable[[Goal], bool]) -> tuple[Finding, ...]:
    """The goals missed by the last fourteen whole days, or by those that ended one or two days before.

    Periods of which the sensor spoke in less than 70 % say nothing (Battelino 2019).
    """
    if not known.thresholds.off_target:
        return ()
    days = known.tallies()
    yesterday = known.now.astimezone(known.subject.zone).date() - timedelta(days=1)
    ends = [yesterday - timedelta(days=ago) for ago in range(SETTLED)]
    off = {end: found for end in ends if (found := _missed(known, days, end, chosen))}
    if not off:
        return ()
    numbers = tuple(number for goal in off[max(off)] for number in _numbers(goal))
    return (
        Finding(
            rule=rule,
            level=level,
            since=_looked_at(min(off), known),
            last=known.now,
            because=Because(rule, numbers),
        ),
    )


def _missed(known: Known, days: Mapping[date, Tally], end: date, chosen: Callable[[Goal], bool]) -> list[Goal]:
    """The goals that the period ending on that day misses; none where too little is known of it."""
    profile = known.subject.profile
    active = standing({day: told for day, told in days.items() if day <= end}, end, profile).active
    found = ranges(total(days[day] for ago in range(PERIOD) if (day := end - timedelta(days=ago)) in days))
    if active is None or active < LEAST_ACTIVE or found is None:
        return []
    return [goal for goal in goals(found, profile) if chosen(goal) and not goal.met]


def _numbers(goal: Goal) -> tuple[Number, Number]:
    name = goal.target.figure
    return Number(name, goal.value, "%"), Number(f"{name}_goal", goal.target.percent, "%")


def _looked_at(end: date, known: Known) -> datetime:
    """When a period that ended on that day was first looked at."""
    return datetime.combine(end + timedelta(days=1), DAILY, known.subject.zone).astimezone(UTC)


def next_daily(after: datetime, zone: ZoneInfo) -> datetime:
    """The next nine o'clock of that zone, UTC."""
    today = after.astimezone(zone).date()
    at = (datetime.combine(day, DAILY, zone).astimezone(UTC) for day in (today, today + timedelta(days=1)))
    return next(each for each in at if each > after)
