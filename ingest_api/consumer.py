"""The intake's worker: takes messages from the broker, through the door, and only then acknowledges them."""

import json
import logging
from collections.abc import Sequence
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from device_adapters.buffer import Delivery, Hearing
from hub.database import SqlError
from hub.errors import DatabaseError
from hub.faults import whereabouts
from ingest_api.intake import Intake
from ingest_api.progress import Ack

log = logging.getLogger(__name__)

WAIT = 0.5
"""Seconds to wait for a message, and between looks whether a gateway's first number has become clear."""

LONGEST_PAUSE = 10.0
"""Seconds between attempts, at most, while the database does not answer."""

ACK_TOPIC = "vigie/v1/ack/"


class Source(Protocol):
    """Where messages come from, and acknowledgements go."""

    def take(self, wait: float) -> list[Delivery]: ...
    def acknowledge(self, deliveries: Sequence[Delivery]) -> None: ...
    def publish(self, topic: str, payload: bytes) -> None: ...
    def hearing(self) -> Hearing | None: ...


class Consumer:
    """A thread that moves messages through the door until stopped."""

    def __init__(self, source: Source, intake: Intake) -> None:
        """Prepare; nothing moves before start."""
        self._source = source
        self._intake = intake
        self._stopping = Event()
        self._settle_at = 0.0
        self._thread = Thread(target=self._run, name="intake", daemon=True)

    @property
    def alive(self) -> bool:
        """True while messages are being moved."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand, then end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        batch: list[Delivery] = []
        while not self._stopping.wait(pause):
            batch = batch or self._source.take(WAIT)
            try:
                if batch:
                    _, acks = self._intake.accept([delivery.raw for delivery in batch])
                    stored, batch = batch, []  # acknowledged once: their numbers may be other messages' from then on
                    self._source.acknowledge(stored)
                    self._publish(acks)
                self._settle()
                pause = 0.0
            except (DatabaseError, SqlError) as error:
                # nothing was promised: the same messages again, once the database answers
                pause = min(LONGEST_PAUSE, 2 * pause or 0.1)
                log.error("cannot store (%s); trying again in %.1f s", type(error).__name__, pause)  # noqa: TRY400
            except Exception as error:  # noqa: BLE001
                # where, not what: a message of a library may hold a value
                pause = LONGEST_PAUSE
                name, where = type(error).__name__, whereabouts(error)
                log.error("the intake met a %s in %s; again in %.0f s", name, where, pause)  # noqa: TRY400

    def _settle(self) -> None:
        hearing = self._source.hearing()
        if hearing is not None and monotonic() >= self._settle_at:
            self._publish(self._intake.settle(hearing))
            self._settle_at = monotonic() + WAIT

    def _publish(self, acks: Sequence[Ack]) -> None:
        for ack in acks:
            payload = json.dumps({"boot": ack.boot, "seq": ack.number}).encode()
            self._source.publish(ACK_TOPIC + ack.gateway, payload)
