"""The intake's worker: takes messages from the broker, through the door, and only then acknowledges them."""

import json
from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from device_adapters.buffer import Delivery, Hearing
from ingest_api.intake import Intake
from ingest_api.progress import Ack

WAIT = 0.5
"""Seconds to wait for a message, and between looks whether a gateway's first number has become clear."""

ACK_TOPIC = "vigie/v1/ack/"


class Source(Protocol):
    """Where messages come from, and acknowledgements go."""

    def take(self, wait: float) -> list[Delivery]: ...
    def acknowledge(self, deliveries: Sequence[Delivery]) -> None: ...
    def publish(self, topic: str, payload: bytes) -> None: ...
    def hearing(self) -> Hearing | None: ...


class Consumer:
    """Moves messages through the door, a batch a turn."""

    def __init__(self, source: Source, intake: Intake) -> None:
        """Prepare; nothing moves before a turn is taken."""
        self._source = source
        self._intake = intake
        self._batch: list[Delivery] = []
        self._settle_at = 0.0

    def turn(self) -> bool:
        """Wait a moment for messages and move them; a batch that could not be stored is the next turn's, whole."""
        self._batch = self._batch or self._source.take(WAIT)
        if self._batch:
            _, acks = self._intake.accept([delivery.raw for delivery in self._batch])
            # acknowledged once: their numbers may be other messages' from then on
            stored, self._batch = self._batch, []
            self._source.acknowledge(stored)
            self._publish(acks)
        self._settle()
        return True

    def _settle(self) -> None:
        hearing = self._source.hearing()
        if hearing is not None and monotonic() >= self._settle_at:
            self._publish(self._intake.settle(hearing))
            self._settle_at = monotonic() + WAIT

    def _publish(self, acks: Sequence[Ack]) -> None:
        for ack in acks:
            payload = json.dumps({"boot": ack.boot, "seq": ack.number}).encode()
            self._source.publish(ACK_TOPIC + ack.gateway, payload)
