"""The newest readings of a person, and which way their glucose moves."""

from datetime import timedelta

from hub.quantities import GLUCOSE_KINDS
from timeseries.glucose.rate import OVER, Arrow, arrow
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Query


def arrow_of(store: PostgresStore, person: int, newest: Found) -> Arrow | None:
    """The arrow at that reading, by what its own device said before; None for what is no glucose, or too few."""
    if newest.kind not in GLUCOSE_KINDS:
        return None
    end = newest.taken_at + timedelta(microseconds=1)
    recent = store.find(Query(person, (newest.kind,), newest.taken_at - OVER, end, 1_000))
    return arrow([(f.taken_at, f.value) for f in recent if f.value is not None and f.device == newest.device])
