"""What the Bluetooth room is given: strangers unheard, advertisements decoded and kept, bind keys used."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_adapters.ble.keeper import Keeper, RefusedFrame
from device_adapters.gateway.disk import Disk
from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.status import read
from hub.errors import Malformed, RecordError
from hub.measurements import Channel, RawPayload
from tests.gateway.home import METER, NOW, PARIS, STRANGER, a_disk, ids, said

WEIGHED = bytes.fromhex("2258300ae807010108000000")[:10]
"""A first-generation Mi Scale's service data (0x181D): stable, kilograms, of no year it could be now."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with a_disk(tmp_path / "queue.sqlite") as opened:
        yield opened


@pytest.fixture
def queue(disk: Disk) -> Queue:
    return Queue(disk, PARIS)


@pytest.fixture
def keeper(disk: Disk, queue: Queue) -> QueueKeeper:
    return QueueKeeper(queue, PairedDevices(disk), lambda: NOW)


def advertised(payload: bytes, address: str = METER) -> RawPayload:
    return RawPayload(Channel.ADVERT, "181d", payload, NOW, address)


def test_it_is_what_the_bluetooth_room_asks_for(keeper: QueueKeeper) -> None:
    asked: Keeper = keeper
    assert asked.wanted(METER)
    assert not asked.wanted(STRANGER)


def test_a_device_paired_or_unpaired_meanwhile_is_seen_at_the_next_look(keeper: QueueKeeper, disk: Disk) -> None:
    PairedDevices(disk).pair(STRANGER, NOW)
    PairedDevices(disk).unpair(METER)
    keeper.look_again()
    assert keeper.wanted(STRANGER)
    assert not keeper.wanted(METER)


def test_what_is_delivered_is_kept_with_what_was_learnt_and_refused(
    keeper: QueueKeeper, queue: Queue, disk: Disk
) -> None:
    refused = RefusedFrame(RawPayload(Channel.GATT, "2a18", b"\x00", NOW, METER), Malformed("too short"))
    asyncio.run(keeper.deliver(METER, [said("1")], [refused], {"sequence": 1}))
    assert ids(queue) == ["1"]
    assert asyncio.run(keeper.memory(METER)) == {"sequence": 1}
    assert asyncio.run(keeper.memory(STRANGER)) == {}
    assert read(disk).refused == 1


def test_an_advertisement_of_a_paired_scale_is_decoded_and_kept_once(keeper: QueueKeeper, queue: Queue) -> None:
    for _ in range(3):
        asyncio.run(keeper.hear(advertised(WEIGHED)))
    [item] = queue.waiting(10, 10_000)
    assert '"kind":"weight"' in item.text
    assert '"channel":"advert"' in item.text


def test_an_undated_weight_tells_the_hub_within_which_time_a_repeat_is_an_echo(
    keeper: QueueKeeper, queue: Queue
) -> None:
    asyncio.run(keeper.hear(RawPayload(Channel.ADVERT, "fcd2", bytes.fromhex("40065e1f"), NOW, METER)))
    [item] = queue.waiting(10, 10_000)
    assert '"echo":600' in item.text


def test_a_neighbours_scale_is_not_even_decoded(keeper: QueueKeeper, queue: Queue, disk: Disk) -> None:
    asyncio.run(keeper.hear(advertised(WEIGHED, STRANGER)))
    asyncio.run(keeper.hear(advertised(b"\x00", STRANGER)))
    assert ids(queue) == []
    assert read(disk).refused == 0


def test_an_advertisement_that_cannot_be_used_is_kept_with_its_bytes(keeper: QueueKeeper, disk: Disk) -> None:
    asyncio.run(keeper.hear(advertised(b"\x22")))
    assert [device.refused for device in read(disk).devices] == [1, 0]


def test_a_fault_of_our_decoder_stops_nothing(keeper: QueueKeeper, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("device_adapters.gateway.keeper.decode", faulty)
    asyncio.run(keeper.hear(advertised(WEIGHED)))
    assert read(disk).refused == 1


@pytest.mark.parametrize("text", ["", "zz", "00" * 8, "00" * 17])
def test_a_bind_key_of_another_length_is_refused(disk: Disk, text: str) -> None:
    with pytest.raises(RecordError):
        PairedDevices(disk).pair(METER, NOW, bind_key=text)
