"""Whatever is sent, it is quarantined by its name, and the message after it is handled at once."""

import json
import time
from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import psycopg

from tests.journeys.hub_process import HubProcess
from tests.journeys.plain_gateway import Item, PlainGateway
from tests.support.patience import PATIENCE
from tests.support.record import Record

BOOT, TIMES = str(uuid4()), 3
GOOD: Item = {"device": "sensor", "kind": "glucose", "value": 104, "unit": "mg/dL", "taken_at": "2026-11-01T08:00:00Z"}


def message(seq: int = 1, **changes: object) -> bytes:
    return json.dumps({"boot": BOOT, "seq": seq, "items": [{**GOOD, "id": "bad", **changes}]}).encode()


REFUSED = [
    ("unit_unknown", message(unit="mg")),
    ("unit_missing", message().replace(b'"unit": "mg/dL", ', b"")),
    ("unit_mismatch", message(unit="kg")),
    ("unit_suspect", message(value=5.8)),
    ("implausible_value", message(value=70_000)),
    ("kind_unknown", message(kind="happiness")),
    ("not_a_number", message(value="104")),
    ("not_a_number", message(value=True)),
    ("not_a_number", message().replace(b"104", b"NaN")),
    ("not_a_number", message().replace(b"104", b"1e999")),
    ("implausible_time", message(taken_at="1970-01-01T00:00:00Z")),
    ("implausible_time", message(taken_at="2106-02-07T06:28:15Z")),
    ("malformed", message(taken_at="2026-11-01T08:00:00")),
    ("malformed", message().replace(b'"seq": 1', b'"seq": 1, "seq": 2')),
    ("malformed", message().replace(b"104", b"9" * 5_000)),
    ("malformed", b"[" * 100_000),
    ("malformed", b"\x00\xff{"),
    ("too_large", b"[" + b"0," * 500_000 + b"0]"),
    ("unknown_device", message(device="nobody's")),
    ("foreign_gateway", message(device="another home's")),
]


def seconds_until_stored(gateway: PlainGateway, database_url: str, number: int) -> float:
    """Send a good reading, and wait until it is there; infinite if it does not come."""
    began = time.monotonic()
    taken_at = f"2026-11-01T{9 + number // 60:02}:{number % 60:02}:00Z"
    gateway.publish(message(number, id=f"good-{number}", taken_at=taken_at))
    with psycopg.connect(database_url, autocommit=True) as connection:
        while time.monotonic() < began + PATIENCE:
            if connection.execute("SELECT FROM vigie.reading WHERE taken_at = %s", (taken_at,)).rowcount:
                return time.monotonic() - began
            time.sleep(0.01)
    return float("inf")


def shortest_wait_after(payload: bytes, times: int, numbers: Iterator[int], gateway: PlainGateway, url: str) -> float:
    """For the good reading after a bad message, the best of several times: a machine may stop for a moment."""
    waits = []
    for _ in range(times):
        gateway.publish(payload)
        waits.append(seconds_until_stored(gateway, url, next(numbers)))
    return min(waits)


def quarantined(database_url: str) -> list[str]:
    query = "SELECT r ->> 'code' FROM vigie.quarantine, jsonb_array_elements(reasons) r ORDER BY id"
    with psycopg.connect(database_url) as connection:
        return [row[0] for row in connection.execute(query)]


def test_the_message_after_a_bad_one_is_stored_within_a_second(
    hub: HubProcess, gateway: PlainGateway, record: Record, database_url: str
) -> None:
    person = record.person()
    record.pair(record.device(address="sensor"), person)
    record.pair(record.device(address="another home's", gateway="its own gateway"), person)

    numbers = count()
    waits = [shortest_wait_after(payload, TIMES, numbers, gateway, database_url) for _, payload in REFUSED]

    assert max(waits) < 1
    assert quarantined(database_url) == [code for code, _ in REFUSED]  # the same bytes once


def test_what_was_refused_is_accepted_after_its_fix(
    hub: HubProcess, gateway: PlainGateway, record: Record, database_url: str
) -> None:
    record.pair(record.device(address="sensor"), record.person())
    gateway.publish(message(device="new sensor"))
    seconds_until_stored(gateway, database_url, 1)
    assert "unknown_device" in hub.run("quarantine", "list")

    record.pair(record.device(address="new sensor"), record.person())
    assert "1 accepted, 0 still refused" in hub.run("quarantine", "replay")

    assert "unknown_device" not in hub.run("quarantine", "list")
