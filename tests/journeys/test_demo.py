"""The demo, as a newcomer runs it."""

import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.hub_process import vigie
from tests.support.patience import PATIENCE
from vigie import gateway, services, virtual_home
from vigie.lefevre import MARCEL, PARIS
from vigie.services.state import free_port
from vigie.virtual.diary import Diary


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the servers' account can enter, which pytest's own is not under root."""
    folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="vigie-demo-"))
    folder.chmod(0o755)
    yield folder
    services.stop(folder, lambda _: None)
    shutil.rmtree(folder)


def demo(home: Path) -> str:
    command = vigie("demo", "--for", "4s", "--port", str(free_port()), "--home", str(home))
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout


def demo_until_marcels_meter_is_read(home: Path) -> tuple[str, list[dict[str, Any]]]:
    """A demo ended by Ctrl-C once the hub has all of a meter's records, and those records as the hub tells them."""
    port, before = free_port(), len(remembered(home))
    command = vigie("demo", "--port", str(port), "--home", str(home))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        stop_at = time.monotonic() + 4 * PATIENCE
        told = records_of_marcel(home, port)
        while not before < len(remembered(home)) <= len(told) and time.monotonic() < stop_at:
            time.sleep(0.2)
            told = records_of_marcel(home, port)
        running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=4 * PATIENCE)
    assert running.returncode == 0
    return output, told


def remembered(home: Path) -> list[datetime]:
    """When Marcel's meter was used, as it remembers."""
    diary = Diary.open(home / virtual_home.FOLDER / "diary.json", PARIS, datetime.now(UTC))
    return [at for at, _ in diary.remembered()]


def records_of_marcel(home: Path, port: int) -> list[dict[str, Any]]:
    """What the hub has of them; nothing before it answers."""
    cast = json.loads((home / "demo.json").read_text())
    url = f"http://127.0.0.1:{port}/v1/people/{cast['people'][MARCEL]}/readings"
    asked = {"kind": "glucose_capillary", "from": (datetime.now(UTC) - timedelta(days=40)).isoformat()}
    try:
        answer = httpx.get(url, params=asked, headers={"Authorization": f"Bearer {cast['token']}"}, timeout=PATIENCE)
    except httpx.TransportError:
        return []
    return list(answer.raise_for_status().json()["readings"])


def counted(output: str, label: str) -> int:
    found = re.search(rf"{re.escape(label)}\s*│\s*(\d+)", output)
    assert found, output
    return int(found[1])


@pytest.mark.timeout(900)
def test_the_demo_ends_by_itself_says_what_it_did_and_goes_on_with_its_data_the_next_time(home: Path) -> None:
    first = demo(home)
    assert counted(first, "people") == 7
    assert counted(first, "readings stored") > 20
    assert counted(first, "linked (second source)") > 0
    assert counted(first, "unit_suspect") == 1
    assert [state.running for state in services.status(home)] == [False, False]

    second, records = demo_until_marcels_meter_is_read(home)
    assert counted(second, "readings stored") > counted(second, "over Bluetooth, from the Lefèvres") > 0
    assert re.findall(r"people/([0-9a-f-]{36})", second) == re.findall(r"people/([0-9a-f-]{36})", first)
    assert counted(first, "meter records") + counted(second, "meter records") == len(records)
    assert gateway.lights(home / virtual_home.FOLDER)[0].words != "runs"
    assert [datetime.fromisoformat(each["taken_at"]) for each in records] == remembered(home)
    assert {each["provenance"]["time"] for each in records} == {"sender"}  # which is the gateway
