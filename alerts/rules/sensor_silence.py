"""Sensor silence: no current reading for 20 minutes (Dexcom's signal loss), with its cause where it is known.

What counts is when the newest reading was taken: a sensor whose records come hours late shows nothing of now.
"""

from datetime import datetime, timedelta

from alerts.rule import ALWAYS, Because, Finding, Known, Level, Looks, Number, Pace, Quiet, Rule, Source
from hub.quantities import Kind

NAME = "sensor_silence"
PACE = Pace(timedelta(minutes=60))
"""[own rule] As often as a high."""

SLOWEST = 15
"""Minutes: the longest step of any sensor (Libre's history); longer intervals are losses."""

_MINUTE = timedelta(minutes=1)


def find(known: Known) -> tuple[Finding, ...]:
    """The silence, while nothing newer than the limit is known; none before there was any reading."""
    limit = limit_of(known)
    if known.newest is None or known.now - known.newest < limit:
        return ()
    minutes = Number("minutes", (known.now - known.newest) // _MINUTE, "min")
    return (
        Finding(
            rule=NAME,
            level=Level.WARNING,
            since=known.newest,
            last=known.newest,
            because=Because(f"{NAME}_{_cause(known, limit)}", (minutes,)),
            live=ALWAYS,
            pace=PACE,
        ),
    )


def limit_of(known: Known) -> timedelta:
    """The person's limit, or two steps and a minute of a slower sensor: one lost reading is no silence."""
    steps = (t.step or 0 for t in known.traces if t.kind is Kind.GLUCOSE_INTERSTITIAL)
    slowest = min(max(steps, default=0), SLOWEST)
    return max(known.thresholds.silence.minutes, 2 * slowest + 1) * _MINUTE


def _cause(known: Known, limit: timedelta) -> str:
    """late: readings come, but old ones. sensor: the gateway lives. gateway: others' live. network: none does."""

    def lives(at: datetime | None) -> bool:
        return at is not None and known.now - at <= limit

    if lives(known.arrived) and _late(known, limit):
        return "late"
    if Source.GATEWAY not in known.heard:
        return "unknown"
    if lives(known.heard[Source.GATEWAY]):
        return "sensor"
    return "gateway" if lives(known.heard.get(Source.ANY_GATEWAY)) else "network"


def _late(known: Known, limit: timedelta) -> bool:
    return known.arrived is not None and known.newest is not None and known.arrived - known.newest > limit


def wake(known: Known) -> datetime | None:
    """When the newest reading will be too old."""
    return None if known.newest is None else known.newest + limit_of(known)


def quiet(known: Known) -> Quiet:
    """Readings that come before the person's own limit, the least that `limit_of` may ever be."""
    return Quiet(fresh=known.thresholds.silence.minutes * _MINUTE)


RULE = Rule(NAME, "no current reading for 20 minutes, and why where known", Looks.GLUCOSE, find, wake, quiet)
