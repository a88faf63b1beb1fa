"""Floor (b): the bare loop. paho with manual ack, pydantic validate_json, COPY to a temporary table, INSERT.

It takes on trust all that the hub checks: whose the device is, plausibility, time, unit, what is said twice elsewhere.
It speaks MQTT 3.1.1, where paho is at its quickest: in MQTT 5 it spends as much again on each message's properties.
"""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from benchmarks import measured
from benchmarks.publishing import connect
from benchmarks.setting import Holder, holders
from device_adapters.mqtt import MOST_TAKEN
from hub.database import Connection, Role, login
from hub.readings import reading_key
from timeseries.reading_rows import NAMES, TYPES

CLIENT_ID = "bench-floor"


class _Item(TypedDict):
    id: str
    device: str
    kind: str
    value: float
    unit: str
    taken_at: datetime
    seq: int


class _Message(TypedDict):
    boot: UUID
    seq: int
    items: list[_Item]


_SHAPE = TypeAdapter(_Message)
_INSERT = f"INSERT INTO reading ({NAMES}, person) SELECT {NAMES}, person FROM staged ON CONFLICT DO NOTHING"  # noqa: S608


def main() -> None:
    """Take the task's messages from the broker into the table."""
    task, database_url, mqtt_url = measured.task()
    known = {holder.address: holder for holder in holders(database_url)}
    meter, committed = measured.Meter(task), 0
    batch: list[MQTTMessage] = []
    client = Client(CallbackAPIVersion.VERSION2, CLIENT_ID, clean_session=False, protocol=MQTTv311, manual_ack=True)
    client.on_message = lambda _client, _data, message: batch.append(message)
    with psycopg.connect(login(database_url, Role.INTAKE)) as connection:
        connection.execute("CREATE TEMPORARY TABLE staged (LIKE reading) ON COMMIT DELETE ROWS")
        connect(client, mqtt_url)
        while not meter.done(committed):
            before = len(batch)
            client.loop(0.01)
            if len(batch) >= MOST_TAKEN or (batch and len(batch) == before):
                _store(connection, batch, known)
                for message in batch:
                    client.ack(message.mid, message.qos)
                committed += len(batch)
                batch.clear()
    client.disconnect()
    meter.report()


def _store(connection: Connection, batch: list[MQTTMessage], known: dict[str, Holder]) -> None:
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY staged ({NAMES}, person) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(TYPES)
            for message in batch:
                for item in _SHAPE.validate_json(message.payload)["items"]:
                    copy.write_row(_row(item, known[item["device"]], now))
        cursor.execute(_INSERT)
    connection.commit()


def _row(item: _Item, holder: Holder, now: datetime) -> tuple[object, ...]:
    value, key = item["value"], reading_key(holder.device, item["id"])
    return (
        item["taken_at"], now, key, value, value, None, item["seq"], holder.device, 1, 1, 60, None, 1, 1, None,
        holder.person,
    )  # fmt: skip


if __name__ == "__main__":
    main()
