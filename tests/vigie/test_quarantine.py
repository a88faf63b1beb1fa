"""What was refused, as a table on the screen, and again once its cause is mended."""

from datetime import UTC, datetime

import psycopg
import pytest
from rich.console import Console

from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.measurements import Channel, RawPayload
from ingest_api.intake import Intake
from tests.support.messages import item, native
from tests.support.record import Record
from timeseries.upkeep import Upkeep
from vigie.quarantine import replay, table

TOPIC = "tele/[/bold] plug/SENSOR"


def test_a_topic_is_shown_as_it_stands(database: Database) -> None:
    raw = RawPayload(Channel.MQTT, TOPIC, b'{"Time": "now", "MISCALE": 0}', datetime.now(UTC))
    Intake(database, PostgresDirectory(database)).accept([raw])
    with (screen := Console(width=200)).capture() as shown:
        screen.print(table(database.url, 10))
    assert TOPIC in shown.get()


def test_a_message_replayed_does_not_make_its_gateway_heard_now(database: Database, record: Record) -> None:
    Intake(database, PostgresDirectory(database)).accept([native(item("1", "sensor"), seq=3)])
    before = progress(database)
    record.pair(record.device(address="sensor"), record.person())
    assert replay(database.url, {}, Console(quiet=True)) == (1, 0)
    assert progress(database) == before


@pytest.mark.parametrize(("column", "kept", "gone"), [
    ("resolved_at", "89 days", "91 days"), ("received_at", "360 days", "370 days"),
])  # fmt: skip
def test_what_was_refused_is_kept_90_days_once_dealt_with_and_a_year_until_then(
    database: Database, column: str, kept: str, gone: str
) -> None:
    for topic in (kept, gone):
        raw = RawPayload(Channel.MQTT, topic, b"\xff", datetime.now(UTC))
        Intake(database, PostgresDirectory(database)).accept([raw])
    with psycopg.connect(database.url) as connection:
        connection.execute(f"UPDATE vigie.quarantine SET {column} = now() - source::interval".encode())  # noqa: S608
    Upkeep(database).turn()
    with database.transaction(Role.INTAKE) as connection:
        assert connection.execute("SELECT source FROM quarantine").fetchall() == [(kept,)]


def progress(database: Database) -> list[tuple[object, ...]]:
    """What is known of the gateways' messages."""
    with database.transaction(Role.INTAKE) as connection:
        return connection.execute("SELECT * FROM gateway_progress").fetchall()
