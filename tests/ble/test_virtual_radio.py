"""The virtual radio behaves as real ones do, seen through bleak's own scanner and client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial

import bleak_retry_connector
import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from bleak_retry_connector import BleakNotFoundError, establish_connection

from device_adapters.ble.bluetooth import long
from tests.ble.home import BEACON, METER, NOON, SCALE, SENSOR, found, numbers, records, until
from vigie.virtual import payloads
from vigie.virtual.payloads import Answer, Operator
from vigie.virtual.peripherals import BeaconScale, GlucoseMeter, GlucoseSensor, RecordKeeper, Trouble, WeightScale
from vigie.virtual.radio import Radio

pytestmark = pytest.mark.anyio

MEASUREMENT, CONTROL, MODEL, WEIGHT = long("2a18"), long("2a52"), long("2a24"), long("2a9d")
ABSENT = "F0:00:00:00:00:99"


@asynccontextmanager
async def connected(radio: Radio, address: str, *, pair: bool = False) -> AsyncIterator[BleakClient]:
    """A connection of bleak's."""
    async with BleakClient(await found(radio, address), backend=radio.client_backend, pair=pair) as client:
        yield client


async def transfer(client: BleakClient, request: bytes, measurement: str = MEASUREMENT) -> tuple[list[bytes], bytes]:
    """What a request for records brings, and its answer."""
    brought: list[bytes] = []
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    await client.start_notify(measurement, lambda _, value: brought.append(bytes(value)))
    await client.start_notify(CONTROL, lambda _, value: answer.set_result(bytes(value)))
    await client.write_gatt_char(CONTROL, request, response=True)
    return brought, await asyncio.wait_for(answer, 5)


async def on_air(radio: Radio, seconds: float = 0.1, *, passive: bool = False) -> dict[str, AdvertisementData]:
    """What a scan hears."""
    scanner = BleakScanner(scanning_mode="passive" if passive else "active", backend=radio.scanner_backend)
    async with scanner:
        await asyncio.sleep(seconds)
    return {address: said for address, (_, said) in scanner.discovered_devices_and_advertisement_data.items()}


class TestScanning:
    async def test_names_services_data_and_strength_are_heard(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter", rssi=-70).advertise()
        await BeaconScale(radio, BEACON, rssi=-40).weigh(Decimal("70.5"), NOON)
        heard = await on_air(radio)
        assert heard[METER].local_name == "Meter"
        assert heard[METER].service_uuids == [long("1808")]
        assert heard[METER].rssi == -70
        assert heard[BEACON].service_data == {long("181d"): payloads.mi_scale(Decimal("70.5"), NOON)}
        assert heard[BEACON].rssi == -40

    async def test_a_passive_scan_gets_no_scan_responses(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        heard = await on_air(radio, passive=True)
        assert heard[METER].local_name is None
        assert heard[METER].service_uuids == [long("1808")]

    async def test_what_is_switched_off_is_not_heard(self, radio: Radio) -> None:
        meter = GlucoseMeter(radio, METER, "Meter")
        await meter.advertise()
        await meter.be_quiet()
        assert await on_air(radio) == {}

    async def test_two_scans_at_once_both_hear(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        heard = await asyncio.gather(on_air(radio), on_air(radio, passive=True))
        assert [METER in each for each in heard] == [True, True]


class TestConnecting:
    async def test_a_device_is_read(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        async with connected(radio, METER) as client:
            assert await client.read_gatt_char(MODEL) == b"Virtual"
            assert client.mtu_size == 517

    async def test_an_indicated_weighing_is_heard(self, radio: Radio) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        scale.weigh(payloads.weight(Decimal("75.0")))
        await scale.advertise()
        heard: list[bytes] = []
        async with connected(radio, SCALE) as client:
            await client.start_notify(WEIGHT, lambda _, value: heard.append(bytes(value)))
            await until(lambda: heard)
            scale.weigh(payloads.weight(Decimal("60.0")))
            await until(lambda: len(heard) == 2)
            await client.stop_notify(WEIGHT)
        assert heard == [payloads.weight(Decimal("75.0")), payloads.weight(Decimal("60.0"))]
        assert scale.waiting == []

    async def test_the_end_of_a_connection_is_told_and_its_services_forgotten(self, radio: Radio) -> None:
        meter = GlucoseMeter(radio, METER, "Meter")
        await meter.advertise()
        gone = asyncio.Event()
        client = BleakClient(await found(radio, METER), lambda _: gone.set(), backend=radio.client_backend)
        await client.connect()
        meter.drop()
        await asyncio.wait_for(gone.wait(), 1)
        assert not client.is_connected
        with pytest.raises(BleakError):
            await client.read_gatt_char(MODEL)

    async def test_a_beacon_takes_no_connection(self, radio: Radio) -> None:
        await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
        device = await found(radio, BEACON)
        with pytest.raises(TimeoutError):
            await BleakClient(device, timeout=0.15, backend=radio.client_backend).connect()

    async def test_an_absent_device_is_given_up_in_time_and_the_next_one_is_reached(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            await BleakClient(BLEDevice(ABSENT, None, {}), timeout=0.2, backend=radio.client_backend).connect()
        assert asyncio.get_running_loop().time() - began < 1
        async with connected(radio, METER) as client:
            assert client.is_connected

    async def test_a_cancelled_connection_leaves_the_way_free(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        trying = asyncio.ensure_future(BleakClient(BLEDevice(ABSENT, None, {}), backend=radio.client_backend).connect())
        await asyncio.sleep(0.05)
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying
        async with connected(radio, METER) as client:
            assert client.is_connected

    async def test_three_devices_at_once(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        await WeightScale(radio, SCALE, "Scale").advertise()
        await GlucoseSensor(radio, SENSOR, "Sensor", NOON).advertise()
        devices = [await found(radio, address) for address in (METER, SCALE, SENSOR)]
        clients = [BleakClient(device, backend=radio.client_backend) for device in devices]
        await asyncio.gather(*(client.connect() for client in clients))
        assert [client.is_connected for client in clients] == [True, True, True]
        await asyncio.gather(*(client.disconnect() for client in clients))

    async def test_a_device_that_hangs_up_twice_is_connected_on_the_third_attempt(self, radio: Radio) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", hang_ups=2)
        await meter.advertise()
        device = await found(radio, METER)
        client = await establish_connection(BleakClient, device, METER, backend=radio.client_backend)
        assert client.is_connected
        assert meter.connections == 3
        await client.disconnect()

    async def test_the_retry_connector_gives_up_on_an_absent_device(
        self, radio: Radio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bleak_retry_connector, "BLEAK_TIMEOUT", 0.05)
        absent = BLEDevice(ABSENT, None, {})
        with pytest.raises(BleakNotFoundError):
            await establish_connection(BleakClient, absent, ABSENT, max_attempts=1, backend=radio.client_backend)

    async def test_without_an_adapter_nothing_starts(self, radio: Radio) -> None:
        meter = GlucoseMeter(radio, METER, "Meter")
        await meter.advertise()
        device = await found(radio, METER)
        await radio.unplug()
        with pytest.raises(BleakError):
            await BleakScanner(backend=radio.scanner_backend).start()
        with pytest.raises(BleakError):
            await BleakClient(device, backend=radio.client_backend).connect()
        radio.plug()
        async with connected(radio, METER) as client:
            assert client.is_connected


class TestRecords:
    @pytest.mark.parametrize(
        ("request_", "expected"),
        [
            (payloads.request(Operator.ALL), range(1, 21)),
            (payloads.request(Operator.FROM, 15), range(15, 21)),
            (payloads.request(Operator.UP_TO, 5), range(1, 6)),
            (payloads.request(Operator.BETWEEN, 5, 7), range(5, 8)),
            (payloads.request(Operator.LAST), range(20, 21)),
        ],
    )
    async def test_records_are_reported(self, radio: Radio, request_: bytes, expected: range) -> None:
        stored = records(20)
        await GlucoseMeter(radio, METER, "Meter", stored).advertise()
        async with connected(radio, METER) as client:
            brought, answer = await transfer(client, request_)
        assert brought == [payload for number, payload in stored if number in expected]
        assert answer == payloads.answer(1, Answer.DONE)

    @pytest.mark.parametrize(
        ("request_", "expected"),
        [
            (payloads.request(Operator.ALL, count=True), payloads.counted(20)),
            (payloads.request(Operator.FROM, 90), payloads.answer(1, Answer.NO_RECORDS)),
            (bytes.fromhex("0201"), payloads.answer(2, Answer.UNKNOWN_REQUEST)),
            (bytes.fromhex("010b"), payloads.answer(1, Answer.UNKNOWN_OPERATOR)),
        ],
    )
    async def test_other_requests_are_answered(self, radio: Radio, request_: bytes, expected: bytes) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(20)).advertise()
        async with connected(radio, METER) as client:
            assert await transfer(client, request_) == ([], expected)

    async def test_a_request_without_a_subscription_is_refused(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()
        async with connected(radio, METER) as client:
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.write_gatt_char(CONTROL, payloads.request(Operator.ALL), response=True)
        assert refused.value.code is BleakGATTProtocolErrorCode.CCCD_IMPROPERLY_CONFIGURED

    async def test_a_sensor_tells_what_it_measures_and_keeps_it(self, radio: Radio) -> None:
        sensor = GlucoseSensor(radio, SENSOR, "Sensor", NOON)
        await sensor.measure(5, 110)
        await sensor.advertise()
        async with connected(radio, SENSOR) as client:
            brought, _ = await transfer(client, payloads.request(Operator.ALL), long("2aa7"))
            await sensor.measure(10, 112)
            await until(lambda: len(brought) == 2)
            assert await client.read_gatt_char(long("2aaa")) == payloads.session_start(NOON)
        assert brought == [payloads.cgm(5, 110), payloads.cgm(10, 112)]

    async def test_records_may_come_in_any_order_and_twice(self, radio: Radio) -> None:
        stored = records(6)
        trouble = Trouble(order=lambda chosen: [*reversed(chosen), chosen[0]])
        await GlucoseMeter(radio, METER, "Meter", stored, trouble=trouble).advertise()
        async with connected(radio, METER) as client:
            brought, _ = await transfer(client, payloads.request(Operator.ALL))
        assert brought == [payload for _, payload in [*reversed(stored), stored[0]]]

    @pytest.mark.parametrize("walking", [False, True])
    async def test_a_link_can_break_in_the_middle_of_a_transfer(self, radio: Radio, walking: bool) -> None:
        trouble = Trouble(drops=[8], walking=walking)
        await GlucoseMeter(radio, METER, "Meter", records(20), trouble=trouble).advertise()
        gone = asyncio.Event()
        client = BleakClient(await found(radio, METER), lambda _: gone.set(), backend=radio.client_backend)
        await client.connect()
        asking = asyncio.ensure_future(transfer(client, payloads.request(Operator.ALL)))
        await asyncio.wait_for(gone.wait(), 2)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await client.connect()
        brought, _ = await transfer(client, payloads.request(Operator.FROM, 9))
        assert len(brought) == 12
        await client.disconnect()

    async def test_a_pending_write_ends_as_an_error_when_the_link_breaks(self, radio: Radio) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), trouble=Trouble(stuck=True))
        await meter.advertise()
        async with connected(radio, METER) as client:
            writing = asyncio.ensure_future(client.write_gatt_char(CONTROL, b"\x01\x01", response=True))
            await asyncio.wait_for(meter.stuck.wait(), 1)
            meter.lose_link()
            with pytest.raises(BleakError):
                await writing

    async def test_many_records(self, radio: Radio) -> None:
        stored = records(2000)
        await GlucoseMeter(radio, METER, "Meter", stored).advertise()
        async with connected(radio, METER) as client:
            brought, _ = await transfer(client, payloads.request(Operator.ALL))
        assert len(brought) == len(numbers(stored))


class TestBonds:
    async def locked(self, radio: Radio, *, bonds: bool = True) -> RecordKeeper:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), locked=True, bonds=bonds)
        await meter.advertise()
        return meter

    async def test_a_locked_value_wants_a_bond_first(self, radio: Radio) -> None:
        await self.locked(radio)
        async with connected(radio, METER) as client:
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.start_notify(MEASUREMENT, lambda *_: None)
            assert refused.value.code is BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION
            await client.pair()
            await client.start_notify(MEASUREMENT, lambda *_: None)

    async def test_a_bonded_device_is_met_again_without_pairing(self, radio: Radio) -> None:
        await self.locked(radio)
        async with connected(radio, METER, pair=True):
            pass
        async with connected(radio, METER) as client:
            await client.start_notify(MEASUREMENT, lambda *_: None)

    async def test_a_refused_bond_is_an_error_and_may_be_tried_again(self, radio: Radio) -> None:
        meter = await self.locked(radio, bonds=False)
        async with connected(radio, METER) as client:
            with pytest.raises(BleakError):
                await client.pair()
            meter.bonds = True
            await meter.advertise()
            await client.pair()
            await client.start_notify(MEASUREMENT, lambda *_: None)

    async def test_a_bond_that_the_meter_forgot_is_an_error_until_it_is_made_anew(self, radio: Radio) -> None:
        meter = await self.locked(radio)
        async with connected(radio, METER, pair=True):
            pass
        await meter.forget_bonds()
        device = await found(radio, METER)
        client = BleakClient(device, backend=radio.client_backend, pair=True)
        with pytest.raises(BleakDBusError):
            await client.connect()
        await client.unpair()
        await client.connect()
        await client.start_notify(MEASUREMENT, partial(print, end=""))
        await client.disconnect()


@pytest.mark.parametrize("turns", range(1, 12))
async def test_a_scan_called_off_while_it_starts_does_not_go_on(radio: Radio, turns: int) -> None:
    scanner = BleakScanner(backend=radio.scanner_backend)
    starting = asyncio.ensure_future(scanner.start())
    for _ in range(turns):
        await asyncio.sleep(0)
    called_off = starting.cancel()
    await asyncio.wait({starting})
    assert starting.cancelled() == called_off
    await scanner.stop()
