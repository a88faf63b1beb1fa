"""From the air to the gateway's disk and on to the hub: the product's own parts, over a link that breaks."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import sleep
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.room import Room
from device_adapters.ble.states import Ending
from device_adapters.devices.glucose_meter import PROFILE
from device_adapters.gateway.disk import Disk, Limits
from device_adapters.gateway.gateway import Gateway
from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.uplink import ACK, UP, Uplink
from device_adapters.mqtt import MqttSource
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.measurements import CHANNEL_NUMBER, Channel
from hub.records import DeviceKind
from hub.turns import Turns
from ingest_api.consumer import Consumer
from ingest_api.intake import Intake
from tests.ble.home import BEACON, METER, NOON, QUICK, SCALE, open_room, records, until
from tests.support.record import Record
from vigie.virtual import payloads
from vigie.virtual.peripherals import BeaconScale, GlucoseMeter, Trouble
from vigie.virtual.radio import Radio

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The disk and the hub take the time they take."""
    return "asyncio"


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
        await until(lambda: done(room), within=60)
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
        await until(lambda: done(room), within=60)
    assert sorted(item["seq"] for item in waiting(queue)) == [1, 2, 3]  # type: ignore[type-var]


async def test_a_scale_on_the_air_is_on_the_disk_and_a_strangers_is_not(
    radio: Radio, bluetooth: Bluetooth, queue: Queue, keeper: QueueKeeper
) -> None:
    await BeaconScale(radio, SCALE).weigh(Decimal("61.0"), NOON)
    await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
    async with open_room(keeper, bluetooth) as room:
        await until(lambda: waiting(queue) and room.states().strangers)
    assert [(item["device"], item["value"], item["unit"]) for item in waiting(queue)] == [(BEACON, 70.5, "kg")]


class TestToTheHub:
    """The same, on through the queue, Mosquitto and the intake into TimescaleDB."""

    @pytest.fixture
    def name(self) -> str:
        """A gateway's name of this test's own: the broker is shared."""
        return f"journey-{uuid4().hex[:8]}"

    @pytest.fixture
    def hub(self, database: Database, mqtt_url: str, name: str) -> Iterator[None]:
        """The hub's intake, at work."""
        source = MqttSource(mqtt_url, f"hub-{name}", [UP + name])
        consumer = Turns("intake", Consumer(source, Intake(database, PostgresDirectory(database))).turn)
        source.start()
        while not source.connected:
            sleep(0.01)
        consumer.start()
        yield
        consumer.stop()
        source.stop()

    async def test_450_records_over_a_link_lost_ten_times_are_in_the_record_once_each(
        self, radio: Radio, bluetooth: Bluetooth, disk: Disk, mqtt_url: str, name: str, hub: None,
        database: Database, record: Record,
    ) -> None:  # fmt: skip
        person, meter = record.person(), record.device(DeviceKind.METER, METER)
        record.pair(meter, person)
        began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
        measured = [(n, began + timedelta(hours=n), 80 + n % 100) for n in range(1, 451)]
        shown = [(n, payloads.glucose(n, at.replace(tzinfo=None), mg_dl)) for n, at, mg_dl in measured]
        trouble = Trouble(drops=[37] * 10, walking=True)
        await GlucoseMeter(radio, METER, "Meter", shown, trouble=trouble).advertise()
        PairedDevices(disk).pair(METER, began)

        queue = Queue(disk, ZoneInfo("UTC"))
        keeper = QueueKeeper(queue, PairedDevices(disk), _now)
        room = Room(keeper, replace(bluetooth, profiles=(PROFILE,), clock=_now), QUICK)
        uplink = Uplink(queue, name, lambda: MqttSource(mqtt_url, f"gateway-{name}", [ACK + name]))
        gateway = asyncio.ensure_future(Gateway(queue, keeper, uplink, room, _now).run())
        try:
            await until(lambda: done(room) and not queue.waiting(1, 1), within=60)
        finally:
            gateway.cancel()
            with suppress(asyncio.CancelledError):
                await gateway

        assert trouble.drops == []
        with database.transaction(Role.INTAKE) as connection:
            stored = connection.execute(
                "SELECT sequence, taken_at, value, person, channel FROM reading ORDER BY sequence"
            ).fetchall()
        gatt = CHANNEL_NUMBER[Channel.GATT]
        assert stored == [(n, at, mg_dl, person.number, gatt) for n, at, mg_dl in measured]


def _now() -> datetime:
    return datetime.now(UTC)
