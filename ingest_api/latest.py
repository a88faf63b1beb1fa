"""The glucose somebody has now, and which way it moves."""

from datetime import datetime, timedelta

from hub.quantities import GLUCOSE_KINDS, Kind
from timeseries.glucose.rate import OVER, Arrow, arrow
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Query

FRESH = timedelta(minutes=15)
"""As long as nobody doubts a sensor's reading (Nightscout's first warning)."""

_DAY = timedelta(days=1)
_AHEAD = timedelta(hours=1)
"""How far in the future a device's clock may put a reading that was taken."""

_MOST = 10_000
"""More readings of one day come from no sensor."""


def current_glucose(store: PostgresStore, person: int, now: datetime) -> Found | None:
    """The sensor's newest while it is fresh, else the newest of any device; None if there never was one.

    What is no glucose of theirs (a control solution, a sensor's fault) does not count.
    """
    today = store.find(Query(person, GLUCOSE_KINDS, now - _DAY, now + _AHEAD, _MOST))
    counting = [found for found in today if counts(found)]
    fresh = [f for f in counting if f.kind is Kind.GLUCOSE_INTERSTITIAL and now - f.taken_at <= FRESH]
    before = () if counting else (found for found in store.latest(person) if found.kind in GLUCOSE_KINDS)
    return max(fresh or counting or filter(counts, before), key=lambda found: found.taken_at, default=None)


def counts(found: Found) -> bool:
    """True if it says something of the person: a number, or that it lies beyond what the device can measure."""
    return (found.value is not None) if found.condition is None else found.condition.bounds_only


def arrow_of(store: PostgresStore, person: int, newest: Found) -> Arrow | None:
    """The arrow at that reading, by what its own device said before; None for what is no glucose, or too few."""
    if newest.kind not in GLUCOSE_KINDS:
        return None
    end = newest.taken_at + timedelta(microseconds=1)
    recent = store.find(Query(person, (newest.kind,), newest.taken_at - OVER, end, 1_000))
    return arrow([(f.taken_at, f.value) for f in recent if f.value is not None and f.device == newest.device])
