"""Values, names and secrets no output may hold are sent in by every way, well and badly; then every output is read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from hub.records import DeviceKind
from tests.conftest import SERVICES
from tests.journeys.hub_process import HubProcess
from tests.journeys.plain_gateway import Item, PlainGateway
from tests.support.broker import OwnBroker
from tests.support.patience import PATIENCE
from tests.support.record import Record

GLUCOSE, WEIGHT, TEXT, SENSOR = 141.473618, 72.918273, "canary-in-a-context", "Canary 000777"
CANARIES = ("141.473618", "141473618", "72.918273", "72918273", "canary-in-a", "Canarie", "Martin", "Canary 000777")
"""What is looked for, in whatever way it was sent."""


def item(id_: str, value: object = GLUCOSE, **other: object) -> Item:
    """One glucose of the sensor, its words as told."""
    taken_at = datetime.now(UTC).isoformat()
    told = {"device": SENSOR, "kind": "glucose_interstitial", "value": value, "unit": "mg/dL", "taken_at": taken_at}
    return {"id": id_, **told, **other}


BAD_ITEMS = [
    item("unit", unit="furlong"),
    item("high", value=GLUCOSE * 1e6),
    item("mixed", value=GLUCOSE, unit="mmol/L"),
    item("text", value=str(GLUCOSE)),
    item("time", taken_at=f"yesterday at {TEXT}"),
    item("nul", context={TEXT: "\x00"}, device=f"{SENSOR}\x00"),
    item("who", device=f"{TEXT} nobody"),
    item("kind", kind="happiness"),
    item("deep", context={TEXT: [[[[WEIGHT]]]]}),
]
BAD_MESSAGES = [
    f'{{"boot": "{TEXT}", "items": [{GLUCOSE}'.encode(),
    json.dumps({"boot": "00000000-0000-4000-8000-000000000000", "seq": WEIGHT, "items": TEXT}).encode(),
    TEXT.encode() + b"\xff\xfe",
    json.dumps([GLUCOSE, WEIGHT, TEXT]).encode(),
]


@pytest.fixture
def outputs(hub: HubProcess, broker: OwnBroker, pytestconfig: pytest.Config) -> dict[str, Path]:
    """Every log that is written while this test runs."""
    database = pytestconfig.stash[SERVICES].home / "log/postgresql.log"
    logs = {"hub": hub.log, "database": database, "broker": broker.server.log}
    assert [log.is_file() for log in logs.values()] == [True] * 3
    return logs


def told(answer: httpx.Response) -> str:
    """Everything an answer says, and where it was asked."""
    return f"{answer.request.url} {answer.headers} {answer.text}"


def test_no_log_no_metric_and_no_error_holds_a_value_a_name_or_a_secret(
    hub: HubProcess, gateway: PlainGateway, record: Record, outputs: dict[str, Path]
) -> None:
    person = record.person(given="Canarie")
    record.pair(record.device(DeviceKind.CGM, SENSOR), person)
    tokens = [hub.run("token", "create", "--role", "person", "--for", str(person.id)).strip()]
    tokens.append(hub.run("token", "admin").strip())
    before = {name: log.stat().st_size for name, log in outputs.items()}

    gateway.queue([item("good", value=GLUCOSE)])
    for bad in BAD_ITEMS:
        gateway.queue([bad])
    gateway.send(1, seed=1)
    for message in BAD_MESSAGES:
        gateway.publish(message)
    assert gateway.wait_until_acknowledged(within=4 * PATIENCE)
    refused = list(refusals(hub, person.id, tokens))

    logs = [log.read_bytes()[before[name] :].decode(errors="replace") for name, log in outputs.items()]
    said = [*logs, *refused, httpx.get(f"{hub.url}/metrics").text, hub.run("quarantine", "list")]
    found = {canary for canary in (*CANARIES, *tokens) for text in said if canary in text}
    assert found == set()
    assert hub.run("quarantine", "list").count("\n") > len(BAD_ITEMS)


def refusals(hub: HubProcess, person: UUID, tokens: list[str]) -> Iterator[str]:
    """Requests that fail in every way, and what they are told."""
    mine = {"Authorization": f"Bearer {tokens[0]}"}
    for body in (*({"device": SENSOR, "readings": [bad]} for bad in BAD_ITEMS), {"device": GLUCOSE}, [WEIGHT], TEXT):
        yield told(httpx.post(f"{hub.url}/v1/readings", json=body, headers=mine))
    for body in BAD_MESSAGES:
        yield told(httpx.post(f"{hub.url}/v1/readings", content=body, headers=mine))
    for path in (f"/v1/people/{person}/hidden", f"/v1/people/{person}/grants", f"/v1/people/{person}/nothing"):
        yield told(httpx.post(f"{hub.url}{path}", json={"to": TEXT, "reading": TEXT, "kind": WEIGHT}, headers=mine))
    yield told(httpx.get(f"{hub.url}/v1/people", headers={"Authorization": f"Bearer {TEXT}"}))
