"""Trends read from the store: one person's series for a stretch of time, by whoever may see its readings."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.database import Connection
from hub.quantities import Kind
from timeseries.columns import samples
from timeseries.glucose.one_source import one_source
from timeseries.glucose.series import Series
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Query

BEFORE = timedelta(days=240)
"""How far before a period its weights are to be read: the longest change told (180 days), the sixth of it by which the
weighing compared with may lie off, and a month in which the trend forgets what came before."""

MOST_WEIGHINGS = 20_000
"""More in eight months is no person on a scale."""

COMPOSITION = (
    Kind.WEIGHT, Kind.BODY_FAT, Kind.BODY_WATER, Kind.MUSCLE_MASS, Kind.MUSCLE_PERCENT, Kind.BONE_MASS, Kind.IMPEDANCE,
)  # fmt: skip


def glucose(connection: Connection, person: int, zone: ZoneInfo, since: datetime, until: datetime) -> Series:
    """The sensor's series from `since` up to but not including `until`.

    Whole local days are read, since which sensor is taken is decided by the day; then cut.
    """
    first, last = _midnight(since, zone, 0), _midnight(until, zone, 1)
    found = samples(connection, person, Kind.GLUCOSE_INTERSTITIAL, first, last)
    return one_source(found, zone).between(since, until)


def weighings(connection: Connection, person: int, since: datetime, until: datetime) -> list[Found]:
    """Weights and what was measured with them, from `since` up to but not including `until`."""
    query = Query(person, COMPOSITION, since, until, MOST_WEIGHINGS)
    return PostgresStore(connection).find(query)


def _midnight(moment: datetime, zone: ZoneInfo, later: int) -> datetime:
    """The beginning of the local day of that moment, or of one so many days later."""
    day = moment.astimezone(zone).date() + timedelta(days=later)
    return datetime.combine(day, time(), zone).astimezone(UTC)
