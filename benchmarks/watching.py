"""`python -m benchmarks.watching`: what alerts cost a reading, how late they come, how many people one process watches.

Real traces (tests/captures/cgm), each person's from another place, come live: the door takes what was measured, then
the watch takes its turns, by a clock that jumps from one to the next. Floor: what the door itself costs, of the same
readings in the same run. CPU of this process and of PostgreSQL's are told apart. Nothing stays.
"""

import json
import os
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time, sleep
from typing import Annotated
from zoneinfo import ZoneInfo

import psycopg
import typer
from rich.console import Console

from alerts import watcher
from alerts.forecast.foresight import foresight
from alerts.forecast.model import GENERAL
from alerts.forecast.replay import NEW
from alerts.watcher import Watcher
from benchmarks.setting import Holder, Setting, holders, home_of, setting, start_of_chunk
from device_adapters.devices.native_mqtt import TOPIC
from hub.database import Connection, Database, Role
from hub.directory import PostgresDirectory
from hub.measurements import Channel, RawPayload
from hub.quantities import Kind, Quantity, Unit
from hub.readings import Reading, TimeSource, reading_key
from hub.turns import Turns
from ingest_api.intake import Intake
from timeseries.postgres_store import PostgresStore
from vigie.services.processes import living
from vigie.trace_file import read_trace
from vigie.watch import together

console = Console()

CAPTURES = Path(__file__).parents[1] / "tests" / "captures" / "cgm"
DAY = timedelta(days=1)
LATE = timedelta(seconds=5)
TURN = timedelta(minutes=5)
"""What one turn finds: of 200 people some 130 readings, as many as come in 0.1 s at half of the most."""

WHOLE_WAY_US = {1: 289.0, 25: 47.0}
"""µs of CPU of the hub's process a reading that the whole way takes, by messages' length (benchmarks/README.md)."""

_TICKS = os.sysconf("SC_CLK_TCK")
Taken = tuple[datetime, float]
"""When a reading was taken, and its mg/dL."""


@dataclass(slots=True)
class Clock:
    """The watch's clock; it shows what it was set to."""

    now: datetime

    def __call__(self, _: Connection) -> datetime:
        """What it shows."""
        return self.now


@dataclass(slots=True)
class Meter:
    """CPU seconds of this process and of PostgreSQL's, spent in one kind of work."""

    database: Path
    ours: float = 0.0
    theirs: float = 0.0

    def timed(self, work: Callable[[], object]) -> None:
        """Do it, and count what it took; what PostgreSQL writes later is counted with what comes next."""
        theirs, ours = self._theirs(), process_time()
        work()
        self.ours += process_time() - ours
        self.theirs += self._theirs() - theirs

    def _theirs(self) -> float:
        return sum(_cpu(pid) for pid in living(self.database, "postgres"))


@dataclass(slots=True)
class Counted:
    """How many people the watch looked at in full."""

    full: int = 0
    _walk_on: Callable[..., object] = field(default=watcher.walk_on)

    def __call__(self, *values: object) -> object:
        """One more."""
        self.full += 1
        return self._walk_on(*values)


def main(
    hours: Annotated[float, typer.Option(help="How long readings come live, after a day of them.")] = 6,
    rate: Annotated[int, typer.Option(help="Readings a second while lateness is measured: half of the most.")] = 1500,
    seconds: Annotated[int, typer.Option(help="For how long.")] = 8,
    people: Annotated[int, typer.Option(help="People watched in one process; 0 leaves this out.")] = 100_000,
) -> None:
    """What a reading costs the watch; lateness of alerts; memory of many people."""
    with console.status("starting servers…") as status, setting(lambda line: status.update(line)) as where:
        database = Database(where.database_url)
        held = holders(where.database_url)
        for each, batch in ((1, "one a message"), (25, "25 a message, of as many sensors")):
            status.update(f"{batch}…")
            console.print(f"[bold]{batch}[/]: {_cost(where, database, held, each, hours)}")
        if rate:
            status.update(f"{rate} readings a second…")
            console.print(_lateness(where, database, rate, seconds))
        if people:
            status.update(f"{people:,} people…")
            console.print(_many(where, database, people))
        database.close()


# ── What a reading costs ─────────────────────────────────────────────────────────────────────────────────────────────


def _cost(where: Setting, database: Database, held: Sequence[Holder], each: int, hours: float) -> str:
    """The door and the watch in turns, some hundred readings each."""
    where.empty()
    begin = start_of_chunk() + DAY
    traces = _traces(len(held), begin)
    _begin_anew(where, begin - DAY)
    clock, counted = Clock(begin), Counted()
    watch, intake = Watcher(database, clock), Intake(database, PostgresDirectory(database))
    _keep(
        database,
        (_reading(of, *one) for of, trace in zip(held, traces, strict=True) for one in trace if one[0] < begin),
    )
    clock.now += timedelta(seconds=30)
    _to_the_end(watch)
    watcher.walk_on = counted  # type: ignore[assignment]
    data = _data_folder(where)
    door, look, readings = Meter(data), Meter(data), 0
    for now, payloads, count in _messages(traces, begin + timedelta(seconds=30), hours, each):
        clock.now, readings = now, readings + count
        door.timed(lambda payloads=payloads: intake.accept(payloads))  # type: ignore[misc]
        look.timed(watch.turn)
    watcher.walk_on = counted._walk_on  # type: ignore[assignment]  # noqa: SLF001
    if where.count("quarantine"):
        raise RuntimeError("the door refuses some of the readings")
    return _said(door, look, readings, counted.full, each)


def _said(door: Meter, look: Meter, readings: int, full: int, each: int) -> str:
    ours, theirs = 1e6 * look.ours / readings, 1e6 * look.theirs / readings
    doors, postgres = 1e6 * door.ours / readings, 1e6 * door.theirs / readings
    return (
        f"{readings:,} readings, {100 * full / readings:.1f} full looks to a hundred; µs of CPU a reading, "
        f"hub + PostgreSQL: watch {ours:.0f} + {theirs:.0f}, door {doors:.0f} + {postgres:.0f}: "
        f"{(ours + theirs) / (doors + postgres):.2f} of the door; "
        f"of the whole way's {WHOLE_WAY_US[each]:.0f} in the hub {ours / WHOLE_WAY_US[each]:.2f}"
    )


def _traces(people: int, begin: datetime) -> list[list[Taken]]:
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


def _messages(
    traces: Sequence[Sequence[Taken]], begin: datetime, hours: float, each: int
) -> Iterator[tuple[datetime, list[RawPayload], int]]:
    """What came by each instant, in messages of up to so many readings, each of another sensor."""
    end = begin + timedelta(hours=hours)
    told = sorted((one[0], home, one) for home, trace in enumerate(traces) for one in trace if begin <= one[0] < end)
    now, place = begin, 0
    while now < end:
        now, first = now + TURN, place
        while place < len(told) and told[place][0] + LATE < now:
            place += 1
        payloads = [
            _payload([(home, one) for _, home, one in told[n : min(n + each, place)]], n, now)
            for n in range(first, place, each)
        ]
        if payloads:
            yield now, payloads, place - first


def _payload(items: Sequence[tuple[int, Taken]], number: int, now: datetime) -> RawPayload:
    gateway, _ = home_of(items[0][0])
    told = [
        {"id": f"{home_of(home)[1]}/{at.isoformat()}", "device": home_of(home)[1], "kind": "glucose", "value": value,
         "unit": "mg/dL", "taken_at": at.isoformat()}
        for home, (at, value) in items
    ]  # fmt: skip
    message = {"boot": "00000000-0000-4000-8000-000000000001", "seq": number, "items": told}
    received = max(at for _, (at, _) in items) + LATE
    assert received < now  # noqa: S101
    return RawPayload(
        payload=json.dumps(message).encode(), channel=Channel.MQTT, received_at=received, source=TOPIC + gateway
    )


def _reading(of: Holder, at: datetime, value: float, received: datetime | None = None) -> Reading:
    return Reading(
        person=of.person, household=None, kind=Kind.GLUCOSE_INTERSTITIAL, value=value, raw=Quantity(value, Unit.MG_DL),
        taken_at=at, utc_offset=60, device=of.device, key=reading_key(of.device, at.isoformat()),
        received_at=received or at + LATE, channel=Channel.MQTT, time_source=TimeSource.SENDER,
    )  # fmt: skip


def _keep(database: Database, readings: Iterator[Reading]) -> None:
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(list(readings))


def _begin_anew(where: Setting, at: datetime) -> None:
    """Everybody is watched from then on, and lows are foreseen by the general model, as if they had just begun."""
    sight = foresight(GENERAL, NEW, at)
    with psycopg.connect(where.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE vigie.alert_event, vigie.alert, vigie.calm")
        connection.execute("UPDATE vigie.device SET gateway = NULL")  # whoever hears a sensor may tell of it
        connection.execute("TRUNCATE vigie.foresight")
        connection.execute(_FORESEEING, [at, list(sight.weights), sight.error, sight.asked, sight.minutes])
        connection.execute("UPDATE vigie.walk SET state = NULL, began_at = %s, looked_at = %s, due_at = %s", [at] * 3)


_FORESEEING = "INSERT INTO vigie.foresight SELECT number, false, %s, %s, %s, %s, %s FROM vigie.person"


def _to_the_end(watch: Watcher) -> None:
    while watch.turn():
        pass


def _data_folder(where: Setting) -> Path:
    with psycopg.connect(where.database_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None  # noqa: S101
    return Path(row[0])


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has had (man 5 proc, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


# ── How late ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lateness(where: Setting, database: Database, rate: int, seconds: int) -> str:
    """From an urgent low's receipt to its alert's commit: two hours of readings of many people, then one of each."""
    now, many = datetime.now(UTC), rate * seconds
    held = _more_people(where, many)
    _keep(database, (_reading(of, now - n * timedelta(minutes=5), 110 + n, now) for of in held for n in range(1, 24)))
    _to_the_end(Watcher(database))
    begun, stopping = datetime.now(UTC), Event()
    watch = Turns("alerts", together(Watcher(database).turn))
    watch.start()
    door = Thread(target=_at_that_rate, args=(database, held, rate, stopping))
    start = perf_counter()
    door.start()
    door.join()
    took = perf_counter() - start
    sleep(3)
    watch.stop()
    query = (
        "SELECT extract(epoch FROM committed_at - at)::float8 FROM vigie.alert_event "
        "WHERE rule = 'urgent_low' AND what = 'raised' AND at > %s ORDER BY 1"
    )
    with psycopg.connect(where.database_url) as connection:
        late = [each for (each,) in connection.execute(query, (begun,))]
    if not late:
        return "no alert came within 3 s: the watch is behind"
    return (
        f"kept→alert at {many / took:.0f} readings/s, the door in the same process: median "
        f"{1e3 * late[len(late) // 2]:.0f} ms, p99 {1e3 * late[int(0.99 * len(late))]:.0f} ms of {len(late)} alerts"
    )


def _at_that_rate(database: Database, held: Sequence[Holder], rate: int, stopping: Event) -> None:
    """A reading of each person, one in fifty an urgent low, as many at once as came in 20 ms."""
    piece, start = max(1, rate // 50), perf_counter()
    for first in range(0, len(held), piece):
        at = datetime.now(UTC)
        some = enumerate(held[first : first + piece], start=first)
        _keep(database, (_reading(of, at, 50 if n % 50 == 0 else 110, at) for n, of in some))
        stopping.wait(max(0.0, start + (first + piece) / rate - perf_counter()))


def _more_people(where: Setting, people: int) -> list[Holder]:
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


# ── How many ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _many(where: Setting, database: Database, people: int) -> str:
    """Everybody due at once with an hour of readings, then a round of one reading each."""
    held, now = _more_people(where, people), datetime.now(UTC)
    for first in range(0, people, 5_000):
        some = held[first : first + 5_000]
        _keep(database, (_reading(of, now - n * timedelta(minutes=5), 110 + n, now) for of in some for n in (3, 2, 1)))
    before, start = _resident(), perf_counter()
    _to_the_end(Watcher(database))
    first_round = perf_counter() - start
    now = datetime.now(UTC)
    for first in range(0, people, 5_000):
        _keep(database, (_reading(of, now, 115, now) for of in held[first : first + 5_000]))
    start = perf_counter()
    _to_the_end(Watcher(database))
    return (
        f"{people:,} people: all looked at in full in {first_round:.0f} s, a reading of each in "
        f"{perf_counter() - start:.0f} s; memory of the process {before:.0f} MiB before, {_resident():.0f} at most"
    )


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
