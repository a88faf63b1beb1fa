"""The hub and the line to it, as a gateway may meet them: late, forgetful, stuttering."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from device_adapters.buffer import Delivery
from hub.measurements import Channel, RawPayload
from tests.gateway.home import NOW

Message = dict[str, object]


@dataclass(slots=True)
class FakeLine:
    """A line that keeps what was published until somebody carries it, and brings what somebody sent back."""

    connected: bool = False
    started: bool = False
    published: list[bytes] = field(default_factory=list)
    coming: list[bytes] = field(default_factory=list)
    acknowledged: int = 0

    def start(self) -> None:
        """See Line."""
        self.started = True

    def stop(self) -> None:
        """See Line; what was not carried is gone."""
        self.started = False
        self.published.clear()

    def take(self, wait: float) -> list[Delivery]:
        """See Line."""
        taken, self.coming = self.coming, []
        raws = [RawPayload(Channel.MQTT, "vigie/v1/ack/home", payload, NOW) for payload in taken]
        return [Delivery(raw, 1, n, 1) for n, raw in enumerate(raws)]

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """See Line."""
        self.acknowledged += len(deliveries)

    def publish(self, topic: str, payload: bytes) -> None:
        """See Line."""
        assert topic == "vigie/v1/up/home"
        assert self.connected
        self.published.append(payload)


@dataclass(slots=True)
class Progress:
    """How far one boot is committed."""

    first: int = 0
    committed: set[int] = field(default_factory=set)

    def run(self) -> int:
        """The end of the unbroken run from the first number."""
        last = self.first - 1
        while last + 1 in self.committed:
            last += 1
        return last


@dataclass(slots=True)
class FakeHub:
    """Commits messages in whatever order they come; knows a reading by its id, and answers as the real one does."""

    boots: dict[str, Progress] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)
    arrived: list[list[str]] = field(default_factory=list)

    def commit(self, payload: bytes) -> bytes | None:
        """Store a message; the acknowledgement, if its boot's first number is there."""
        message = json.loads(payload)
        names = [item["id"] for item in message["items"]]
        self.arrived.append(names)
        self.stored += [name for name in names if name not in self.stored]
        progress = self.boots.setdefault(message["boot"], Progress())
        progress.first = max(progress.first, message["first"])
        progress.committed.add(message["seq"])
        last = progress.run()
        return json.dumps({"boot": message["boot"], "seq": last}).encode() if last >= progress.first else None


def names(payload: bytes) -> list[str]:
    """The ids in a message."""
    return [item["id"] for item in json.loads(payload)["items"]]
