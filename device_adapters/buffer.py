"""A bounded buffer between the network's thread and the worker's: full, it makes the network wait."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Condition

from hub.measurements import RawPayload

CROWDED = 100
"""Messages in hand from which on more may wait at the broker: it sends faster than anybody stores."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A payload and what is needed to acknowledge it: the broker's number, valid in one connection (`epoch`) only."""

    raw: RawPayload
    epoch: int
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class Hearing:
    """A time during which whatever reached the broker is known to be stored."""

    since: datetime
    until: datetime


class Buffer:
    """Deliveries in order, at most `most_bytes` of payload (and one more, so that a large one can pass)."""

    def __init__(self, most_bytes: int) -> None:
        """An empty buffer."""
        self._most = most_bytes
        self._bytes = 0
        self._queue: deque[Delivery] = deque()
        self._in_hand: dict[int, Delivery] = {}
        self._since = datetime.now(UTC)
        self._changed = Condition()
        self._closed = False

    def put(self, delivery: Delivery) -> None:
        """Add one; waits while the buffer is full."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._bytes < self._most)
            self._queue.append(delivery)
            self._in_hand[id(delivery)] = delivery
            if len(self._in_hand) >= CROWDED:
                self._since = datetime.now(UTC)
            self._bytes += len(delivery.raw.payload)
            self._changed.notify_all()

    def take(self, most: int, most_bytes: int, wait: float) -> list[Delivery]:
        """What has come, in order, up to those bounds (at least one); empty if nothing came in `wait` seconds."""
        taken: list[Delivery] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._queue), wait)
            while self._queue and len(taken) < most and size < most_bytes:
                taken.append(self._queue.popleft())
                size += len(taken[-1].raw.payload)
            self._bytes -= size
            self._changed.notify_all()
        return taken

    def done(self, deliveries: Iterable[Delivery]) -> None:
        """These are stored."""
        with self._changed:
            for delivery in deliveries:
                self._in_hand.pop(id(delivery), None)

    def interrupted(self) -> None:
        """From now on something may be waiting elsewhere."""
        with self._changed:
            self._since = datetime.now(UTC)

    def hearing(self) -> Hearing:
        """Since when nothing can have waited elsewhere, and until when all that came is stored."""
        with self._changed:
            oldest = next(iter(self._in_hand.values()), None)
            return Hearing(self._since, datetime.now(UTC) if oldest is None else oldest.raw.received_at)

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
