"""How late alerts come while readings pour in, and how many people one process watches."""

import resource
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import perf_counter, sleep

import psycopg

from alerts.watcher import Watcher
from benchmarks.setting import Holder, Setting
from benchmarks.watched_people import keep, more_people, reading, to_the_end
from hub.database import Database
from hub.turns import Turns
from vigie.watch import together


def lateness(where: Setting, database: Database, rate: int, seconds: int) -> str:
    """From an urgent low's receipt to its alert's commit: two hours of readings of many people, then one of each."""
    now, many = datetime.now(UTC), rate * seconds
    held = more_people(where, many)
    keep(database, (reading(of, now - n * timedelta(minutes=5), 110 + n, now) for of in held for n in range(1, 24)))
    to_the_end(Watcher(database))
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
        keep(database, (reading(of, at, 50 if n % 50 == 0 else 110, at) for n, of in some))
        stopping.wait(max(0.0, start + (first + piece) / rate - perf_counter()))


def many(where: Setting, database: Database, people: int) -> str:
    """Everybody due at once with an hour of readings, then a round of one reading each."""
    held, now = more_people(where, people), datetime.now(UTC)
    for first in range(0, people, 5_000):
        some = held[first : first + 5_000]
        keep(database, (reading(of, now - n * timedelta(minutes=5), 110 + n, now) for of in some for n in (3, 2, 1)))
    before, start = _resident(), perf_counter()
    to_the_end(Watcher(database))
    first_round = perf_counter() - start
    now = datetime.now(UTC)
    for first in range(0, people, 5_000):
        keep(database, (reading(of, now, 115, now) for of in held[first : first + 5_000]))
    start = perf_counter()
    to_the_end(Watcher(database))
    return (
        f"{people:,} people: all looked at in full in {first_round:.0f} s, a reading of each in "
        f"{perf_counter() - start:.0f} s; memory of the process {before:.0f} MiB before, {_resident():.0f} at most"
    )


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
