"""What was refused, as a table on the screen."""

from datetime import UTC, datetime

from rich.console import Console

from hub.database import Database
from hub.directory import PostgresDirectory
from hub.measurements import Channel, RawPayload
from ingest_api.intake import Intake
from vigie.quarantine import table

TOPIC = "tele/[/bold] plug/SENSOR"


def test_a_topic_is_shown_as_it_stands(database: Database) -> None:
    raw = RawPayload(Channel.MQTT, TOPIC, b'{"Time": "now", "MISCALE": 0}', datetime.now(UTC))
    Intake(database, PostgresDirectory(database)).accept([raw])
    with (screen := Console(width=200)).capture() as shown:
        screen.print(table(database.url, 10))
    assert TOPIC in shown.get()
