"""Two real traces, shuffled, every message twice, the hub killed three times on the way: each reading stored once."""

import csv
import time
from collections import Counter
from datetime import UTC, datetime
from importlib import resources
from threading import Thread

import psycopg
import pytest

from tests.journeys.hub_process import HubProcess
from tests.journeys.plain_gateway import Item, PlainGateway
from tests.support.patience import PATIENCE
from tests.support.record import Record

TRACES = ("cgmq_dexcom", "cgmq_libre")
KILLED_AT = (0.15, 0.4, 0.7)
SEED = 20261122
Stored = Counter[tuple[str, datetime, float]]


def items_of(trace: str) -> list[Item]:
    """Every row of a trace as an item; a Libre has measured twice in one minute, so the row is part of the id."""
    text = (resources.files("vigie") / "demo_data" / f"{trace}.csv").read_text()
    rows = csv.DictReader(text.splitlines())
    return [
        {
            "id": f"row-{n}",
            "device": trace,
            "kind": "glucose",
            "value": float(row["mg_dl"]),
            "unit": "mg/dL",
            "taken_at": f"{row['time']}+00:00".replace(" ", "T"),
        }
        for n, row in enumerate(rows)
    ]


def as_stored(items: list[Item]) -> Stored:
    return Counter((item["device"], datetime.fromisoformat(item["taken_at"]), item["value"]) for item in items)


def stored(database_url: str) -> Stored:
    query = "SELECT d.address, r.taken_at, r.value FROM vigie.reading r JOIN vigie.device d ON d.number = r.device"
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(query).fetchall()
    return Counter((address, taken_at.astimezone(UTC), value) for address, taken_at, value in rows)


def wait_for(database_url: str, readings: float) -> None:
    until, counted = time.monotonic() + PATIENCE, "SELECT count(*) >= %s FROM vigie.reading"
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(counted, (readings,)).fetchone() == (False,) and time.monotonic() < until:
            time.sleep(0.02)


@pytest.mark.timeout(900)
def test_every_reading_is_stored_exactly_once_though_the_hub_is_killed_three_times(
    hub: HubProcess, gateway: PlainGateway, record: Record, database_url: str
) -> None:
    ledger = [item for trace in TRACES for item in items_of(trace)]
    for trace in TRACES:
        record.pair(record.device(address=trace), record.person(), since=datetime(2010, 1, 1, tzinfo=UTC))
    for start in range(0, len(ledger), 20):
        gateway.queue(ledger[start : start + 20])

    sending = Thread(target=gateway.send, args=(2, SEED))
    sending.start()
    for share in KILLED_AT:
        wait_for(database_url, share * len(ledger))
        hub.kill()
        promised = as_stored(gateway.items_acknowledged())
        assert promised <= stored(database_url), "the hub acknowledged what it had not stored"
        hub.start()
    sending.join()

    assert gateway.wait_until_acknowledged(within=4 * PATIENCE)
    assert stored(database_url) == as_stored(ledger)
