"""What could not be used is heard again after a mending, with what gave it its meaning, and is then refused no more."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.gateway.disk import Disk, Limits
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.replay import Replayed, replay
from device_adapters.gateway.seam import UnusablePayload
from device_adapters.gateway.status import read as status
from device_adapters.gatt import Frame, Identity
from device_adapters.recording import MOST_FIRST, MOST_LATE, Recorder, Recording, hear_again, read, write
from hub.errors import BindKeyMissing, DecodeError, DecoderFault
from hub.measurements import Channel, RawPayload
from tests.device_adapters.ble.vectors import vectors
from tests.gateway.home import METER, NOW, PARIS, SENSOR, a_disk, heard, said

RECORD = bytes.fromhex("0b0500ea0707140c000000006fb0f80000")
"""Record 5, 111 mg/dL, of noon on 20 July 2026 by the meter's clock."""

AN_HOUR_AHEAD = bytes.fromhex("ea0708010f0000060000")
"""The meter's clock at 15:00 when it is 14:00 in Paris."""

SAMPLE, FEATURE, START = "060078000500", "6e8e0119ffff", "ea0707010800000404"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with a_disk(tmp_path / "queue.sqlite") as opened:
        yield opened


@pytest.fixture
def queue(disk: Disk) -> Queue:
    return Queue(disk, PARIS)


def recorded(payload: bytes, *before: Frame, uuid: str = "2a18", device: str = METER) -> UnusablePayload:
    """A frame that a decoder of yesterday could not use."""
    raw = RawPayload(Channel.GATT, uuid, payload, NOW, device)
    service = {"2a18": "1808", "2aa7": "181f"}[uuid]
    recording = Recording(service, Identity(device, model="Meter 7"), before, Frame(uuid, payload, NOW))
    return UnusablePayload(raw, DecoderFault("KeyError in our decoder"), recording)


def waiting(queue: Queue) -> list[dict[str, Any]]:
    return [json.loads(item.text) for item in queue.waiting(100, 100_000)]


def test_a_record_refused_yesterday_waits_for_the_hub_once_its_decoder_is_mended(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(refused=[recorded(RECORD)]), NOW)
    assert replay(disk, queue, NOW) == Replayed(understood=1, refused=0, readings=1)
    [item] = waiting(queue)
    assert (item["id"], item["value"], item["unit"]) == ("5 2026-07-20T12:00:00", 111.0, "mg/dL")
    assert item["taken_at"] == "2026-07-20T10:00:00+00:00"
    assert status(disk).refused == 0
    assert replay(disk, queue, NOW) == Replayed(0, 0, 0)


def test_a_device_whose_frame_is_heard_again_was_not_heard_now(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(refused=[recorded(RECORD)]), NOW)
    replay(disk, queue, NOW + timedelta(days=9))
    assert status(disk).devices[0].heard_at == NOW


def test_it_is_dated_by_the_clock_that_was_read_in_its_connection(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(refused=[recorded(RECORD, Frame("2a2b", AN_HOUR_AHEAD, NOW))]), NOW)
    replay(disk, queue, NOW)
    assert [item["taken_at"] for item in waiting(queue)] == ["2026-07-20T09:00:00+00:00"]


def test_a_sample_is_placed_by_the_session_start_read_before_it(disk: Disk, queue: Queue) -> None:
    before = [Frame("2aa8", bytes.fromhex(FEATURE), NOW), Frame("2aaa", bytes.fromhex(START), NOW)]
    sample = recorded(bytes.fromhex(SAMPLE), *before, uuid="2aa7", device=SENSOR)
    decoded, _ = hear_again(read(write(sample.recording)))  # type: ignore[arg-type]
    assert [(m.sequence, m.device_time and m.device_time.tzinfo is not None) for m in decoded.measurements] == [
        (5, True)
    ]


def test_the_frames_before_it_say_nothing_anew(disk: Disk, queue: Queue) -> None:
    other = Frame("2a18", RECORD.replace(b"\x0b\x05", b"\x1b\x04", 1), NOW - timedelta(seconds=1))
    queue.keep(heard(refused=[recorded(RECORD, other)]), NOW)
    replay(disk, queue, NOW)
    assert [item["seq"] for item in waiting(queue)] == [5]


def test_a_record_read_again_meanwhile_is_known(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(refused=[recorded(RECORD)]), NOW)
    queue.keep(heard(said("5 2026-07-20T12:00:00")), NOW)
    assert replay(disk, queue, NOW) == Replayed(understood=1, refused=0, readings=0)


def test_what_still_cannot_be_used_stays(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(refused=[recorded(b"\x0b\x05\x00"), recorded(RECORD)]), NOW)
    assert replay(disk, queue, NOW) == Replayed(understood=1, refused=1, readings=1)
    assert replay(disk, queue, NOW) == Replayed(understood=0, refused=1, readings=0)


def test_an_encrypted_beacon_is_opened_once_its_key_is_given(disk: Disk, queue: Queue) -> None:
    (vector,) = vectors("xiaomi-mibeacon-encrypted", where=lambda v: v.id == "s400-742")
    scale = "84:46:93:64:A5:E6"
    PairedDevices(disk).pair(scale, NOW)
    beacon = RawPayload(Channel.ADVERT, "fe95", vector.payload, NOW, scale)
    queue.keep(heard(device=scale, refused=[UnusablePayload(beacon, BindKeyMissing("no key"))]), NOW)
    assert replay(disk, queue, NOW).refused == 1
    PairedDevices(disk).pair(scale, NOW, bind_key=vector.said["bindkey"])
    assert replay(disk, queue, NOW).readings == 3
    assert {item["taken_at"] for item in waiting(queue)} == {NOW.isoformat()}


def test_a_device_unpaired_since_is_nobodys_business(disk: Disk, queue: Queue) -> None:
    queue.keep(heard(refused=[recorded(RECORD)]), NOW)
    PairedDevices(disk).unpair(METER)
    assert replay(disk, queue, NOW) == Replayed(0, 0, 0)
    assert status(disk).refused == 1


def test_a_device_that_nobody_connects_any_more_is_refused_by_name() -> None:
    with pytest.raises(DecodeError, match="no profile"):
        hear_again(Recording("ffff", Identity(METER), (), Frame("2a18", RECORD, NOW)))


def test_a_file_of_the_first_version_is_brought_forward_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite"
    with a_disk(path) as disk:
        Queue(disk, PARIS).keep(heard(said("1"), refused=[recorded(RECORD)]), NOW)
    with sqlite3.connect(path) as sql:
        sql.execute("ALTER TABLE refused DROP COLUMN recording")
        sql.execute("PRAGMA user_version = 1")
    with a_disk(path, Limits()) as disk:
        queue = Queue(disk, PARIS)
        assert [item["id"] for item in waiting(queue)] == ["1"]
        assert replay(disk, queue, NOW) == Replayed(understood=0, refused=1, readings=0)


def test_a_recorder_keeps_a_connections_first_frames_and_those_just_before() -> None:
    recorder = Recorder("1808", Identity(METER))
    frames = [Frame("2a18", bytes((n,)), NOW) for n in range(100)]
    last = [recorder.record(frame) for frame in frames][-1]
    assert last.frame == frames[-1]
    assert last.before == (*frames[:MOST_FIRST], *frames[99 - MOST_LATE : 99])


names = st.none() | st.text(max_size=20)
frames = st.builds(
    Frame, st.sampled_from(["2a18", "2a34"]), st.binary(max_size=40), st.datetimes(timezones=st.just(UTC))
)
identities = st.builds(Identity, st.just(METER), names, names, names, names, names)


@given(st.builds(Recording, st.just("1808"), identities, st.lists(frames, max_size=5).map(tuple), frames))
def test_a_recording_is_read_as_it_was_written(recording: Recording) -> None:
    assert read(write(recording)) == recording


def test_the_moment_of_receipt_is_kept_to_the_microsecond_since_it_names_what_has_no_time() -> None:
    at = datetime(2026, 7, 20, 10, 0, 0, 123456, UTC)
    assert read(write(Recording("181d", Identity(METER), (), Frame("2a9d", b"", at)))).frame.received_at == at
