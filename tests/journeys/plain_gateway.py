"""A gateway as a stranger would write it from docs/mqtt.md: it shares no code with ours, so both cannot err alike."""

import json
import random
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

Item = dict[str, Any]


@dataclass
class PlainGateway:
    """Numbers its messages from 1, keeps each until the hub has acknowledged it."""

    name: str
    mqtt_url: str
    boot: str = field(default_factory=lambda: str(uuid4()))
    messages: dict[int, list[Item]] = field(default_factory=dict)
    acknowledged: int = 0

    def __post_init__(self) -> None:
        self._lock = Lock()
        parts = urlsplit(self.mqtt_url)
        self._client = Client(CallbackAPIVersion.VERSION2, f"vigie-gateway-{self.name}", protocol=MQTTv5)
        self._client.username_pw_set(unquote(parts.username or ""), unquote(parts.password or ""))
        self._client.on_message = self._hear
        self._client.connect(parts.hostname or "", parts.port or 1883)
        self._client.subscribe(f"vigie/v1/ack/{self.name}", 1)
        self._client.loop_start()

    def queue(self, items: list[Item]) -> None:
        """Put items into the next message."""
        self.messages[len(self.messages) + 1] = items

    def unacknowledged(self) -> dict[int, list[Item]]:
        with self._lock:
            return {seq: items for seq, items in self.messages.items() if seq > self.acknowledged}

    def items_acknowledged(self) -> list[Item]:
        with self._lock:
            return [item for seq, items in self.messages.items() if seq <= self.acknowledged for item in items]

    def send(self, times: int, seed: int) -> None:
        """Send all that waits, each message so many times, in a shuffled order."""
        waiting = list(self.unacknowledged().items()) * times
        random.Random(seed).shuffle(waiting)
        for seq, items in waiting:
            self.publish(json.dumps({"boot": self.boot, "seq": seq, "items": items}).encode())

    def publish(self, payload: bytes) -> None:
        """Send these bytes as a message, and wait until the broker has them."""
        self._client.publish(f"vigie/v1/up/{self.name}", payload, 1).wait_for_publish(30)

    def wait_until_acknowledged(self, within: float) -> bool:
        """True once nothing waits any more."""
        until = time.monotonic() + within
        while self.unacknowledged() and time.monotonic() < until:
            time.sleep(0.05)
        return not self.unacknowledged()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        said = json.loads(message.payload)
        with self._lock:
            if said["boot"] == self.boot:
                self.acknowledged = max(self.acknowledged, said["seq"])
