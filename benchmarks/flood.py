"""The flood: ten times what the hub can take, for minutes. Its memory must stay flat, and the count be right."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from rich.table import Table

from benchmarks import flooding
from benchmarks.publishing import waiting_for
from benchmarks.setting import Setting
from device_adapters.devices.native_mqtt import TOPIC
from vigie.services.state import Say

READINGS_EACH = 25
TIMES = 10
_PUBLISHERS = 2
_CLIENT_ID = "bench-flooded"
_STILL = 3
_LONGEST_DRAIN = 1_800
ALLOWED = 0.10


@dataclass(frozen=True, slots=True)
class Flooded:
    """What a flood did: messages wanted and offered a second, offered and committed in all, memory (MiB) a second."""

    seconds: float
    wanted: float
    offered: int
    committed_in_flood: int
    committed: int
    readings: int
    keys: int
    quarantined: int
    memory: list[float]

    @property
    def first(self) -> float:
        """The median of the first fifth (a minute of five)."""
        return median(self.memory[: len(self.memory) // 5])

    @property
    def last(self) -> float:
        """The median of the last fifth."""
        return median(self.memory[-(len(self.memory) // 5) :])

    @property
    def furthest(self) -> float:
        """The furthest from the first fifth's median, as a part of it, once that fifth is over."""
        return max(abs(each / self.first - 1) for each in self.memory[len(self.memory) // 5 :])

    @property
    def count_is_right(self) -> bool:
        """True if every message committed stands in the record with all its readings, once."""
        return self.readings == self.keys == READINGS_EACH * self.committed and not self.quarantined


def run(where: Setting, most: float, seconds: float, say: Say) -> Flooded:
    """Flood the hub with `TIMES` times `most` messages a second, then let it take what waits."""
    where.empty()
    wanted = TIMES * most
    with waiting_for(where.mqtt_url, _CLIENT_ID, (TOPIC + "+",), ()), _hub(where) as hub:
        floods = [
            flooding.Flood(n, _PUBLISHERS, wanted / _PUBLISHERS, seconds, READINGS_EACH) for n in range(_PUBLISHERS)
        ]
        environment = os.environ | {"VIGIE_MQTT_URL": where.mqtt_url}
        publishers = [
            subprocess.Popen(flooding.command(flood), env=environment, stdout=subprocess.PIPE, text=True)
            for flood in floods
        ]
        memory = list(_memory(hub, seconds, say))
        offered = sum(int(publisher.communicate(timeout=60)[0]) for publisher in publishers)
        committed_in_flood = where.committed()
        _drain(where, hub, say)
    return Flooded(
        seconds, wanted, offered, committed_in_flood, where.committed(), where.count("reading"),
        where.count("reading_key"), where.count("quarantine"), memory,
    )  # fmt: skip


def table(flooded: Flooded) -> Table:
    """What to read of it."""
    shown = Table("flood", "", title=f"{flooded.seconds:.0f} s at {TIMES} times what the hub takes")
    offered, taken = flooded.offered / flooded.seconds, flooded.committed_in_flood / flooded.seconds
    verdict = "[green]flat[/]" if flooded.furthest <= ALLOWED else "[red]not flat[/]"
    shown.add_row("messages of 25 wanted a second", f"{flooded.wanted:,.0f}")
    shown.add_row("the broker took from the publishers", f"{offered:,.0f} a second, {flooded.offered:,} in all")
    shown.add_row("the hub committed meanwhile", f"{taken:,.0f} a second")
    shown.add_row("the broker's full queue refused", f"{flooded.offered - flooded.committed:,}")
    shown.add_row("memory, median of the first fifth", f"{flooded.first:.1f} MiB")
    shown.add_row(
        "memory, median of the last fifth", f"{flooded.last:.1f} MiB ({flooded.last / flooded.first - 1:+.1%})"
    )
    shown.add_row("furthest after the first fifth", f"{flooded.furthest:.1%}: {verdict}")
    right = "[green]right[/]" if flooded.count_is_right else "[red]wrong[/]"
    shown.add_row(
        "count",
        f"{flooded.committed:,} messages, {flooded.readings:,} readings, {flooded.keys:,} keys, "
        f"{flooded.quarantined:,} in quarantine: {right}",
    )
    return shown


@contextmanager
def _hub(where: Setting) -> Iterator[subprocess.Popen[bytes]]:
    """`vigie serve --only intake`, once it is ready, until leaving."""
    address = f"127.0.0.1:{_free_port()}"
    settings = {
        "VIGIE_DATABASE_URL": where.database_url,
        "VIGIE_MQTT_URL": where.mqtt_url,
        "VIGIE_MQTT_CLIENT": _CLIENT_ID,
        "VIGIE_HTTP": address,
    }
    command = (Path(sys.executable).with_name("vigie"), "serve", "--only", "intake")
    hub = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(hub, f"http://{address}/health/ready")
        yield hub
    finally:
        hub.terminate()
        hub.wait(60)


def _wait_until_ready(hub: subprocess.Popen[bytes], url: str) -> None:
    until = monotonic() + 30
    while monotonic() < until and hub.poll() is None:
        try:
            with urlopen(url, timeout=5):  # noqa: S310
                return
        except (URLError, OSError):
            sleep(0.2)
    raise RuntimeError("the hub does not become ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _memory(hub: subprocess.Popen[bytes], seconds: float, say: Say) -> Iterator[float]:
    """The resident memory, every second."""
    begun = monotonic()
    for second in range(1, int(seconds) + 1):
        sleep(max(0.0, begun + second - monotonic()))
        mebibytes = _resident(hub)
        say(f"flood: {second} of {seconds:.0f} s, the hub holds {mebibytes:.0f} MiB…")
        yield mebibytes


def _resident(hub: subprocess.Popen[bytes]) -> float:
    """Resident memory in MiB, as /proc/PID/status says it."""
    if hub.poll() is not None:
        raise RuntimeError("the hub did not survive the flood")
    lines = Path(f"/proc/{hub.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _drain(where: Setting, hub: subprocess.Popen[bytes], say: Say) -> None:
    """Wait until the hub has taken all that waits: nothing new for some seconds."""
    until, still, committed = monotonic() + _LONGEST_DRAIN, 0, -1
    while still < _STILL:
        if monotonic() > until or hub.poll() is not None:
            raise RuntimeError("the hub does not get through what waits for it")
        sleep(2)
        before, committed = committed, where.committed()
        still = still + 1 if committed == before else 0
        say(f"after the flood: {committed:,} messages committed…")
