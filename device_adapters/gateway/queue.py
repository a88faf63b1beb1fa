"""What waits for the hub, on the gateway's own disk; kept until the hub says that it has it, and known long after.

When the disk fills up, names of what was acknowledged and refused frames are forgotten first, the oldest first (the hub
knows the names too: remembering is an economy, not a promise). Then old records are turned away, together with what was
learnt in hearing them, so that their device is asked again later; the last part is for live readings. What waits is
never dropped.
"""

import json
import sqlite3
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from device_adapters.gateway import refused
from device_adapters.gateway.clock import taken_at
from device_adapters.gateway.disk import Disk
from device_adapters.gateway.item import write
from device_adapters.gateway.seam import Heard, Radio
from device_adapters.gatt import Memory
from device_adapters.gatt_shapes import CLOCK
from hub.errors import QueueFull, Refusal
from hub.measurements import Condition, Measurement
from hub.readings import AHEAD

LIVE = timedelta(minutes=15)
"""How old a reading may be and still be live: it goes first, and has a part of the disk for itself."""

MOST_REMEMBERED = 25_000
"""Acknowledged names remembered of each device: 17 days of a sensor that measures every minute, any meter's memory."""

REMEMBERED_FOR = timedelta(days=400)
FORGOTTEN_AT_ONCE = 2_000

_EVER = -(2**62)
"""Before any time; a clock that stood still may say one before 1970, which is the hub's to refuse."""

_HEARD_AGAIN = timedelta(minutes=1)
"""How exactly the time a device was last heard is kept, so that a chattering scale does not wear out the disk."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that the hub has not acknowledged."""

    number: int
    text: str


class Queue:
    """Keeps what devices say; every method is one transaction, on the disk when it returns. Thread-safe."""

    def __init__(self, disk: Disk, zone: ZoneInfo) -> None:
        """On that disk; `zone` is where the gateway stands, for devices whose clock names none."""
        self._disk = disk
        self._zone = zone

    def keep(self, heard: Heard, now: datetime) -> int:
        """Keep what a device said and what was learnt of it; how many readings were new.

        What an unpaired device says is nobody's business: nothing is kept. Raises QueueFull.
        """
        try:
            with self._disk.transaction() as sql:
                if not _note_heard(sql, heard, now):
                    return 0
                new, turned_away = self._keep_all(sql, heard, now)
                if turned_away:
                    _count(sql, "turned_away", turned_away, now)
                elif heard.learnt:
                    _learn(sql, heard.device, heard.learnt)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise QueueFull("the gateway's disk is full: make room on it") from None
            raise
        if turned_away:
            raise QueueFull(f"{turned_away} readings were turned away until the hub has taken what waits")
        return new

    def waiting(
        self, most: int, most_bytes: int, *, besides: Container[int] = (), since: datetime | None = None
    ) -> list[Waiting]:
        """What waits, the newest measurement first, without the numbers `besides`, as much as one message holds."""
        found: list[Waiting] = []
        size = 0
        with self._disk.reading() as sql:
            for number, text in sql.execute(_WAITING, (_EVER if since is None else _seconds(since),)):
                if number in besides:
                    continue
                size += len(text) + 1
                if len(found) == most or (found and size > most_bytes):
                    break
                found.append(Waiting(number, text))
        return found

    def acknowledge(self, numbers: Sequence[int], now: datetime) -> None:
        """The hub has these: forget them but for their names."""
        with self._disk.transaction() as sql:
            sql.executemany(_ACKNOWLEDGE, [(_seconds(now), number) for number in numbers])
            _put(sql, "acknowledged_at", _seconds(now))

    def remembered(self, device: str) -> Memory | None:
        """What was learnt of that device; None if nobody paired it."""
        with self._disk.reading() as sql:
            row = sql.execute("SELECT memory FROM device WHERE address = ?", (device,)).fetchone()
        return None if row is None else json.loads(row[0])

    def note_line(self, *, connected: bool, now: datetime) -> None:
        """Whether the broker is reached, for who asks how the gateway does."""
        with self._disk.transaction() as sql:
            _put(sql, "connected", int(connected))
            _put(sql, "connected_at", _seconds(now))

    def note_radio(self, radio: Radio, now: datetime) -> None:
        """How the room does, likewise."""
        with self._disk.transaction() as sql:
            _put(sql, "radio_works", int(radio.works))
            _put(sql, "radio_words", radio.words)
            _put(sql, "radio_at", _seconds(now))
            for device, words in radio.visits.items():
                sql.execute("UPDATE device SET visit = ? WHERE address = ?", (words, device))

    def tidy(self, now: datetime) -> None:
        """Forget names beyond what is worth remembering; from time to time."""
        with self._disk.transaction() as sql:
            sql.execute("DELETE FROM item WHERE acknowledged_at < ?", (_seconds(now - REMEMBERED_FOR),))
            sql.execute(_FORGET_BEYOND, (MOST_REMEMBERED,))

    def _keep_all(self, sql: sqlite3.Connection, heard: Heard, now: datetime) -> tuple[int, int]:
        """How many are new, and how many there was no room for."""
        new = turned_away = 0
        for measurement in heard.measurements:
            if measurement.condition is Condition.UNSTABLE:  # the hub would ignore it, and it comes ten times a second
                continue
            try:
                kept = self._keep_one(sql, measurement, heard.learnt.get(CLOCK), now)
            except Refusal as why:
                refused.keep(sql, heard.device, refused.as_payload(measurement, why))
                continue
            new += kept is True
            turned_away += kept is None
        for unusable in heard.refused:
            refused.keep(sql, heard.device, unusable)
        return new, turned_away

    def _keep_one(
        self, sql: sqlite3.Connection, measurement: Measurement, clock_ahead: int | None, now: datetime
    ) -> bool | None:
        """True if it is new, False if it is known, None if there is no room; raises Refusal."""
        taken = taken_at(measurement, self._zone, clock_ahead)
        text = write(measurement, taken)
        key, moment, said, echo = _digest(measurement.key), _seconds(taken), None, 0
        if measurement.echo is not None:
            said, echo = _digest(_what(measurement)), round(measurement.echo.total_seconds())
        if sql.execute(
            _KNOWN, {"device": measurement.device, "key": key, "said": said, "at": moment, "echo": echo}
        ).fetchone():
            return False
        if not self._make_room(sql, live=now - LIVE <= taken <= now + AHEAD):
            return None
        sql.execute(_KEEP, (measurement.device, key, said, moment, _seconds(now), text))
        return True

    def _make_room(self, sql: sqlite3.Connection, *, live: bool) -> bool:
        """True if there is room, if need be by forgetting what the hub has."""
        while not self._disk.has_room(live=False):
            names = sql.execute(_FORGET_OLDEST, (FORGOTTEN_AT_ONCE,)).rowcount
            frames = refused.forget_oldest(sql, FORGOTTEN_AT_ONCE)
            if not names and not frames:
                return live and self._disk.has_room(live=True)
        return True


def _note_heard(sql: sqlite3.Connection, heard: Heard, now: datetime) -> bool:
    """False if nobody paired the device. What is heard again from the gateway's own disk was heard long ago."""
    row = sql.execute("SELECT coalesce(heard_at, 0) FROM device WHERE address = ?", (heard.device,)).fetchone()
    receipts = [m.received_at for m in heard.measurements] + [each.raw.received_at for each in heard.refused]
    at = _seconds(min(now, max(receipts, default=now)))
    if row is not None and (at - row[0] >= _HEARD_AGAIN.total_seconds() or row[0] > _seconds(now)):
        sql.execute("UPDATE device SET heard_at = ? WHERE address = ?", (at, heard.device))
    return row is not None


def _learn(sql: sqlite3.Connection, device: str, learnt: Memory) -> None:
    (known,) = sql.execute("SELECT memory FROM device WHERE address = ?", (device,)).fetchone()
    memory = json.dumps(json.loads(known) | dict(learnt), sort_keys=True)
    if memory != known:
        sql.execute("UPDATE device SET memory = ? WHERE address = ?", (memory, device))


def _put(sql: sqlite3.Connection, name: str, value: int | str) -> None:
    sql.execute("INSERT INTO fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value))


def _count(sql: sqlite3.Connection, name: str, more: int, now: datetime) -> None:
    sql.execute("INSERT INTO fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value", (name, more))
    _put(sql, f"{name}_at", _seconds(now))


def _what(measurement: Measurement) -> str:
    return repr((measurement.kind, measurement.quantity, measurement.condition))


def _digest(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


_WAITING = "SELECT number, text FROM item WHERE text IS NOT NULL AND taken_at >= ? ORDER BY taken_at DESC, number DESC"
_KNOWN = """
    SELECT 1 FROM item WHERE device = :device AND key = :key
    UNION ALL
    SELECT 1 FROM item WHERE device = :device AND said = :said AND taken_at BETWEEN :at - :echo AND :at + :echo
"""
_KEEP = "INSERT INTO item (device, key, said, taken_at, kept_at, text) VALUES (?, ?, ?, ?, ?, ?)"
_ACKNOWLEDGE = "UPDATE item SET text = NULL, acknowledged_at = ? WHERE number = ? AND text IS NOT NULL"
_FORGET_OLDEST = """
    DELETE FROM item WHERE number IN (
        SELECT number FROM item WHERE text IS NULL ORDER BY acknowledged_at, number LIMIT ?)
"""
_FORGET_BEYOND = """
    DELETE FROM item WHERE number IN (
        SELECT number FROM (
            SELECT number, row_number() OVER (PARTITION BY device ORDER BY acknowledged_at DESC, number DESC) AS place
            FROM item WHERE text IS NULL)
        WHERE place > ?)
"""
