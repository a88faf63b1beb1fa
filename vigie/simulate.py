"""Simulated homes: a gateway that keeps what it sends until the hub has it, and a scale that others' software hears."""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from device_adapters.mqtt import MqttSource
from hub.quantities import Unit
from vigie.traces import Trace

LIVE = timedelta(hours=20)
"""A broadcast is heard when it is sent: homes pass on no older one."""

MOST_ITEMS = 100
AGAIN_AFTER = 5.0
"""Seconds after which a message without the hub's acknowledgement is sent again."""

TWICE = 5
"""Every so many messages one is sent twice, as networks do."""

Item = dict[str, object]


class Home(Protocol):
    """Something that sends what was measured in a stretch of simulated time."""

    def send(self, epoch: datetime, since: datetime, until: datetime) -> None:
        """Send what was measured after `since` up to `until`; the traces began at `epoch`."""
        ...


@dataclass(frozen=True, slots=True)
class Sensor:
    """A device that measures along a trace, in its unit and to its digits (0: as the trace has it)."""

    address: str
    kind: str
    unit: Unit
    trace: Trace
    per_mg_dl: float = 1.0
    digits: int = 0

    def items(self, epoch: datetime, since: datetime, until: datetime) -> Iterator[Item]:
        """What it measured in that time, as items of a native message."""
        for at, value in self.trace.between(epoch, since, until):
            taken_at = at.isoformat(timespec="seconds")
            said = round(value * self.per_mg_dl, self.digits) if self.digits else value
            key = f"{self.address}:{taken_at}:{value:g}"
            yield {
                "id": key,
                "device": self.address,
                "kind": self.kind,
                "value": said,
                "unit": self.unit,
                "taken_at": taken_at,
            }


@dataclass(slots=True)
class Gateway:
    """A home's gateway: numbers its messages, and forgets one only when the hub says that it is committed."""

    name: str
    line: MqttSource
    sensors: Sequence[Sensor]
    boot: str = field(default_factory=lambda: str(uuid4()))
    sent: int = 0
    waiting: dict[int, tuple[float, bytes]] = field(default_factory=dict)

    def send(self, epoch: datetime, since: datetime, until: datetime) -> None:
        """Send what its sensors measured in that time; hear what the hub has, and repeat what it may not have."""
        self._listen()
        items = [item for sensor in self.sensors for item in sensor.items(epoch, since, until)]
        for start in range(0, len(items), MOST_ITEMS):
            self._publish(items[start : start + MOST_ITEMS])

    def _listen(self) -> None:
        deliveries = self.line.take(0)
        for delivery in deliveries:
            said = json.loads(delivery.raw.payload)
            if said["boot"] == self.boot:
                self.waiting = {seq: kept for seq, kept in self.waiting.items() if seq > said["seq"]}
        self.line.acknowledge(deliveries)
        for seq, (at, payload) in self.waiting.items():
            if monotonic() - at > AGAIN_AFTER:
                self._put(seq, payload)

    def _publish(self, items: list[Item]) -> None:
        self.sent += 1
        first = min(self.waiting, default=self.sent)
        message = {"boot": self.boot, "seq": self.sent, "first": first, "items": items}
        payload = json.dumps(message).encode()
        self._put(self.sent, payload)
        if self.sent % TWICE == 0:
            self._put(self.sent, payload)

    def _put(self, seq: int, payload: bytes) -> None:
        self.waiting[seq] = (monotonic(), payload)
        self.line.publish(f"vigie/v1/up/{self.name}", payload)


@dataclass(frozen=True, slots=True)
class HeardScale:
    """A Xiaomi scale whose advertisements a Theengs gateway passes on, each three times, as they come over the air."""

    mac: str
    topic: str
    people: Sequence[Trace]
    zone: ZoneInfo
    line: MqttSource

    def send(self, epoch: datetime, since: datetime, until: datetime) -> None:
        """Pass on the weighings of that time, as far as they are recent."""
        since = max(since, datetime.now(UTC) - LIVE)
        for trace in self.people:
            for at, kilograms in trace.between(epoch, since, until):
                for _ in range(3):
                    self._pass_on(at.astimezone(self.zone), kilograms)

    def _pass_on(self, at: datetime, kilograms: float) -> None:
        frame = struct.pack("<BHHBBBBB", 0x22, round(kilograms * 200), at.year, at.month, at.day, at.hour, at.minute, 0)
        message = {
            "id": self.mac, "name": "MI SCALE2", "rssi": -61, "servicedata": frame.hex(), "servicedatauuid": "0x181d",
            "brand": "Xiaomi", "model": "Mi Smart Scale", "type": "SCALE", "weighing_mode": "person", "unit": "kg",
            "weight": kilograms,
        }  # fmt: skip
        self.line.publish(f"{self.topic}/{self.mac.replace(':', '')}", json.dumps(message).encode())


@dataclass(frozen=True, slots=True)
class Application:
    """A phone's openScale, which sends one person's weights under their own name."""

    user: str
    trace: Trace
    zone: ZoneInfo
    line: MqttSource

    def send(self, epoch: datetime, since: datetime, until: datetime) -> None:
        """Send the weights of that time."""
        for at, kilograms in self.trace.between(epoch, since, until):
            date = at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M%z")
            message = {"id": 1, "userId": 1, "date": date, "weight": kilograms, "body_fat": 0.0, "username": self.user}
            self.line.publish(f"openScaleSync/{self.user}/measurements/insert", json.dumps(message).encode())


@dataclass(slots=True)
class Mistakes:
    """What goes wrong in real homes: a neighbour's scale is heard, and a value comes in the wrong unit."""

    device: str
    gateway: str
    line: MqttSource
    heard_on: str
    heard_by: MqttSource
    made: bool = False

    def send(self, epoch: datetime, since: datetime, until: datetime) -> None:
        """Make each mistake once."""
        if self.made:
            return
        self.made = True
        message = {"id": "C8:47:8C:00:00:01", "type": "SCALE", "weighing_mode": "person", "unit": "kg", "weight": 83.2}
        self.heard_by.publish(f"{self.heard_on}/C8478C000001", json.dumps(message).encode())
        item = {"id": "wrong-unit", "device": self.device, "kind": "glucose", "value": 5.8, "unit": "mg/dL"}
        items = [{**item, "taken_at": epoch.isoformat()}]
        mistaken = {"boot": str(UUID(int=1)), "seq": 1, "items": items}
        self.line.publish(f"vigie/v1/up/{self.gateway}", json.dumps(mistaken).encode())


class SimulatedClock:
    """A clock that runs an hour a second until it has caught up with the present, and then as everybody's."""

    SPEED = 3600

    def __init__(self, start: datetime) -> None:
        """Begin at `start`."""
        self._start = start
        self._began = monotonic()

    def now(self, present: datetime) -> datetime:
        """What it shows; never later than the present."""
        elapsed = timedelta(seconds=monotonic() - self._began)
        return min(present, self._start + self.SPEED * elapsed)
