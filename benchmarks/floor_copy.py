"""Floor (a): one transaction, one binary COPY of rows made beforehand into the same hypertable."""

from collections.abc import Sequence
from time import perf_counter, process_time

import psycopg

from benchmarks.rounds import Speed
from hub.database import Role, login
from hub.readings import Reading
from timeseries.reading_rows import NAMES, TYPES, row


def run(database_url: str, readings: Sequence[Reading], batch: int) -> Speed:
    """Copy them, so many a transaction; the first, written beforehand, makes the chunk."""
    rows = [row(reading) for reading in readings]
    with psycopg.connect(login(database_url, Role.INTAKE)) as connection:
        _copy(connection, rows[:1])
        begun, cpu = perf_counter(), process_time()
        for start in range(1, len(rows), batch):
            _copy(connection, rows[start : start + batch])
        return Speed(len(rows) - 1, len(rows) - 1, perf_counter() - begun, process_time() - cpu)


def _copy(connection: psycopg.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY reading ({NAMES}, person) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(TYPES)
        for values in rows:
            copy.write_row(values)
    connection.commit()
