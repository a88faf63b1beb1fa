"""Ours against floor (a): store.keep, each batch a transaction, as the intake calls it."""

from collections.abc import Sequence
from time import perf_counter, process_time

from benchmarks.rounds import Speed
from hub.database import Database, Role
from hub.readings import Reading
from timeseries.postgres_store import PostgresStore
from timeseries.store import Outcome


def run(database_url: str, readings: Sequence[Reading], batch: int) -> Speed:
    """Keep them in batches of that many; the first, kept beforehand, makes the chunk."""
    database = Database(database_url)
    _keep(database, readings[:1])
    begun, cpu = perf_counter(), process_time()
    for start in range(1, len(readings), batch):
        _keep(database, readings[start : start + batch])
    speed = Speed(len(readings) - 1, len(readings) - 1, perf_counter() - begun, process_time() - cpu)
    database.close()
    return speed


def _keep(database: Database, readings: Sequence[Reading]) -> None:
    with database.transaction(Role.INTAKE) as connection:
        outcomes = PostgresStore(connection).keep(readings)
    if any(outcome is not Outcome.STORED for outcome in outcomes):
        raise RuntimeError("the store says it knew readings that are new")
