"""The gateway's disk: one SQLite file, written through at every commit, and how much room is left on it."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock

from hub.errors import ServiceError

MIB = 1024 * 1024
VERSION = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of the disk the queue may take, in bytes: about 300 a reading, while it waits or its name is remembered.

    `live_reserve` is the part of it that only live readings may use; `leave_free` is left to the rest of the machine.
    """

    most: int = 256 * MIB
    live_reserve: int = 16 * MIB
    leave_free: int = 64 * MIB


def free_on_disk(path: Path) -> int:
    """Bytes free where that file lies."""
    return shutil.disk_usage(path.parent).free


class Disk:
    """The file, one transaction at a time; threads take turns, other processes wait for one another."""

    def __init__(self, path: Path, limits: Limits, free: Callable[[Path], int] = free_on_disk) -> None:
        """Open it, making it if need be, closed to other users; raises ServiceError."""
        self._path = path
        self._limits = limits
        self._free = free
        self._lock = Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._sql = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._prepare()
        except (OSError, sqlite3.DatabaseError) as error:
            raise ServiceError(
                f"the gateway's queue {path} cannot be used ({error}): run this as the user it belongs to; if the disk "
                "was damaged, move the file away (`sqlite3 FILE .recover` may save what it holds) and pair again"
            ) from error

    @property
    def most(self) -> int:
        """Bytes the queue may take."""
        return self._limits.most

    def close(self) -> None:
        """Nothing more is written."""
        with self._lock:
            self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is on the disk when this ends, or none of it is."""
        with self._lock:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                yield self._sql
                self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view; nothing is written."""
        with self._lock:
            self._sql.execute("BEGIN")
            try:
                yield self._sql
            finally:
                self._sql.execute("ROLLBACK")

    def used(self) -> int:
        """Bytes in use; within a transaction."""
        return (self._pragma("page_count") - self._pragma("freelist_count")) * self._pragma("page_size")

    def has_room(self, *, live: bool) -> bool:
        """True if another reading may be kept; within a transaction."""
        reusable = self._pragma("freelist_count") * self._pragma("page_size")
        ours = self._limits.most - self.used()
        theirs = self._free(self._path) + reusable - self._limits.leave_free
        return min(ours, theirs) > (0 if live else self._limits.live_reserve)

    def _pragma(self, name: str) -> int:
        number: int = self._sql.execute(f"PRAGMA {name}").fetchone()[0]
        return number

    def _prepare(self) -> None:
        self._sql.execute("PRAGMA journal_mode = WAL")
        self._sql.execute("PRAGMA synchronous = FULL")
        self._sql.execute("PRAGMA cache_size = -2000")
        self._sql.execute(f"PRAGMA journal_size_limit = {4 * MIB}")
        with self.transaction() as sql:
            version = self._pragma("user_version")
            if version > VERSION:
                raise sqlite3.DatabaseError(f"it is of version {version}, this program knows {VERSION}")
            if version < VERSION:
                for statement in chain(*_STEPS[version:]):
                    sql.execute(statement)
                sql.execute(f"PRAGMA user_version = {VERSION}")


# An item waits while it has a text. Acknowledged, only its name stays, so that the same record read again is known.
_FIRST = (
    """
    CREATE TABLE device (
        address TEXT PRIMARY KEY, model TEXT, bind_key BLOB, paired_at INTEGER NOT NULL, heard_at INTEGER,
        memory TEXT NOT NULL, visit TEXT
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE item (
        number INTEGER PRIMARY KEY, device TEXT NOT NULL, key BLOB NOT NULL, said BLOB, taken_at INTEGER NOT NULL,
        kept_at INTEGER NOT NULL, text TEXT, acknowledged_at INTEGER,
        UNIQUE (device, key), CHECK ((text IS NULL) = (acknowledged_at IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX waiting ON item (taken_at) WHERE text IS NOT NULL",
    "CREATE INDEX remembered ON item (acknowledged_at, number) WHERE text IS NULL",
    "CREATE INDEX echoes ON item (device, said, taken_at) WHERE said IS NOT NULL",
    """
    CREATE TABLE refused (
        number INTEGER PRIMARY KEY, device TEXT NOT NULL, source TEXT NOT NULL, payload BLOB NOT NULL,
        received_at INTEGER NOT NULL, code TEXT NOT NULL, why TEXT NOT NULL,
        UNIQUE (device, source, payload)
    ) STRICT
    """,
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
)
_RECORDINGS = ("ALTER TABLE refused ADD COLUMN recording TEXT",)
_STEPS = (_FIRST, _RECORDINGS)
"""What leads from each version of the file to the next; never changed once released."""
