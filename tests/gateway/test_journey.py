"""Two days without the hub, killed at every turn; then everything arrives: none lost, none doubled, live first."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from device_adapters.gateway.queue import LIVE
from device_adapters.mqtt import MqttSource
from tests.support.record import Record
from vigie import gateway

MINUTES = 48 * 60
KILLS = 20
NOWHERE = "mqtt://127.0.0.1:1"


@dataclass(slots=True)
class Home:
    """A gateway and three sensors, of which every one measured every minute for the last two days."""

    folder: Path
    name: str
    sensors: list[str]
    began: datetime

    def measured(self) -> list[tuple[str, datetime]]:
        """All that the sensors ever measured."""
        return [(s, self.began + timedelta(minutes=m)) for s in self.sensors for m in range(1, MINUTES + 1)]

    @contextmanager
    def running(self, mqtt_url: str) -> Iterator[subprocess.Popen[bytes]]:
        """The gateway as a process, killed in the end as by a power cut."""
        arguments = [str(self.folder), self.name, mqtt_url, self.began.isoformat(), str(MINUTES), *self.sensors]
        command = [sys.executable, "-m", "tests.gateway.scripted_home", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            yield process
            process.send_signal(signal.SIGKILL)

    def hears(self, until: int) -> set[str]:
        """Run it cut off and kill it once it has kept the measurements of that minute; all it said that it kept."""
        with self.running(NOWHERE) as process:
            assert process.stdout is not None
            said = [next(process.stdout)]
            while said[-1] != f"{self.sensors[-1]} {until}\n".encode():
                said.append(next(process.stdout))
            process.send_signal(signal.SIGKILL)
            said += [line for line in process.stdout if line.endswith(b"\n")]
        return {line.decode().strip() for line in said}


@pytest.fixture
def home(tmp_path: Path, record: Record) -> Home:
    """A home whose sensors are registered at the hub, each with its wearer, and paired with the gateway."""
    sensors = [record.wearer()[1].address for _ in range(3)]
    for sensor in sensors:
        gateway.pair(tmp_path, sensor, None, None)
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=MINUTES)
    return Home(tmp_path, f"home-{uuid4().hex[:8]}", sensors, began)


@pytest.fixture
def hub(database_url: str, mqtt_url: str, tmp_path: Path) -> Iterator[None]:
    """The real hub's intake, as a process."""
    client = f"journey-{uuid4().hex[:8]}"
    environment = {
        **os.environ,
        "VIGIE_DATABASE_URL": database_url,
        "VIGIE_MQTT_URL": mqtt_url,
        "VIGIE_MQTT_CLIENT": client,
        "VIGIE_HTTP": "127.0.0.1:0",
    }
    command = [sys.executable, "-c", "from vigie.cli import main; main()", "serve", "--only", "intake"]
    with (tmp_path / "hub.log").open("wb") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        wait_until(lambda: "connected to the broker" in (tmp_path / "hub.log").read_text())
        yield
        process.terminate()


@pytest.fixture
def wiretap(mqtt_url: str, home: Home) -> Iterator[MqttSource]:
    """Hears what the gateway sends, in the order in which the broker got it."""
    source = MqttSource(mqtt_url, f"wiretap-{home.name}", [f"vigie/v1/up/{home.name}"])
    source.start()
    wait_until(lambda: source.connected)
    yield source
    source.stop()


def wait_until(true: Callable[[], bool], within: float = 240) -> None:
    """Wait, but not for ever."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def waiting(home: Home) -> int:
    with gateway.disk(home.folder) as disk, disk.reading() as sql:
        number: int = sql.execute("SELECT count(*) FROM item WHERE text IS NOT NULL").fetchone()[0]
    return number


def stored(database_url: str) -> Counter[tuple[str, datetime]]:
    """Which sensor's reading of when is how often in the hub's table."""
    query = "SELECT d.address, r.taken_at FROM vigie.reading r JOIN vigie.device d ON d.number = r.device"
    with psycopg.connect(database_url) as connection:
        return Counter((address, at.astimezone(UTC)) for address, at in connection.execute(query))


def overheard(wiretap: MqttSource) -> list[list[datetime]]:
    """The times of what each message brought, in the order in which messages came."""
    messages: list[list[datetime]] = []
    while deliveries := wiretap.take(0.2):
        messages += [times(delivery.raw.payload) for delivery in deliveries]
        wiretap.acknowledge(deliveries)
    return messages


def times(payload: bytes) -> list[datetime]:
    return [datetime.fromisoformat(item["taken_at"]) for item in json.loads(payload)["items"]]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_cut_off_for_two_days_and_killed_twenty_times_all_arrives_once_and_the_present_first(
    home: Home, hub: None, wiretap: MqttSource, database_url: str, mqtt_url: str
) -> None:
    dice = random.Random(20261122)
    reported: set[str] = set()
    for kill in range(1, KILLS + 1):
        reported |= home.hears(until=MINUTES * kill // KILLS - dice.randint(0, 40))
    reported |= home.hears(until=MINUTES)
    assert len(reported) == waiting(home) == 3 * MINUTES
    assert not stored(database_url)

    live_since = datetime.now(UTC) - LIVE
    with home.running(mqtt_url):
        wait_until(lambda: waiting(home) == 0)

    assert stored(database_url) == Counter(home.measured())
    messages = overheard(wiretap)
    live = [at for _, at in home.measured() if at > live_since]
    assert live
    assert set(live) <= set(messages[0])
    assert min(messages[0]) >= live_since - timedelta(minutes=1)
    newest_first = [max(message) for message in messages]
    assert newest_first == sorted(newest_first, reverse=True)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_killed_while_it_catches_up_nothing_is_lost_or_doubled(
    home: Home, hub: None, database_url: str, mqtt_url: str
) -> None:
    home.hears(until=MINUTES)
    for share in (0.9, 0.6, 0.3):
        with home.running(mqtt_url):
            wait_until(lambda share=share: waiting(home) < share * 3 * MINUTES)  # type: ignore[misc]
    with home.running(mqtt_url):
        wait_until(lambda: waiting(home) == 0)
    assert stored(database_url) == Counter(home.measured())
