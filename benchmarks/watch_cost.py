"""What alerts cost a reading: CPU of the watch, the door and the whole way, the hub's and PostgreSQL's told apart.

The door takes what was measured of real traces, then the watch takes its turn, by a clock that jumps from one to the
next. The whole way is `vigie serve --only intake`, from the broker to the acknowledgement, in the same run.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

import psycopg

from alerts import watcher
from alerts.watcher import Watcher
from benchmarks import load, measured, whole_way
from benchmarks.publishing import waiting_for
from benchmarks.setting import Setting, holders, home_of, start_of_chunk
from benchmarks.watched_people import DAY, LATE, Clock, Taken, begin_anew, keep, reading, to_the_end, traces
from device_adapters.devices.native_mqtt import TOPIC
from hub.database import Database
from hub.directory import PostgresDirectory
from hub.measurements import Channel, RawPayload
from ingest_api.intake import Intake
from vigie.services.processes import living

TURN = timedelta(minutes=5)
"""What one turn finds: of 200 people some 130 readings, as many as come in 0.1 s at half of the most."""

MESSAGES = {1: 12_000, 25: 3_000}
"""How many take the whole way, by their length."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """µs of CPU a reading, of the hub's process and of PostgreSQL's."""

    hub: float
    postgres: float

    @property
    def both(self) -> float:
        """Together."""
        return self.hub + self.postgres

    def __str__(self) -> str:
        """As it is shown."""
        return f"{self.hub:.0f} + {self.postgres:.0f}"


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

    def spent(self, readings: int) -> Spent:
        """A reading's part of it."""
        return Spent(1e6 * self.ours / readings, 1e6 * self.theirs / readings)

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


def cost(where: Setting, database: Database, each: int, hours: float) -> str:
    """The door and the watch in turns, some hundred readings each."""
    way, held = _whole_way(where, each), holders(where.database_url)
    where.empty()
    begin = start_of_chunk() + DAY
    told = traces(len(held), begin)
    begin_anew(where, begin - DAY)
    clock, counted = Clock(begin), Counted()
    watching, intake = Watcher(database, clock), Intake(database, PostgresDirectory(database))
    keep(
        database,
        (reading(of, *one) for of, trace in zip(held, told, strict=True) for one in trace if one[0] < begin),
    )
    clock.now += timedelta(seconds=30)
    to_the_end(watching)
    watcher.walk_on = counted  # type: ignore[assignment]
    data = _data_folder(where)
    door, look, readings = Meter(data), Meter(data), 0
    for now, payloads, count in _messages(told, begin + timedelta(seconds=30), hours, each):
        clock.now, readings = now, readings + count
        door.timed(lambda payloads=payloads: intake.accept(payloads))  # type: ignore[misc]
        look.timed(watching.turn)
    watcher.walk_on = counted._walk_on  # type: ignore[assignment]  # noqa: SLF001
    if where.count("quarantine"):
        raise RuntimeError("the door refuses some of the readings")
    watch, full = look.spent(readings), 100 * counted.full / readings
    return (
        f"{readings:,} readings, {full:.1f} full looks to a hundred; µs of CPU a reading, hub + PostgreSQL: "
        f"watch {watch}, door {door.spent(readings)}, whole way {way}; the watch {watch.both / way.both:.2f} of that"
    )


def _whole_way(where: Setting, each: int) -> Spent:
    """What the intake alone takes from the broker to the acknowledgement, of messages of so many readings."""
    where.empty()
    task = measured.Task(messages=MESSAGES[each], readings_each=each, warm_up=MESSAGES[each] // 10)
    meter, speeds = Meter(_data_folder(where)), []
    with waiting_for(where.mqtt_url, whole_way.CLIENT_ID, (TOPIC + "+",), load.messages(task.messages, each)):
        meter.timed(lambda: speeds.append(measured.run("benchmarks.whole_way", task, where)))
    (speed,) = speeds
    return Spent(1e6 * speed.cpu / speed.readings, meter.spent(task.messages * each).postgres)


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


def _data_folder(where: Setting) -> Path:
    with psycopg.connect(where.database_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None  # noqa: S101
    return Path(row[0])


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process and its children that ended have had (man 5 proc, fields 14 to 17)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / _TICKS
