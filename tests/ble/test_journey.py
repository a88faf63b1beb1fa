"""From the air to the gateway's disk: the product's own meter decoder and queue, over a link that breaks."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.room import Room
from device_adapters.ble.states import Ending
from device_adapters.devices.glucose_meter import PROFILE
from device_adapters.gateway.disk import Disk, Limits
from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from tests.ble.home import BEACON, METER, NOON, SCALE, open_room, records, until
from vigie.virtual.peripherals import BeaconScale, GlucoseMeter, Trouble
from vigie.virtual.radio import Radio

pytestmark = pytest.mark.anyio


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    opened = Disk(tmp_path / "queue.sqlite", Limits())
    yield opened
    opened.close()


@pytest.fixture
def queue(disk: Disk) -> Queue:
    return Queue(disk, ZoneInfo("Europe/Paris"))


@pytest.fixture
def keeper(disk: Disk, queue: Queue) -> QueueKeeper:
    """The gateway's keeper; the meter and the beacon scale are paired."""
    paired = PairedDevices(disk)
    for address in (METER, BEACON):
        paired.pair(address, NOON)
    return QueueKeeper(queue, paired, lambda: NOON)


def waiting(queue: Queue) -> list[dict[str, object]]:
    """What waits for the hub."""
    return [json.loads(item.text) for item in queue.waiting(10_000, 10_000_000)]


def done(room: Room) -> bool:
    """True once a visit came to its end."""
    return any(device.last and device.last.ending is Ending.DONE for device in room.states().devices)


async def test_450_records_over_a_link_lost_ten_times_are_on_the_disk_once_each(
    radio: Radio, bluetooth: Bluetooth, queue: Queue, keeper: QueueKeeper
) -> None:
    trouble = Trouble(drops=[37] * 10, walking=True)
    await GlucoseMeter(radio, METER, "Meter", records(450), trouble=trouble).advertise()
    async with open_room(keeper, replace(bluetooth, profiles=(PROFILE,))) as room:
        await until(lambda: done(room), within=20)
    items = waiting(queue)
    assert sorted(item["seq"] for item in items) == list(range(1, 451))  # type: ignore[type-var]
    assert len({item["id"] for item in items}) == 450
    assert (queue.remembered(METER) or {})["sequence"] == 450


async def test_a_meter_that_counts_anew_and_is_lost_in_the_middle_gives_every_record(
    radio: Radio, bluetooth: Bluetooth, queue: Queue, keeper: QueueKeeper
) -> None:
    await keeper.deliver(METER, [], [], {"sequence": 44})
    trouble = Trouble(drops=[99, 0])  # the last record, looked at, comes through; then the link is lost
    await GlucoseMeter(radio, METER, "Meter", records(3), trouble=trouble).advertise()
    async with open_room(keeper, replace(bluetooth, profiles=(PROFILE,))) as room:
        await until(lambda: done(room), within=20)
    assert sorted(item["seq"] for item in waiting(queue)) == [1, 2, 3]  # type: ignore[type-var]


async def test_a_scale_on_the_air_is_on_the_disk_and_a_strangers_is_not(
    radio: Radio, bluetooth: Bluetooth, queue: Queue, keeper: QueueKeeper
) -> None:
    await BeaconScale(radio, SCALE).weigh(Decimal("61.0"), NOON)
    await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
    async with open_room(keeper, bluetooth) as room:
        await until(lambda: waiting(queue) and room.states().strangers)
    assert [(item["device"], item["value"], item["unit"]) for item in waiting(queue)] == [(BEACON, 70.5, "kg")]
