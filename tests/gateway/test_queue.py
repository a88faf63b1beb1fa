"""The queue: what it says it keeps is there after any kill; what was read twice is kept once; a full disk is said."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from device_adapters.adapter import decode
from device_adapters.gateway.disk import MIB, Disk, Limits
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import LIVE, Queue
from device_adapters.gateway.seam import UnusablePayload
from device_adapters.gateway.status import read
from device_adapters.gatt_shapes import CLOCK
from device_adapters.native_item import ITEM, measure
from hub.errors import Malformed, NotFound, QueueFull, ServiceError
from hub.measurements import Channel, Condition, RawPayload
from hub.quantities import Quantity, Unit
from tests.gateway.home import METER, NOW, PARIS, SENSOR, STRANGER, a_disk, a_queue, heard, ids, said

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite"


@pytest.fixture
def queue(path: Path) -> Iterator[Queue]:
    with a_queue(path) as opened:
        yield opened


def take_all(queue: Queue) -> None:
    """The hub acknowledges everything."""
    queue.acknowledge([item.number for item in queue.waiting(10_000, 10_000_000)], NOW)


def frame_of(payload: bytes) -> UnusablePayload:
    """A frame that cannot be used."""
    return UnusablePayload(RawPayload(Channel.GATT, "2a18", payload, NOW, METER), Malformed("too short"))


def refusals(path: Path) -> list[tuple[str, bytes, str]]:
    with sqlite3.connect(path) as sql:
        return sql.execute("SELECT source, payload, code FROM refused ORDER BY number").fetchall()


class TestKeeping:
    def test_what_waits_is_what_the_device_said(self, queue: Queue) -> None:
        measurement = said(
            "r 17", kind=None, sequence=17, condition=Condition.ABOVE_RANGE, context='{"meal":"before"}',
            device_time=(NOW - DAY).replace(tzinfo=None), taken_at=None, stored=True, hint="2",
        )  # fmt: skip
        queue.keep(heard(measurement), NOW)
        [item] = queue.waiting(10, 10_000)
        raw = RawPayload(Channel.MQTT, "vigie/v1/up/home", b"", NOW)
        read_back = measure(ITEM.validate_json(item.text), METER, raw)
        assert read_back.key == "r 17"
        assert (read_back.kind, read_back.quantity) == (None, Quantity(5.8, Unit.MMOL_L))
        assert read_back.taken_at == NOW - DAY - timedelta(hours=2)
        assert (read_back.device_time, read_back.sequence) == (measurement.device_time, 17)
        assert (read_back.condition, read_back.context) == (Condition.ABOVE_RANGE, '{"meal":"before"}')
        assert (read_back.hint, read_back.channel) == ("2", Channel.GATT)

    def test_the_newest_measurement_goes_first_however_late_it_was_heard(self, queue: Queue) -> None:
        queue.keep(heard(said("old", ago=DAY), said("new"), said("older", ago=2 * DAY)), NOW)
        queue.keep(heard(said("middle", ago=DAY / 2)), NOW)
        assert ids(queue) == ["new", "middle", "old", "older"]
        assert ids(queue, since=NOW - LIVE) == ["new"]

    def test_a_message_holds_no_more_than_its_bounds_but_always_one(self, queue: Queue) -> None:
        queue.keep(heard(*(said(str(n)) for n in range(10))), NOW)
        assert len(queue.waiting(3, 100_000)) == 3
        assert len(queue.waiting(10, 1)) == 1
        length = len(queue.waiting(1, 1)[0].text) + 1
        assert len(queue.waiting(10, 4 * length)) == 4

    def test_the_time_is_placed_once_and_kept_though_the_clock_is_judged_otherwise_later(self, queue: Queue) -> None:
        record = said("1", taken_at=None, stored=True, device_time=NOW.replace(tzinfo=None))
        queue.keep(heard(record), NOW)
        [before] = queue.waiting(1, 1)
        queue.keep(heard(record, learnt={CLOCK: 86_400}), NOW)
        assert queue.waiting(2, 10_000) == [before]

    @pytest.mark.parametrize("display", ["0001-01-01T00:00:00", "1970-01-01T00:30:00", "9999-12-31T23:59:59"])
    def test_a_record_of_an_impossible_year_is_sent_too_for_the_hub_to_refuse(self, queue: Queue, display: str) -> None:
        record = said("1", taken_at=None, stored=True, device_time=datetime.fromisoformat(display))
        queue.keep(heard(record), NOW)
        assert ids(queue) == ["1"]

    def test_a_clock_read_at_this_connection_corrects_its_records(self, queue: Queue) -> None:
        record = said("1", taken_at=None, stored=True, device_time=NOW.replace(tzinfo=None))
        queue.keep(heard(record, learnt={CLOCK: 86_400}), NOW)
        assert f'"taken_at":"{(NOW - DAY).isoformat()}"' in queue.waiting(1, 1)[0].text

    def test_a_device_nobody_paired_is_nobodys_business(self, queue: Queue, path: Path) -> None:
        frame = frame_of(b"\x01")
        assert queue.keep(heard(said("1", device=STRANGER), device=STRANGER, refused=[frame]), NOW) == 0
        assert ids(queue) == []
        assert refusals(path) == []

    def test_the_file_is_closed_to_other_users(self, queue: Queue, path: Path) -> None:
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_number_still_settling_is_no_measure(self, queue: Queue) -> None:
        assert queue.keep(heard(said("1", condition=Condition.UNSTABLE), learnt={"last": 1}), NOW) == 0
        assert queue.remembered(METER) == {"last": 1}


class TestTwice:
    def test_a_record_read_twice_waits_once(self, queue: Queue) -> None:
        assert queue.keep(heard(said("1"), said("2")), NOW) == 2
        assert queue.keep(heard(said("1"), said("2"), said("3")), NOW) == 1
        assert sorted(ids(queue)) == ["1", "2", "3"]

    def test_a_record_read_again_after_the_hub_has_it_is_known(self, queue: Queue) -> None:
        queue.keep(heard(said("1")), NOW)
        take_all(queue)
        assert queue.keep(heard(said("1"), said("2")), NOW) == 1
        assert ids(queue) == ["2"]

    def test_two_devices_may_give_the_same_name(self, queue: Queue) -> None:
        assert queue.keep(heard(said("1"), said("1", device=SENSOR)), NOW) == 2

    def test_an_undated_advertisement_repeated_is_one_measurement(self, queue: Queue) -> None:
        def step(key: str, after: float, value: float = 72.4) -> int:
            at = NOW + timedelta(minutes=after)
            weight = Quantity(value, Unit.KG)
            echo = timedelta(minutes=10)
            return queue.keep(heard(said(key, taken_at=None, received_at=at, quantity=weight, echo=echo)), at)

        assert step("a", 0) == 1
        assert step("b", 9) == 0
        assert step("c", 9, 72.6) == 1
        take_all(queue)
        assert step("d", 10) == 0
        assert step("e", 11) == 1

    def test_names_are_remembered_for_each_device_by_number_and_by_age(
        self, queue: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("device_adapters.gateway.queue.MOST_REMEMBERED", 3)
        queue.keep(heard(said("meter")), NOW)
        take_all(queue)
        for n in range(5):
            queue.keep(heard(said(str(n), device=SENSOR), device=SENSOR), NOW)
            take_all(queue)
        queue.tidy(NOW)
        again = [said("meter"), *(said(str(n), device=SENSOR) for n in range(5))]
        queue.keep(heard(*again), NOW)
        assert sorted(ids(queue)) == ["0", "1"]
        queue.tidy(NOW + 401 * DAY)
        assert queue.keep(heard(said("meter")), NOW) == 1

    def test_tidying_never_touches_what_waits(self, queue: Queue) -> None:
        queue.keep(heard(said("1", ago=900 * DAY)), NOW)
        queue.tidy(NOW + 900 * DAY)
        assert ids(queue) == ["1"]


class TestLearning:
    def test_nothing_is_known_of_a_device_just_paired_and_none_of_a_stranger(self, queue: Queue) -> None:
        assert queue.remembered(METER) == {}
        assert queue.remembered(STRANGER) is None

    def test_what_was_learnt_is_kept_with_what_was_heard(self, queue: Queue) -> None:
        queue.keep(heard(said("1"), learnt={"last": 1, "session": 7}), NOW)
        queue.keep(heard(said("2"), learnt={"last": 2}), NOW)
        assert queue.remembered(METER) == {"last": 2, "session": 7}

    def test_pairing_again_keeps_what_was_learnt_and_unpairing_forgets_it(self, path: Path) -> None:
        with a_disk(path) as disk:
            queue, paired = Queue(disk, PARIS), PairedDevices(disk)
            queue.keep(heard(said("1"), learnt={"last": 1}), NOW)
            assert paired.pair("aa-bb-cc-00-00-01", NOW, model="Contour", bind_key="00" * 16) == METER
            assert queue.remembered(METER) == {"last": 1}
            paired.pair(METER, NOW)
            assert paired.keys() == {METER: bytes(16), SENSOR: None}
            assert [device.model for device in read(disk).devices] == ["Contour", "G7"]
            paired.unpair(METER)
            assert queue.remembered(METER) is None
            assert ids(queue) == ["1"]
            with pytest.raises(NotFound):
                paired.unpair(METER)


class TestRefusing:
    def test_a_refused_frame_is_kept_once_with_its_bytes_and_its_reason(self, queue: Queue, path: Path) -> None:
        frame = frame_of(b"\xff\x00")
        queue.keep(heard(refused=[frame]), NOW)
        queue.keep(heard(said("1"), refused=[frame]), NOW)
        assert refusals(path) == [("2a18", b"\xff\x00", "malformed")]
        assert ids(queue) == ["1"]

    @pytest.mark.parametrize(
        ("unfit", "code"),
        [
            (said("x", quantity=Quantity(float("nan"), Unit.MMOL_L)), "not_a_number"),
            (said("x", context='{"a":NaN}'), "not_a_number"),
            (said("x", context='{"a":1,"a":2}'), "malformed"),
            (said("x", context="[" * 250 + "]" * 250), "malformed"),
            (said("x", context='"\ud800"'), "malformed"),
            (said("\ud800"), "malformed"),
            (said(""), "malformed"),
            (said("x" * 300), "malformed"),
            (said("x", context=f'"{"x" * 20_000}"'), "too_large"),
            (said("x", taken_at=None, stored=True), "implausible_time"),
        ],
    )
    def test_what_would_spoil_a_message_for_the_hub_is_set_aside_and_the_next_is_unharmed(
        self, queue: Queue, path: Path, unfit: Any, code: str
    ) -> None:
        queue.keep(heard(unfit, said("good")), NOW)
        assert ids(queue) == ["good"]
        assert [found for _, _, found in refusals(path)] == [code]

    def test_whatever_is_kept_the_hub_can_read_in_a_message(self, queue: Queue) -> None:
        for depth in range(180, 220):
            queue.keep(heard(said(str(depth), context="[" * depth + "]" * depth)), NOW)
        texts = [item.text for item in queue.waiting(100, 1_000_000)]
        message = f'{{"boot":"{uuid4()}","seq":1,"items":[{",".join(texts)}]}}'
        decoded = decode(RawPayload(Channel.MQTT, "vigie/v1/up/home", message.encode(), NOW))
        assert 0 < len(decoded.measurements) == len(texts) < 40
        assert decoded.refused == ()

    def test_refused_frames_are_bounded(self, queue: Queue, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("device_adapters.gateway.refused.MOST", 3)
        frames = [frame_of(bytes([n]) * 9_000) for n in range(5)]
        queue.keep(heard(refused=frames), NOW)
        assert [(payload[0], len(payload)) for _, payload, _ in refusals(path)] == [(2, 4096), (3, 4096), (4, 4096)]


class TestFull:
    """A queue of 400 KiB, of which 100 are for live readings."""

    LIMITS = Limits(most=400 * 1024, live_reserve=100 * 1024, leave_free=0)

    @pytest.fixture
    def disk(self, path: Path) -> Iterator[Disk]:
        with a_disk(path, self.LIMITS) as opened:
            yield opened

    @pytest.fixture
    def queue(self, disk: Disk) -> Queue:
        return Queue(disk, PARIS)

    @staticmethod
    def fill(queue: Queue, name: str, ago: timedelta) -> int:
        """Keep readings one by one until one is turned away; how many were kept."""
        for n in range(100_000):
            try:
                queue.keep(heard(said(f"{name}{n}", ago=ago), learnt={name: n}), NOW)
            except QueueFull:
                return n
        raise AssertionError("it never was full")

    def test_old_records_are_turned_away_and_not_learnt_while_live_ones_have_room(self, queue: Queue) -> None:
        old = self.fill(queue, "old", DAY)
        assert old > 300
        assert queue.remembered(METER) == {"old": old - 1}
        live = self.fill(queue, "live", timedelta(minutes=5))
        assert live > 100
        assert len(ids(queue)) == old + live

    def test_of_one_delivery_the_live_are_kept_the_old_turned_away_and_nothing_learnt(self, queue: Queue) -> None:
        self.fill(queue, "old", DAY)
        with pytest.raises(QueueFull):
            queue.keep(heard(said("late", ago=DAY), said("live"), learnt={"last": 9}), NOW)
        assert ids(queue)[0] == "live"
        assert "late" not in ids(queue)
        assert "last" not in (queue.remembered(METER) or {})

    def test_what_is_known_needs_no_room(self, queue: Queue) -> None:
        self.fill(queue, "old", DAY)
        assert queue.keep(heard(said("old0", ago=DAY), learnt={"last": 1}), NOW) == 0

    def test_it_is_said(self, queue: Queue, disk: Disk) -> None:
        self.fill(queue, "old", DAY)
        found = read(disk)
        assert found.live_only
        assert found.turned_away == 1
        assert found.turned_away_at == NOW
        assert found.used <= self.LIMITS.most

    def test_there_is_room_again_once_the_hub_has_it(self, queue: Queue) -> None:
        first = self.fill(queue, "old", DAY)
        take_all(queue)
        assert self.fill(queue, "older", 2 * DAY) > first / 2
        assert set(ids(queue)) == {f"older{n}" for n in range(len(ids(queue)))}

    def test_names_of_what_was_acknowledged_are_forgotten_before_anything_is_turned_away(self, queue: Queue) -> None:
        remembered = self.fill(queue, "old", DAY)
        take_all(queue)
        again = heard(said("old0", ago=DAY))
        assert queue.keep(again, NOW) == 0
        kept = self.fill(queue, "older", 2 * DAY)
        assert kept > 0.9 * remembered
        take_all(queue)
        assert queue.keep(again, NOW) == 1

    def test_room_is_left_on_the_disk_for_others(self, path: Path, tmp_path: Path) -> None:
        with a_queue(tmp_path / "other.sqlite", free=lambda _: 64 * MIB) as queue:
            with pytest.raises(QueueFull):
                queue.keep(heard(said("live")), NOW)
            assert ids(queue) == []

    def test_a_disk_that_is_full_in_truth_is_said_and_nothing_is_half_kept(self, queue: Queue, disk: Disk) -> None:
        queue.keep(heard(said("before")), NOW)
        with disk.reading() as sql:
            pages = sql.execute("PRAGMA page_count").fetchone()[0]
            sql.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(QueueFull):
            queue.keep(heard(*(said(str(n)) for n in range(200)), learnt={"last": 200}), NOW)
        assert ids(queue) == ["before"]
        assert queue.remembered(METER) == {}


@pytest.mark.long
class TestKilled:
    def test_killed_twenty_times_everything_it_said_it_kept_is_there_once(self, path: Path) -> None:
        dice = random.Random(20261122)
        reported = 0
        for _ in range(20):
            reported = run_and_kill(path, reported + dice.randint(1, 60))
        with a_queue(path) as queue:
            found = [int(name) for name in ids(queue) if name.isdecimal()]
            twins = [name for name in ids(queue) if not name.isdecimal()]
        assert len(found) == len(set(found)) == len(twins)
        assert set(range(1, reported + 1)) <= set(found)
        assert max(found) == len(found)

    def test_every_commit_is_written_through_to_the_disk(self, path: Path) -> None:
        with a_disk(path) as disk, disk.reading() as sql:
            assert sql.execute("PRAGMA synchronous").fetchone() == (2,)
            assert sql.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_a_damaged_file_is_said_with_the_way_out(self, path: Path) -> None:
        path.write_bytes(b"not a database" * 1_000)
        with pytest.raises(ServiceError, match="move the file away"), a_queue(path):
            pass


def run_and_kill(path: Path, until: int) -> int:
    """Run the writer and kill it once it has said that number; the last number it said."""
    writer = subprocess.Popen([sys.executable, "-m", "tests.gateway.crash_writer", str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    last = next(n for n in map(int, writer.stdout) if n >= until)
    writer.send_signal(signal.SIGKILL)
    last = max([last, *(int(line) for line in writer.stdout.readlines() if line.endswith(b"\n"))])
    writer.stdout.close()
    writer.wait()
    return last
