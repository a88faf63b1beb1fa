"""What waits goes to the hub, live first, and leaves the disk only when the hub has said so."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from device_adapters.gateway.disk import Disk, Limits
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import LIVE, Queue, Waiting
from device_adapters.gateway.uplink import (
    AGAIN_AFTER,
    ALIVE_EVERY,
    BACKLOG_WINDOW,
    LIVE_WINDOW,
    LONG_CUT,
    LONGEST_PATIENCE,
    MOST_BYTES,
    MOST_ITEMS,
    Uplink,
)
from tests.gateway.far_side import FakeHub, FakeLine, names
from tests.gateway.home import METER, NOW, PARIS, a_queue, heard, ids, said
from tests.support.examples import so_many

HOUR = timedelta(hours=1)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Bench:
    """An uplink on a bench: its queue, its line, a hub, a clock."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.clock = Clock()
        self.hub = FakeHub()
        self.lines: list[FakeLine] = []
        self.uplink = Uplink(queue, "home", self._new_line, tick=self.clock, now=lambda: NOW)
        self.uplink.start()
        self.line.connected = True

    def _new_line(self) -> FakeLine:
        self.lines.append(FakeLine())
        return self.line

    @property
    def line(self) -> FakeLine:
        """The line in use."""
        return self.lines[-1]

    def keep(self, *wanted: str, ago: timedelta = timedelta()) -> None:
        """A device says these; the first is the newest."""
        measured = [said(name, ago=ago + timedelta(seconds=n)) for n, name in enumerate(wanted)]
        self.queue.keep(heard(*measured), NOW)

    def turn(self, after: float = 0.5) -> list[bytes]:
        """One turn of the uplink, a moment later; what it published."""
        self.clock.seconds += after
        self.line.published.clear()
        self.uplink.turn(0)
        return list(self.line.published)

    def carry(self, *payloads: bytes) -> None:
        """The hub gets these messages, and its answers come back."""
        self.line.coming += [ack for ack in map(self.hub.commit, payloads) if ack]

    def work(self) -> None:
        """The line and the hub do their best for long enough."""
        for _ in range(20):
            self.line.connected = True
            self.carry(*self.turn(LONGEST_PATIENCE))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with a_queue(tmp_path / "queue.sqlite") as queue:
        yield Bench(queue)


def seq(payload: bytes) -> int:
    number: int = json.loads(payload)["seq"]
    return number


class TestAlive:
    def test_a_gateway_with_nothing_to_say_says_so_now_and_then(self, bench: Bench) -> None:
        assert bench.turn(ALIVE_EVERY - 1) == []
        [alive] = bench.turn(1)
        assert json.loads(alive)["items"] == []
        bench.carry(alive)
        assert bench.turn() == []
        assert bench.turn(ALIVE_EVERY - 1) == []
        assert len(bench.turn(1)) == 1

    def test_one_that_speaks_need_not_say_that_it_lives(self, bench: Bench) -> None:
        bench.keep("1")
        bench.carry(*bench.turn(ALIVE_EVERY - 1))
        assert bench.turn(2) == []

    def test_while_the_hub_is_silent_one_sign_of_life_is_on_its_way_and_no_more(self, bench: Bench) -> None:
        said = [bench.turn(ALIVE_EVERY) for _ in range(4)]
        assert {seq(message) for turn in said for message in turn} == {1}


class TestSending:
    def test_a_reading_goes_out_once_and_stays_on_the_disk_until_the_hub_has_it(self, bench: Bench) -> None:
        bench.keep("1")
        [message] = bench.turn()
        assert bench.turn() == []
        assert ids(bench.queue) == ["1"]
        bench.carry(message)
        assert bench.turn() == []
        assert ids(bench.queue) == []
        assert bench.line.acknowledged == 1

    def test_a_message_is_what_the_protocol_says(self, bench: Bench) -> None:
        bench.keep("1")
        [message] = bench.turn()
        sent = json.loads(message)
        assert list(sent) == ["boot", "seq", "first", "items"]
        assert (sent["seq"], sent["first"]) == (1, 1)
        assert sent["items"] == [
            {
                "id": "1", "device": METER, "kind": "glucose_capillary", "value": 5.8, "unit": "mmol/L",
                "taken_at": "2026-08-01T12:00:00+00:00", "channel": "gatt",
            }
        ]  # fmt: skip

    def test_after_a_cut_live_readings_go_first_then_the_backlog_from_its_newest(self, bench: Bench) -> None:
        bench.line.connected = False
        bench.keep(*(f"old{n}" for n in range(MOST_ITEMS + 1)), ago=HOUR)
        bench.keep("live1", "live2")
        assert bench.turn() == []
        bench.line.connected = True
        assert [names(message) for message in bench.turn()] == [
            ["live1", "live2"],
            [f"old{n}" for n in range(MOST_ITEMS)],
            [f"old{MOST_ITEMS}"],
        ]

    def test_a_new_live_reading_overtakes_a_backlog_whose_window_is_full(self, bench: Bench) -> None:
        bench.keep(*(f"old{n}" for n in range(6 * MOST_ITEMS)), ago=HOUR)
        assert len(bench.turn()) == BACKLOG_WINDOW
        bench.keep("live")
        assert [names(message) for message in bench.turn()] == [["live"]]

    def test_unanswered_messages_are_bounded(self, bench: Bench) -> None:
        published = []
        for n in range(50):
            bench.keep(f"live{n}")
            published += bench.turn(after=0.01)
        assert len(published) == BACKLOG_WINDOW + LIVE_WINDOW

    def test_a_message_is_no_longer_than_its_bound(self, bench: Bench) -> None:
        context = json.dumps("x" * 10_000)
        bench.queue.keep(heard(*(said(str(n), context=context) for n in range(30))), NOW)
        assert max(len(message) for message in bench.turn()) < MOST_BYTES + 200

    def test_the_first_number_still_held_is_said(self, bench: Bench) -> None:
        bench.keep("1")
        bench.carry(*bench.turn())
        bench.keep("2")
        [second] = bench.turn()
        bench.keep("3")
        [third] = bench.turn()
        assert [json.loads(m)["first"] for m in (second, third)] == [2, 2]


class TestAnswers:
    def test_an_answer_to_another_boot_or_none_at_all_deletes_nothing(self, bench: Bench) -> None:
        bench.keep("1")
        bench.turn()
        bench.line.coming += [
            json.dumps({"boot": str(uuid4()), "seq": 99}).encode(),
            b"{}",
            b"not json",
            b'{"boot": true, "seq": 1}',
        ]
        bench.turn()
        assert ids(bench.queue) == ["1"]
        assert bench.line.acknowledged == 4

    def test_an_answer_covers_all_numbers_up_to_it_and_none_beyond(self, bench: Bench) -> None:
        messages = []
        for name in "123":
            bench.keep(name)
            messages += bench.turn()
        bench.line.coming.append(json.dumps({"boot": json.loads(messages[0])["boot"], "seq": 2}).encode())
        bench.turn()
        assert ids(bench.queue) == ["3"]

    def test_without_an_answer_it_is_sent_again_the_same(self, bench: Bench) -> None:
        bench.keep("1")
        sent = bench.turn()
        assert bench.turn(AGAIN_AFTER - 1) == []
        assert bench.turn(1) == sent

    def test_while_the_hub_is_silent_one_message_is_repeated_less_and_less_often(self, bench: Bench) -> None:
        for name in "123":
            bench.keep(name)
            bench.turn()
        repeats = [len(bench.turn(after=1)) for _ in range(3600)]
        assert sum(repeats) < 20
        assert max(repeats[60:]) == 1
        assert sum(repeats[-int(LONGEST_PATIENCE) :]) == 1

    def test_once_the_hub_speaks_again_all_is_repeated_at_once(self, bench: Bench) -> None:
        messages = []
        for name in "123":
            bench.keep(name)
            messages += bench.turn()
        for _ in range(1000):
            bench.turn(after=1)
        bench.carry(messages[0])
        assert [seq(message) for message in bench.turn()] == [2, 3]


class TestCuts:
    def test_after_a_short_cut_the_numbers_go_on(self, bench: Bench) -> None:
        bench.keep("1")
        sent = bench.turn()
        bench.line.connected = False
        bench.turn(LONG_CUT / 2)
        bench.line.connected = True
        assert bench.turn() == sent
        assert len(bench.lines) == 1

    def test_after_a_long_cut_nothing_stale_goes_before_the_present(self, bench: Bench) -> None:
        bench.keep(*(f"stale{n}" for n in range(3)), ago=HOUR)
        [stale] = bench.turn()
        bench.line.connected = False
        bench.turn()
        bench.turn(LONG_CUT + 1)
        bench.line.connected = True
        assert [line.started for line in bench.lines] == [False, True]
        bench.keep("live")
        first, second = bench.turn()
        assert [names(first), names(second)] == [["live"], ["stale0", "stale1", "stale2"]]
        assert json.loads(first)["boot"] != json.loads(stale)["boot"]
        assert seq(first) == 1

    def test_a_late_answer_to_what_was_sent_before_the_cut_deletes_nothing(self, bench: Bench) -> None:
        bench.keep("stale", ago=HOUR)
        [stale] = bench.turn()
        bench.line.connected = False
        bench.turn()
        bench.turn(LONG_CUT + 1)
        bench.line.connected = True
        bench.keep("live")
        bench.carry(stale)
        bench.turn()
        assert ids(bench.queue) == ["live", "stale"]

    def test_a_long_cut_with_nothing_on_its_way_needs_no_new_line(self, bench: Bench) -> None:
        bench.line.connected = False
        bench.turn()
        bench.turn(10 * LONG_CUT)
        assert len(bench.lines) == 1


NAMES = st.lists(st.integers(0, 60), min_size=1, max_size=6)


class AnyWeather(RuleBasedStateMachine):
    """Messages lost, doubled, late and out of order; answers likewise; cuts and kills at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="vigie-uplink-"))
        self.kept: set[str] = set()
        self.on_the_way: list[bytes] = []
        self.answers: list[bytes] = []
        self.hub = FakeHub()

    @initialize()
    def begin(self) -> None:
        self.disk = Disk(self.folder / "queue.sqlite", Limits())
        self.disk._sql.execute("PRAGMA synchronous = OFF")  # killed here is only the object, not the machine
        PairedDevices(self.disk).pair(METER, NOW)
        self.bench = Bench(Queue(self.disk, PARIS))
        self.bench.hub = self.hub

    @rule(numbers=NAMES, live=st.booleans())
    def a_device_speaks(self, numbers: list[int], live: bool) -> None:
        wanted = [f"live{n}" if live else f"old{n}" for n in numbers]
        self.bench.keep(*wanted, ago=timedelta() if live else HOUR)
        self.kept |= set(wanted)

    @rule(after=st.sampled_from([0.5, AGAIN_AFTER, LONG_CUT + 1]))
    def time_passes(self, after: float) -> None:
        self.on_the_way += self.bench.turn(after)
        sent = self.bench.uplink._sent.values()
        live_left = set(ids(self.bench.queue, since=NOW - LIVE)) - {name_of(i) for each in sent for i in each.items}
        assert not live_left or not self.bench.line.connected or len(sent) == BACKLOG_WINDOW + LIVE_WINDOW

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data(), stays=st.booleans())
    def a_message_arrives(self, data: st.DataObject, stays: bool) -> None:
        message = data.draw(st.sampled_from(self.on_the_way))
        self.on_the_way = self.on_the_way if stays else [m for m in self.on_the_way if m != message]
        self.answers += filter(None, [self.hub.commit(message)])

    @precondition(lambda self: self.on_the_way)
    @rule()
    def the_broker_loses_everything(self) -> None:
        self.on_the_way.clear()

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), stays=st.booleans())
    def an_answer_comes(self, data: st.DataObject, stays: bool) -> None:
        answer = data.draw(st.sampled_from(self.answers))
        self.answers = self.answers if stays else [a for a in self.answers if a != answer]
        self.bench.line.coming.append(answer)

    @rule(connected=st.booleans())
    def the_line_changes(self, connected: bool) -> None:
        self.bench.line.connected = connected

    @rule()
    def it_is_killed(self) -> None:
        self.disk.close()
        self.begin()

    @invariant()
    def what_was_kept_waits_or_is_stored(self) -> None:
        assert self.kept == set(ids(self.bench.queue)) | set(self.hub.stored)

    def teardown(self) -> None:
        try:
            self.bench.work()
            assert ids(self.bench.queue) == []
            assert sorted(self.hub.stored) == sorted(self.kept)
        finally:
            self.disk.close()
            shutil.rmtree(self.folder)


def name_of(item: Waiting) -> str:
    name: str = json.loads(item.text)["id"]
    return name


AnyWeather.TestCase.settings = settings(max_examples=so_many(25), stateful_step_count=30, deadline=None)
TestAnyWeather: Callable[..., object] = AnyWeather.TestCase
