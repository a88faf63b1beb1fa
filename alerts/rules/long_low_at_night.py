"""Long low at night: under 70 mg/dL (3.9 mmol/L) for 30 minutes between 00:00 and 06:00 on the person's clock.

The night is Danne 2017's. It is urgent where the same low by day is not: the first ring woke nobody. [own rule]
"""

from datetime import date, datetime, time, timedelta

from alerts.out_of_bounds import URGENT_PACE, Sought, again, below
from alerts.rule import Finding, Known, Level, Looks, Quiet, Rule
from alerts.spells import Spell
from timeseries.glucose.day_night import NIGHT_ENDS
from timeseries.glucose.episodes import BEYOND

_MINUTE = timedelta(minutes=1)


def find(known: Known) -> tuple[Finding, ...]:
    """Every spell under the low of which so many minutes fell into a night."""
    low = known.thresholds.night_low
    if not low.on:
        return ()
    sought = Sought("long_low_at_night", Level.URGENT, low.limit.bound, hold=BEYOND, pace=URGENT_PACE)
    return below(known, sought, least=max(low.minutes, 1), lasts=_at_night)


def _at_night(known: Known, spell: Spell) -> float:
    """Minutes of the spell in the nights of the days on which it began and was last seen."""
    zone = known.subject.zone
    end = spell.since + spell.minutes * _MINUTE
    days = {spell.since.astimezone(zone).date(), spell.last.astimezone(zone).date()}
    return sum(_shared(spell.since, end, *_night(day, known)) for day in days)


def _night(day: date, known: Known) -> tuple[datetime, datetime]:
    """When that day's night begins and ends; five or seven hours apart where clocks change in it."""
    zone = known.subject.zone
    return datetime.combine(day, time(), zone), datetime.combine(day, time(*divmod(NIGHT_ENDS, 60)), zone)


def _shared(since: datetime, until: datetime, begins: datetime, ends: datetime) -> float:
    utc = since.tzinfo  # differences of one zone's local times would not see its clocks change
    shared = min(until, ends.astimezone(utc)) - max(since, begins.astimezone(utc))
    return max(0.0, shared / _MINUTE)


def quiet(known: Known) -> Quiet:
    """Readings not under the person's bound."""
    low = known.thresholds.night_low
    return Quiet(least=low.limit.bound) if low.on else Quiet()


RULE = Rule(
    "long_low_at_night", "under 70 mg/dL (3.9 mmol/L) for 30 minutes of a night", Looks.GLUCOSE, find, again, quiet
)
