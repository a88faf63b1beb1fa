"""What waits goes to the hub, the newest first, and stays on the disk until the hub has said that it is committed.

One order: live readings in messages of their own, then the newest of the backlog down to the oldest, so that whoever
looks sees the present at once and the past fills up behind. Live messages may overtake a full window of backlog.

Which message an item is in is only known in memory: an item belongs to a number once it is sent, and a number, once
used, keeps its items for as long as its boot lasts. After a kill a new boot begins and all that waits is sent anew;
the hub knows the items by their ids.

A gateway with nothing to say says so now and then, in a message without items: a silence is then not laid at its door.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Protocol
from uuid import UUID, uuid4

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from device_adapters.buffer import Delivery
from device_adapters.gateway.queue import LIVE, Queue, Waiting
from device_adapters.strict_json import STRICT, read
from hub.errors import Refusal

log = logging.getLogger(__name__)

UP, ACK = "vigie/v1/up/", "vigie/v1/ack/"

MOST_ITEMS, MOST_BYTES = 250, 100_000
"""The longest message, far below the hub's 5,000 items and 512 KiB: a lost one costs little."""

BACKLOG_WINDOW, LIVE_WINDOW = 4, 8
"""Messages without the hub's answer at most: of any kind, and of live readings besides."""

AGAIN_AFTER, LONGEST_PATIENCE = 10.0, 300.0
"""Seconds without an answer before a message is sent again; twice as long each time the hub stays silent."""

ALIVE_EVERY = 300.0
"""Seconds of silence after which it says that it is there: a silent sensor rings after 20 minutes, and names why."""

LONG_CUT = 60.0
"""Seconds without the broker after which what the line still holds is stale, and must not go before the present."""


class Line(Protocol):
    """The way to the broker; MqttSource is one."""

    @property
    def connected(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def take(self, wait: float) -> list[Delivery]: ...
    def acknowledge(self, deliveries: Sequence[Delivery]) -> None: ...
    def publish(self, topic: str, payload: bytes) -> None: ...


@with_config(STRICT)
class _Ack(TypedDict):
    boot: UUID
    seq: Annotated[int, Field(ge=0)]


_ACK = TypeAdapter(_Ack)


@dataclass(slots=True)
class _Sent:
    """A message on its way: its items, and when it was last sent."""

    items: tuple[Waiting, ...]
    at: float


class Uplink:
    """Sends what waits; all its work is done in `turn`, in one thread at a time."""

    def __init__(
        self,
        queue: Queue,
        gateway: str,
        make_line: Callable[[], Line],
        *,
        tick: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Send from that queue as that gateway; `tick` is for waiting, `now` for what is live."""
        self._queue = queue
        self._topic = UP + gateway
        self._make_line = make_line
        self._tick = tick
        self._now = now
        self._line = make_line()
        self._connected: bool | None = None
        self._changed_at = tick()
        self._begin()

    def start(self) -> None:
        """Connect in the background."""
        self._line.start()

    def stop(self) -> None:
        """Disconnect; what waits, waits on."""
        self._line.stop()

    def turn(self, wait: float) -> None:
        """Hear what the hub has (for `wait` seconds at most), then send what may be sent."""
        deliveries = self._line.take(wait)
        for delivery in deliveries:
            self._hear(delivery.raw.payload)
        self._line.acknowledge(deliveries)
        self._note_line(self._line.connected)
        if self._connected:
            self._repeat()
            self._send_new()
            self._say_alive()
        elif self._sent and self._tick() - self._changed_at > LONG_CUT:
            self._drop_line()

    def _begin(self) -> None:
        """Count anew."""
        self._boot = uuid4()
        self._last = 0
        self._sent: dict[int, _Sent] = {}
        self._patience = AGAIN_AFTER
        self._repeated_at = 0.0
        self._said_at = self._tick()

    def _drop_line(self) -> None:
        """A new line holds nothing; the old would send its stale messages before all others once it is back."""
        self._line.stop()
        self._line = self._make_line()
        self._line.start()
        self._begin()

    def _note_line(self, connected: bool) -> None:
        if connected != self._connected:
            self._connected = connected
            self._changed_at = self._tick()
            self._queue.note_line(connected=connected, now=self._now())

    def _hear(self, payload: bytes) -> None:
        """Forget what the hub has; an answer to an earlier boot says nothing about this one's numbers."""
        try:
            ack = read(_ACK, payload)
        except Refusal as why:
            log.warning("an acknowledgement that cannot be understood: %s", why)
            return
        if ack["boot"] != self._boot:
            return
        landed = [number for number in self._sent if number <= ack["seq"]]
        self._queue.acknowledge([item.number for number in landed for item in self._sent[number].items], self._now())
        for number in landed:
            del self._sent[number]
        self._patience = AGAIN_AFTER

    def _repeat(self) -> None:
        """Send again what got no answer; while the hub is silent only the oldest, less and less often."""
        due = self._due()
        for number in due:
            self._publish(number)
        if due:
            self._repeated_at = self._tick()
            self._patience = min(2 * self._patience, LONGEST_PATIENCE)

    def _due(self) -> list[int]:
        now = self._tick()
        if self._patience == AGAIN_AFTER:
            return [number for number, sent in self._sent.items() if now - sent.at >= AGAIN_AFTER]
        return list(self._sent)[:1] if now - self._repeated_at >= self._patience else []

    def _send_new(self) -> None:
        live_since = self._now() - LIVE
        while len(self._sent) < BACKLOG_WINDOW + LIVE_WINDOW and self._send(live_since):
            pass
        while len(self._sent) < BACKLOG_WINDOW and self._send(None):
            pass

    def _send(self, since: datetime | None) -> bool:
        """Send one more message of what is not on its way yet; False if there is nothing."""
        on_their_way = {item.number for sent in self._sent.values() for item in sent.items}
        items = self._queue.waiting(MOST_ITEMS, MOST_BYTES, besides=on_their_way, since=since)
        if items:
            self._say(tuple(items))
        return bool(items)

    def _say_alive(self) -> None:
        """Nothing else is on its way, and nothing was for a while."""
        if not self._sent and self._tick() - self._said_at >= ALIVE_EVERY:
            self._say(())

    def _say(self, items: tuple[Waiting, ...]) -> None:
        self._last += 1
        self._sent[self._last] = _Sent(items, 0.0)
        self._publish(self._last)

    def _publish(self, number: int) -> None:
        sent = self._sent[number]
        sent.at = self._said_at = self._tick()
        head = json.dumps({"boot": str(self._boot), "seq": number, "first": min(self._sent)})
        items = ",".join(item.text for item in sent.items)
        self._line.publish(self._topic, f'{head[:-1]}, "items": [{items}]}}'.encode())
