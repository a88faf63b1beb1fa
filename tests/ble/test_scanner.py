"""The scanner hands over what is on the air once, and goes on whatever happens to the adapter."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from device_adapters.adapter import adapters
from device_adapters.ble import scanner as scanner_module
from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.scanner import MOST_PATTERNS, Scanner, Sighting, Waits
from device_adapters.ble.states import Hearing
from hub.measurements import Channel, RawPayload
from tests.ble.home import BEACON, METER, METER_PROFILE, NOON, SCALE, until
from vigie.virtual import payloads
from vigie.virtual.peripherals import BeaconScale, GlucoseMeter, WeightScale
from vigie.virtual.radio import Radio

pytestmark = pytest.mark.anyio

WAITS = Waits(repeats=60, silence=0.3, retry=0.02, longest_retry=0.05)
A_WHILE = 0.15


class Ears:
    """What a scanner said."""

    def __init__(self, bluetooth: Bluetooth, waits: Waits = WAITS) -> None:
        self.heard: list[RawPayload] = []
        self.sighted: list[Sighting] = []
        self.scanner = Scanner(bluetooth, self.heard.append, self.sighted.append, waits)

    def heard_so_far(self, count: int) -> bool:
        """True if that many payloads were handed over."""
        return len(self.heard) == count


@asynccontextmanager
async def listening(bluetooth: Bluetooth, waits: Waits = WAITS) -> AsyncIterator[Ears]:
    """A scanner at work."""
    ears = Ears(bluetooth, waits)
    work = asyncio.ensure_future(ears.scanner.run())
    try:
        yield ears
    finally:
        work.cancel()
        await asyncio.wait({work})


@pytest.fixture
def no_passive(radio: Radio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that cannot scan passively."""
    start = radio.scanner_backend.start

    async def refuse_passive(self: Any) -> None:
        if not self.active:
            raise BleakError("passive scanning on Linux requires BlueZ >= 5.56")
        await start(self)

    monkeypatch.setattr(radio.scanner_backend, "start", refuse_passive)


async def test_an_advertised_payload_is_handed_over_once(radio: Radio, bluetooth: Bluetooth) -> None:
    await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
    async with listening(bluetooth) as ears:
        await until(lambda: ears.heard)
        await asyncio.sleep(A_WHILE)
    payload = payloads.mi_scale(Decimal("70.5"), NOON)
    assert ears.heard == [RawPayload(Channel.ADVERT, "181d", payload, NOON, BEACON)]
    assert ears.sighted == []


async def test_each_new_payload_is_handed_over(radio: Radio, bluetooth: Bluetooth) -> None:
    scale = BeaconScale(radio, BEACON)
    async with listening(bluetooth) as ears:
        for count, kg in enumerate(("60.0", "70.5", "80.0"), start=1):
            await scale.weigh(Decimal(kg), NOON)
            await until(partial(ears.heard_so_far, count))
    assert len({raw.payload for raw in ears.heard}) == 3


async def test_what_could_not_be_kept_is_handed_over_again(radio: Radio, bluetooth: Bluetooth) -> None:
    await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
    async with listening(bluetooth) as ears:
        await until(lambda: ears.heard)
        ears.scanner.again(ears.heard[0])
        await until(lambda: len(ears.heard) == 2)


async def test_service_data_that_nobody_understands_is_left(radio: Radio, bluetooth: Bluetooth) -> None:
    class Other(BeaconScale):
        def service_data(self) -> dict[str, bytes]:
            return {"fe2c": b"\x00\x01"}

    await Other(radio, BEACON).advertise()
    async with listening(bluetooth) as ears:
        await asyncio.sleep(A_WHILE)
    assert ears.heard == []


XIAOGUI = "5F:5A:29:E5:E0:94"
FIRST, SECOND = bytes.fromhex("0276138b0002215f5a29e5e094"), bytes.fromhex("02bc138b0002215f5a29e5e094")


def on_the_air(scanner: Scanner, companies: dict[int, bytes]) -> None:
    """The machine tells of a device and of all manufacturer data that it remembers of it."""
    device = BLEDevice(XIAOGUI, None, None)
    scanner._on_advertisement(device, AdvertisementData(None, companies, {}, [], None, -60, ()))


async def test_manufacturer_data_that_somebody_understands_is_handed_over(bluetooth: Bluetooth) -> None:
    ears = Ears(bluetooth, WAITS)
    on_the_air(ears.scanner, {0xA3C0: FIRST, 0x004C: b"\x02\x15"})
    assert ears.heard == [RawPayload(Channel.ADVERT, "manufacturer/c0/a3", FIRST, NOON, XIAOGUI)]


async def test_of_the_manufacturer_data_a_machine_adds_up_only_the_new_is_handed_over(bluetooth: Bluetooth) -> None:
    ears = Ears(bluetooth, replace(WAITS, repeats=0))
    on_the_air(ears.scanner, {0xA3C0: FIRST})
    on_the_air(ears.scanner, {0xA3C0: FIRST, 0xA4C0: SECOND})
    on_the_air(ears.scanner, {0xA3C0: FIRST, 0xA4C0: SECOND})
    assert [raw.payload for raw in ears.heard] == [FIRST, SECOND]


async def test_of_several_at_first_sight_none_is_handed_over_since_one_is_old(bluetooth: Bluetooth) -> None:
    ears = Ears(bluetooth, WAITS)
    on_the_air(ears.scanner, {0xA3C0: FIRST, 0xA4C0: SECOND})
    assert ears.heard == []


def test_a_passive_scan_looks_for_the_byte_that_all_numbers_of_a_company_share() -> None:
    patterns = scanner_module._patterns(("manufacturer/c0/+", "manufacturer/ac/a0"))
    assert [(p.ad_data_type, p.content_of_pattern) for p in patterns[:2]] == [(0xFF, b"\xac\xa0"), (0xFF, b"\xc0")]


def test_all_that_is_understood_fits_what_the_kernel_takes() -> None:
    sources = [s for a in adapters() if a.channel is Channel.ADVERT for s in a.sources]
    assert len(sources) + len(scanner_module._FLAGS) <= MOST_PATTERNS


async def test_devices_with_a_known_service_are_sighted(radio: Radio, bluetooth: Bluetooth) -> None:
    await GlucoseMeter(radio, METER, "Meter").advertise()
    await WeightScale(radio, SCALE, "Scale").advertise()
    async with listening(replace(bluetooth, profiles=(METER_PROFILE,))) as ears:
        await asyncio.sleep(A_WHILE)
    assert {(each.device.address, each.services) for each in ears.sighted} == {(METER, ("1808",))}


async def test_a_profile_that_only_decodes_is_not_sighted(radio: Radio, bluetooth: Bluetooth) -> None:
    await GlucoseMeter(radio, METER, "Meter").advertise()
    async with listening(replace(bluetooth, profiles=(replace(METER_PROFILE, connected=False),))) as ears:
        await asyncio.sleep(A_WHILE)
    assert ears.sighted == []


async def test_a_scale_that_says_its_weighings_on_the_air_is_not_sighted(radio: Radio, bluetooth: Bluetooth) -> None:
    class Both(BeaconScale):
        connectable = True
        advertised = ("181d",)

    await Both(radio, BEACON).weigh(Decimal("70.5"), NOON)
    async with listening(bluetooth) as ears:
        await until(lambda: ears.heard)
        await asyncio.sleep(A_WHILE)
    assert ears.sighted == []


async def test_it_scans_passively_where_that_is_possible(bluetooth: Bluetooth) -> None:
    async with listening(bluetooth) as ears:
        await until(lambda: ears.scanner.hearing is Hearing.PASSIVE)


@pytest.mark.usefixtures("no_passive")
async def test_it_scans_actively_elsewhere(radio: Radio, bluetooth: Bluetooth) -> None:
    await GlucoseMeter(radio, METER, "Meter").advertise()
    async with listening(bluetooth) as ears:
        await until(lambda: "Meter" in {each.name for each in ears.sighted})
        assert ears.scanner.hearing is Hearing.ACTIVE


async def test_a_passive_scan_that_hears_nothing_becomes_active(bluetooth: Bluetooth) -> None:
    async with listening(bluetooth, replace(WAITS, silence=0.05)) as ears:
        await until(lambda: ears.scanner.hearing is Hearing.ACTIVE)


@pytest.mark.usefixtures("no_passive")
async def test_an_active_scan_pauses_while_somebody_connects(radio: Radio, bluetooth: Bluetooth) -> None:
    await GlucoseMeter(radio, METER, "Meter").advertise()
    async with listening(bluetooth) as ears:
        await until(lambda: ears.sighted)
        async with ears.scanner.paused(), ears.scanner.paused():
            assert not radio.scanners
            before = len(ears.sighted)
            await asyncio.sleep(A_WHILE)
            assert len(ears.sighted) == before
        await until(lambda: len(ears.sighted) > before)


async def test_it_waits_for_an_adapter_and_says_so_once(
    radio: Radio, bluetooth: Bluetooth, caplog: pytest.LogCaptureFixture
) -> None:
    await radio.unplug()
    await GlucoseMeter(radio, METER, "Meter").advertise()
    async with listening(bluetooth) as ears:
        await until(lambda: ears.scanner.hearing is Hearing.NO_ADAPTER)
        await asyncio.sleep(A_WHILE)
        radio.plug()
        await until(lambda: ears.sighted)
    assert [record.levelno for record in caplog.records].count(logging.WARNING) == 1


async def test_an_adapter_taken_out_during_the_scan_and_put_back_is_used_again(
    radio: Radio, bluetooth: Bluetooth
) -> None:
    await GlucoseMeter(radio, METER, "Meter").advertise()
    async with listening(bluetooth) as ears:
        await until(lambda: ears.sighted)
        await radio.unplug()
        await until(lambda: ears.scanner.hearing is Hearing.NO_ADAPTER)
        before = len(ears.sighted)
        radio.plug()
        await until(lambda: len(ears.sighted) > before)


@pytest.mark.parametrize("sources", [(), ("181d",), tuple(f"{n:04x}" for n in range(40))])
def test_the_kernel_takes_the_patterns(sources: tuple[str, ...]) -> None:
    assert 0 < len(scanner_module._patterns(sources)) <= MOST_PATTERNS


@pytest.fixture(autouse=True)
def _at_info(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "device_adapters.ble"):
        yield
