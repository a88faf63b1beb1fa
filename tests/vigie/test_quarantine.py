"""What was refused, as a table on the screen, and again once its cause is mended."""

from datetime import UTC, datetime

from rich.console import Console

from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.measurements import Channel, RawPayload
from ingest_api.intake import Intake
from tests.support.messages import item, native
from tests.support.record import Record
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


def progress(database: Database) -> list[tuple[object, ...]]:
    """What is known of the gateways' messages."""
    with database.transaction(Role.INTAKE) as connection:
        return connection.execute("SELECT * FROM gateway_progress").fetchall()
