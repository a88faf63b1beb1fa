"""Trends read from the store: one person's series for a stretch of time, by whoever may see its readings."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.database import Connection
from hub.quantities import Kind
from timeseries.columns import samples
from timeseries.glucose.one_source import Samples, one_source, one_source_told
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
    return one_source(_sensed(connection, person, zone, since, until), zone).between(since, until)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A sensor's series, and when it said only that glucose lay over (True) or under what it can measure."""

    series: Series
    beyond: tuple[tuple[datetime, bool], ...]


def glucose_told(connection: Connection, person: int, zone: ZoneInfo, since: datetime, until: datetime) -> Told:
    """The same series, for those who print its numbers: those that stand for LO or HI are no measures."""
    series, beyond = one_source_told(_sensed(connection, person, zone, since, until), zone)
    return Told(series.between(since, until), tuple(beyond))


def _sensed(connection: Connection, person: int, zone: ZoneInfo, since: datetime, until: datetime) -> Samples:
    first, last = _midnight(since, zone, 0), _midnight(until, zone, 1)
    return samples(connection, person, Kind.GLUCOSE_INTERSTITIAL, first, last)


def weighings(connection: Connection, person: int, since: datetime, until: datetime) -> list[Found]:
    """Weights and what was measured with them, from `since` up to but not including `until`."""
    query = Query(person, COMPOSITION, since, until, MOST_WEIGHINGS)
    return PostgresStore(connection).find(query)


def _midnight(moment: datetime, zone: ZoneInfo, later: int) -> datetime:
    """The beginning of the local day of that moment, or of one so many days later."""
    day = moment.astimezone(zone).date() + timedelta(days=later)
    return datetime.combine(day, time(), zone).astimezone(UTC)
