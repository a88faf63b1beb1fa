"""The intake's worker: nothing is acknowledged before it is committed, and nothing is given up."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from device_adapters.buffer import Delivery, Hearing
from hub import turns
from hub.database import Database, Role, SqlError
from hub.errors import DatabaseError
from hub.measurements import RawPayload
from hub.turns import Turns
from ingest_api import consumer
from ingest_api.consumer import Consumer
from ingest_api.intake import Intake, Receipt
from ingest_api.progress import Ack
from tests.support.messages import item, native
from tests.support.patience import PATIENCE
from tests.support.record import Record

ACK = Ack("attic", "b", 7)

Log = list[tuple[str, Any]]
EVER_SINCE = Hearing(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@dataclass
class FakeSource:
    """Gives these batches, one a time, and writes down what it is told."""

    batches: list[list[Delivery]]
    log: Log = field(default_factory=list)
    drained: Event = field(default_factory=Event)
    on_acknowledge: Callable[[], object] = lambda: None
    heard: Hearing | None = EVER_SINCE

    def take(self, wait: float) -> list[Delivery]:
        """The next batch; when there is none it waits a moment, as the broker does."""
        if self.batches:
            return self.batches.pop(0)
        self.drained.set()
        Event().wait(0.005)
        return []

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Told that these are safe."""
        self.on_acknowledge()
        self.log.append(("acknowledge", [delivery.mid for delivery in deliveries]))

    def hearing(self) -> Hearing | None:
        """As if nothing had ever waited."""
        return self.heard

    def publish(self, topic: str, payload: bytes) -> None:
        """Told to tell a gateway."""
        self.log.append(("publish", (topic, json.loads(payload))))


class Scripted(Intake):
    """A door that fails as it is told, then works."""

    def __init__(self, log: Log, failures: Sequence[Exception] = (), unsettled: Sequence[Exception] = ()) -> None:
        """Write down what comes."""
        self._log, self._failures, self._unsettled = log, [*failures], [*unsettled]
        self.to_settle: list[Ack] = []

    def accept(self, raws: Sequence[RawPayload]) -> tuple[list[Receipt], list[Ack]]:
        """Take payloads in, or fail."""
        self._log.append(("accept", [raw.payload for raw in raws]))
        _raise_next(self._failures)
        return [Receipt((), ()) for _ in raws], [ACK]

    def settle(self, hearing: Hearing) -> list[Ack]:
        """What became clear by waiting, or a failure."""
        _raise_next(self._unsettled)
        settled, self.to_settle = self.to_settle, []
        return settled


def _raise_next(failures: list[Exception]) -> None:
    if failures:
        raise failures.pop(0)


def delivery(mid: int, raw: RawPayload | None = None) -> Delivery:
    return Delivery(raw or native(seq=mid), 1, mid, 1)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short here."""
    monkeypatch.setattr(turns, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(consumer, "WAIT", 0.005)


def run(source: FakeSource, intake: Intake) -> Log:
    """Let the worker work until nothing is left; what was done, in order."""
    worker = Turns("intake", Consumer(source, intake).turn)
    worker.start()
    assert worker.alive
    assert source.drained.wait(PATIENCE)
    worker.stop()
    assert not worker.alive
    return source.log


def test_the_broker_is_told_after_the_door_took_it_and_then_the_gateway() -> None:
    source = FakeSource([[delivery(1), delivery(2)], [delivery(3)]])
    log = run(source, Scripted(source.log))
    told = ("publish", ("vigie/v1/ack/attic", {"boot": "b", "seq": 7}))
    assert [what for what, _ in log] == ["accept", "acknowledge", "publish"] * 2
    assert [entry for entry in log if entry[0] != "accept"] == [
        ("acknowledge", [1, 2]),
        told,
        ("acknowledge", [3]),
        told,
    ]


@pytest.mark.parametrize("failure", [DatabaseError("gone"), SqlError("gone"), ValueError("unforeseen"), KeyError("x")])
def test_while_the_door_fails_nothing_is_acknowledged_and_the_same_batch_comes_again(failure: Exception) -> None:
    source = FakeSource([[delivery(1)], [delivery(2)]])
    log = run(source, Scripted(source.log, failures=[failure, failure]))
    accepted = [said for what, said in log if what == "accept"]
    assert [what for what, _ in log][:5] == ["accept", "accept", "accept", "acknowledge", "publish"]
    assert accepted[0] == accepted[1] == accepted[2] != accepted[3]
    assert [said for what, said in log if what == "acknowledge"] == [[1], [2]]


@pytest.mark.parametrize("failure", [DatabaseError("gone"), ValueError("unforeseen")])
def test_a_batch_once_acknowledged_is_never_acknowledged_again(failure: Exception) -> None:
    """Its numbers may by then be other messages' (MQTT reuses them), which are not stored yet."""
    source = FakeSource([[delivery(1)], [delivery(2)]])
    log = run(source, Scripted(source.log, unsettled=[failure, failure]))
    assert [said for what, said in log if what == "acknowledge"] == [[1], [2]]


def test_what_became_clear_by_waiting_is_told_too() -> None:
    source = FakeSource([])
    intake = Scripted(source.log)
    intake.to_settle = [Ack("cellar", "c", 41)]
    assert run(source, intake) == [("publish", ("vigie/v1/ack/cellar", {"boot": "c", "seq": 41}))]


def test_while_the_broker_is_not_reached_nothing_becomes_clear_by_waiting() -> None:
    source = FakeSource([], heard=None)
    intake = Scripted(source.log)
    intake.to_settle = [Ack("cellar", "c", 41)]
    assert run(source, intake) == []


def test_stopping_finishes_the_batch_in_hand() -> None:
    source = FakeSource([[delivery(1)]])
    worker = Turns("intake", Consumer(source, Scripted(source.log)).turn)
    source.on_acknowledge = worker._stopping.set
    worker.start()
    worker.stop()
    assert ("acknowledge", [1]) in source.log


def test_at_the_moment_of_acknowledgement_everything_is_committed(
    database: Database, record: Record, intake: Intake
) -> None:
    _, device = record.wearer()
    messages = [native(item(f"{n}", device.address, n * 60), item(f"x{n}", "nobody"), seq=n) for n in range(6)]
    seen: list[tuple[int, ...] | None] = []

    def look() -> None:
        with database.transaction(Role.INTAKE) as connection:
            counts = "SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM quarantine)"
            seen.append(connection.execute(counts).fetchone())

    batches = [[delivery(n, messages[n]) for n in pair] for pair in ((0, 1), (2, 3), (4, 5))]
    log = run(FakeSource(batches, on_acknowledge=look), intake)
    assert seen == [(2, 2), (4, 4), (6, 6)]
    assert [said[1]["seq"] for what, said in log if what == "publish"] == [1, 3, 5]
