"""The hub as its users run it: a process of its own, that can be killed at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from tests.support.patience import PATIENCE
from vigie.services.state import free_port
from vigie.telling import new_push_key

PUSH_KEY = new_push_key()

STARTS_WITHIN = 180.0
"""Seconds; on a busy machine the imports alone take ten."""


@dataclass(slots=True)
class HubProcess:
    """`vigie serve` on that database and broker, under a broker session of its own."""

    database_url: str
    mqtt_url: str
    log: Path
    port: int = field(default_factory=free_port)
    client: str = field(default_factory=lambda: f"journey-{uuid4().hex[:8]}")
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "VIGIE_DATABASE_URL": self.database_url,
            "VIGIE_MQTT_URL": self.mqtt_url,
            "VIGIE_MQTT_CLIENT": self.client,
            "VIGIE_HTTP": f"127.0.0.1:{self.port}",
            "VIGIE_VAPID_KEY": PUSH_KEY,
        }

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(vigie("serve"), env=self.environment, stdout=log, stderr=log)
        until = time.monotonic() + STARTS_WITHIN
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"the hub did not start: {self.log.read_text()}")
            time.sleep(0.05)

    def ready(self) -> bool:
        """Asked with little effort: whoever asks often takes the time of the hub that starts."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection, suppress(OSError):
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        return False

    def kill(self) -> None:
        """As a power cut would end it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator would end it."""
        self._end(signal.SIGTERM)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """As if it hung meanwhile: its connections stay, and nothing comes over them."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def run(self, *arguments: str) -> str:
        """Another command of the program on the same hub; its output."""
        done = subprocess.run(vigie(*arguments), env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    def _end(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)
            self.process = None


def vigie(*arguments: str) -> list[str]:
    """The program's command line."""
    return [sys.executable, "-c", "from vigie.cli import main; main()", *arguments]
