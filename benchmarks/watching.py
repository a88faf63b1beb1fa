"""`python -m benchmarks.watching`: what alerts cost, how late they come, and how many people one process watches.

The floor of a look is the intake's own work on a reading (benchmarks.whole_way, µs of CPU); of a turn, the bare SELECT
of the day that rules judge. Readings come one each five minutes, people one after the other; nothing stays.
"""

import resource
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from alerts.received import glucose
from alerts.watcher import Watcher
from benchmarks.setting import Holder, Setting, holders, setting
from hub.database import Database, Role
from hub.measurements import Channel
from hub.quantities import Kind, Quantity, Unit
from hub.readings import Reading, TimeSource, reading_key
from timeseries.postgres_store import PostgresStore

console = Console()

STEP = timedelta(minutes=5)
DAY = timedelta(days=1)
INTAKE_US = {25: 47.0, 1: 289.0}
"""µs of CPU a reading that the whole way takes, by messages' length (benchmarks/README.md)."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a person, of the clock and of this process's CPU."""

    wall: float
    cpu: float


def main(
    people: Annotated[int, typer.Option(help="People watched in one process.")] = 100_000,
    seconds: Annotated[int, typer.Option(help="How long readings come at half of what the watch takes.")] = 20,
) -> None:
    """Cost of a look, lateness of alerts, memory of many people."""
    with console.status("starting servers…") as status, setting(lambda line: status.update(line)) as where:
        database = Database(where.database_url)
        held = holders(where.database_url)
        status.update("a day of readings of everybody…")
        _keep(database, _day_of(held))
        _to_the_end(Watcher(database))
        status.update("looks…")
        cost, floor = _cost(database, held), _floor(database, held)
        console.print(
            f"a turn of {len(held)} people: {cost.wall:.2f} ms a person ({cost.cpu:.2f} ms of CPU); "
            f"the SELECT of their day {floor.wall:.2f} ms ({floor.cpu:.2f}): ratio {cost.wall / floor.wall:.1f}"
        )
        for length, micros in INTAKE_US.items():
            console.print(
                f"beside the intake's CPU of a reading in messages of {length}: {1e3 * cost.cpu / micros:.0f}"
            )
        rate = 0.5 / (cost.wall / 1e3)
        status.update(f"{rate:.0f} readings a second, for {seconds} s…")
        late = _lateness(where, database, held, rate, seconds)
        console.print(
            f"kept→alert at {rate:.0f} readings/s: median {1e3 * median(late):.0f} ms, "
            f"p99 {1e3 * sorted(late)[int(0.99 * len(late))]:.0f} ms of {len(late)} alerts"
        )
        status.update(f"{people:,} people…")
        console.print(_many(where, database, people))
        database.close()


def _reading(of: Holder, at: datetime, value: float, received: datetime | None = None) -> Reading:
    return Reading(
        person=of.person, household=None, kind=Kind.GLUCOSE_INTERSTITIAL, value=value, raw=Quantity(value, Unit.MG_DL),
        taken_at=at, utc_offset=60, device=of.device, key=reading_key(of.device, at.isoformat()),
        received_at=received or at, channel=Channel.MQTT, time_source=TimeSource.SENDER,
    )  # fmt: skip


def _day_of(held: Sequence[Holder]) -> Iterator[Reading]:
    newest = datetime.now(UTC)
    for of in held:
        for n in range(1, 288):
            yield _reading(of, newest - n * STEP, 100 + n % 40, newest)


def _keep(database: Database, readings: Iterator[Reading]) -> None:
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(list(readings))


def _to_the_end(watcher: Watcher) -> None:
    while watcher.turn():
        pass


def _cost(database: Database, held: Sequence[Holder]) -> Cost:
    """Of looking once at everybody after one more reading of each; the median of five times."""
    watcher, found = Watcher(database), []
    for _ in range(5):
        _keep(database, (_reading(of, datetime.now(UTC), 110) for of in held))
        found.append(_timed(lambda: _to_the_end(watcher), len(held)))
    return Cost(median(each.wall for each in found), median(each.cpu for each in found))


def _floor(database: Database, held: Sequence[Holder]) -> Cost:
    people = [of.person for of in held]

    def read() -> None:
        with database.transaction(Role.WATCH) as connection:
            for begin in range(0, len(people), 100):
                glucose(connection, people[begin : begin + 100], [], datetime.now(UTC) - DAY)

    found = [_timed(read, len(people)) for _ in range(5)]
    return Cost(median(each.wall for each in found), median(each.cpu for each in found))


def _timed(work: object, people: int) -> Cost:
    assert callable(work)  # noqa: S101
    wall, cpu = perf_counter(), process_time()
    work()
    return Cost(1e3 * (perf_counter() - wall) / people, 1e3 * (process_time() - cpu) / people)


def _lateness(where: Setting, database: Database, held: Sequence[Holder], rate: float, seconds: int) -> list[float]:
    """Seconds from an urgent low's receipt to the commit of its alert, the watch in a thread of its own."""
    from hub.turns import Turns

    begun = datetime.now(UTC)
    watch = Turns("alerts", Watcher(database).turn)
    watch.start()
    start = perf_counter()
    for n in range(int(rate * seconds)):
        of = held[n % len(held)]
        _keep(database, iter([_reading(of, datetime.now(UTC), 50 if n < len(held) else 110)]))
        sleep(max(0.0, start + (n + 1) / rate - perf_counter()))
    sleep(2)
    watch.stop()
    query = (
        "SELECT extract(epoch FROM committed_at - at)::float8 FROM vigie.alert_event "
        "WHERE rule = 'urgent_low' AND what = 'raised' AND at > %s"
    )
    with psycopg.connect(where.database_url) as connection:
        return [late for (late,) in connection.execute(query, (begun,))]


def _many(where: Setting, database: Database, people: int) -> str:
    """Everybody due at once: how long it takes to look at all, and the memory it takes."""
    with psycopg.connect(where.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO vigie.person (given, family, birth_date, sex, time_zone) "
            "SELECT 'P', 'Q', '1970-01-01', 'unknown', 'Europe/Paris' FROM generate_series(1, %s)",
            (people,),
        )
        connection.execute("ANALYZE vigie.walk")
    before = _resident()
    cost = _timed(lambda: _to_the_end(Watcher(database)), people)
    return (
        f"{people:,} people due at once: {cost.wall * people / 1e3:.0f} s ({1e3 / cost.wall:.0f} people/s); "
        f"memory of the process {before:.0f} MiB before, {_resident():.0f} at most"
    )


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
