"""People whose readings the watch's benchmarks make up: real traces moved to now, whole lots at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from alerts.forecast.foresight import foresight
from alerts.forecast.model import GENERAL
from alerts.forecast.replay import NEW
from alerts.watcher import Watcher
from benchmarks.setting import Holder, Setting
from hub.database import Connection, Database, Role
from hub.measurements import Channel
from hub.quantities import Kind, Quantity, Unit
from hub.readings import Reading, TimeSource, reading_key
from timeseries.postgres_store import PostgresStore
from vigie.trace_file import read_trace

CAPTURES = Path(__file__).parents[1] / "tests" / "captures" / "cgm"
DAY = timedelta(days=1)
LATE = timedelta(seconds=5)

Taken = tuple[datetime, float]
"""When a reading was taken, and its mg/dL."""


@dataclass(slots=True)
class Clock:
    """The watch's clock; it shows what it was set to."""

    now: datetime

    def __call__(self, _: Connection) -> datetime:
        """What it shows."""
        return self.now


def traces(people: int, begin: datetime) -> list[list[Taken]]:
    """Of each person a piece of a real trace, moved so that a day of it is past at `begin`; each in step by itself."""
    found = []
    sources = [read_trace(path, ZoneInfo("UTC")) for path in sorted(CAPTURES.glob("*.csv"))]
    for person in range(people):
        source = sources[person % len(sources)]
        first = (person * 97) % (len(source) - 600)
        told = [at.replace(tzinfo=UTC) for at in source.at[first:].tolist()]
        move = begin - DAY - told[0] + timedelta(seconds=person * 7 % 300)
        found.append([(at + move, value) for at, value in zip(told, source.values[first:].tolist(), strict=True)])
    return found


def reading(of: Holder, at: datetime, value: float, received: datetime | None = None) -> Reading:
    """What a person's sensor said, mg/dL, received at once if nothing else is told."""
    return Reading(
        person=of.person, household=None, kind=Kind.GLUCOSE_INTERSTITIAL, value=value, raw=Quantity(value, Unit.MG_DL),
        taken_at=at, utc_offset=60, device=of.device, key=reading_key(of.device, at.isoformat()),
        received_at=received or at + LATE, channel=Channel.MQTT, time_source=TimeSource.SENDER,
    )  # fmt: skip


def keep(database: Database, readings: Iterator[Reading]) -> None:
    """As the intake does, in one transaction."""
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(list(readings))


def begin_anew(where: Setting, at: datetime) -> None:
    """Everybody is watched from then on, and lows are foreseen by the general model, as if they had just begun."""
    sight = foresight(GENERAL, NEW, at)
    with psycopg.connect(where.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE vigie.alert_event, vigie.alert, vigie.calm")
        connection.execute("UPDATE vigie.device SET gateway = NULL")  # whoever hears a sensor may tell of it
        connection.execute("TRUNCATE vigie.foresight")
        connection.execute(_FORESEEING, [at, list(sight.weights), sight.error, sight.asked, sight.minutes])
        connection.execute("UPDATE vigie.walk SET state = NULL, began_at = %s, looked_at = %s, due_at = %s", [at] * 3)


_FORESEEING = "INSERT INTO vigie.foresight SELECT number, false, %s, %s, %s, %s, %s FROM vigie.person"


def to_the_end(watch: Watcher) -> None:
    """Look until there is nobody to look at."""
    while watch.turn():
        pass


def more_people(where: Setting, people: int) -> list[Holder]:
    """So many new people, each with a sensor's number of their own."""
    with psycopg.connect(where.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE vigie.reading, vigie.reading_key, vigie.arrival")
        rows = connection.execute(
            "INSERT INTO vigie.person (given, family, birth_date, sex, time_zone) "
            "SELECT 'P', 'Q', '1970-01-01', 'unknown', 'Europe/Paris' FROM generate_series(1, %s) RETURNING number",
            (people,),
        ).fetchall()
        connection.execute("ANALYZE vigie.walk")
    return [Holder("", number, number) for (number,) in rows]
