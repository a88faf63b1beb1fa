"""The room hears and visits the home's own devices, several at once, whatever breaks, and says how it does."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from bumble import att

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.room import Room
from device_adapters.ble.states import Ending, Hearing
from device_adapters.ble.strangers import MOST, Strangers
from tests.ble.home import (
    BEACON,
    METER,
    NOON,
    PATIENT_SCALE_PROFILE,
    QUICK,
    SCALE,
    SENSOR,
    SOON,
    Notebook,
    open_room,
    records,
    until,
)
from vigie.virtual import payloads
from vigie.virtual.peripherals import BeaconScale, GlucoseMeter, Trouble, WeightScale
from vigie.virtual.radio import Radio

pytestmark = pytest.mark.anyio

A_WHILE = 0.2


@pytest.fixture
def notebook() -> Notebook:
    return Notebook(paired={METER, SCALE, BEACON})


@pytest.fixture(autouse=True)
def _at_info(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "device_adapters.ble"):
        yield


def last_ending(room: Room, address: str = METER) -> Ending | None:
    """How the last visit to a device ended."""
    return next((s.last.ending for s in room.states().devices if s.address == address and s.last), None)


class TestHearing:
    async def test_what_the_homes_scale_advertises_is_kept_once(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
        async with open_room(notebook, bluetooth):
            await until(lambda: notebook.heard)
            await asyncio.sleep(A_WHILE)
        assert [(raw.address, raw.payload) for raw in notebook.heard] == [
            (BEACON, payloads.mi_scale(Decimal("70.5"), NOON))
        ]

    async def test_a_strangers_scale_is_noted_once_and_not_kept(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook, caplog: pytest.LogCaptureFixture
    ) -> None:
        notebook.paired.remove(BEACON)
        await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
        async with open_room(notebook, bluetooth) as room:
            await until(lambda: room.states().strangers)
            await asyncio.sleep(A_WHILE)
            assert [stranger.address for stranger in room.states().strangers] == [BEACON]
        assert notebook.heard == []
        assert caplog.text.count(BEACON) == 1

    async def test_a_strangers_scale_is_heard_once_it_is_paired(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        notebook.paired.remove(BEACON)
        await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
        async with open_room(notebook, bluetooth) as room:
            await until(lambda: room.states().strangers)
            notebook.paired.add(BEACON)
            await until(lambda: notebook.heard)
            assert room.states().strangers == ()

    async def test_an_advertisement_the_disk_refused_is_tried_again(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("device_adapters.ble.room._BETWEEN_TRIES", 0.01)
        notebook.fails = 5
        await BeaconScale(radio, BEACON).weigh(Decimal("70.5"), NOON)
        async with open_room(notebook, bluetooth):
            await until(lambda: notebook.heard)


class TestVisiting:
    async def test_several_devices_are_visited_as_they_come(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        scale.weigh(payloads.weight(Decimal("75.0"), NOON))
        async with open_room(notebook, bluetooth) as room:
            await GlucoseMeter(radio, METER, "Meter", records(20)).advertise()
            await scale.advertise()
            await until(lambda: len(notebook.kept) == 21)
            await until(lambda: last_ending(room) and last_ending(room, SCALE))
            assert {state.address for state in room.states().devices} == {METER, SCALE}
            assert room.radio().works
            assert set(room.radio().visits) == {METER, SCALE}
        assert notebook.twice == 0

    async def test_a_stranger_is_never_connected_to(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        stranger = GlucoseMeter(radio, SENSOR, "Neighbour", records(3))
        await stranger.advertise()
        async with open_room(notebook, bluetooth) as room:
            await until(lambda: room.states().strangers)
            await asyncio.sleep(A_WHILE)
        assert stranger.connections == 0

    async def test_a_link_lost_again_and_again_brings_every_record_exactly_once(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        trouble = Trouble(drops=[10] * 5, walking=True)
        await GlucoseMeter(radio, METER, "Meter", records(60), trouble=trouble).advertise()
        async with open_room(notebook, bluetooth) as room:
            await until(lambda: last_ending(room) is Ending.DONE)
        assert notebook.sequences() == list(range(1, 61))
        assert notebook.twice == 0

    async def test_new_records_are_brought_at_a_later_visit(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3))
        await meter.advertise()
        async with open_room(notebook, bluetooth):
            await until(lambda: len(notebook.kept) == 3)
            meter.measure(NOON, 100)
            await until(lambda: len(notebook.kept) == 4)

    async def test_a_full_disk_costs_a_visit_and_no_record(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        notebook.fails = 4
        await GlucoseMeter(radio, METER, "Meter", records(20)).advertise()
        async with open_room(notebook, bluetooth):
            await until(lambda: len(notebook.kept) == 20)

    async def test_a_forgotten_bond_is_made_anew_without_anybody(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), locked=True)
        await meter.advertise()
        async with open_room(notebook, bluetooth):
            await until(lambda: len(notebook.kept) == 3)
        await meter.forget_bonds()
        meter.measure(NOON, 100)
        async with open_room(notebook, bluetooth):
            await until(lambda: len(notebook.kept) == 4)

    async def test_a_bond_that_is_never_enough_is_not_made_anew_for_ever(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        class Demanding(GlucoseMeter):
            async def _on_request(self, _connection: object, _asked: bytes) -> None:
                raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)

        await Demanding(radio, METER, "Meter", locked=True).advertise()
        endings: list[Ending] = []
        async with open_room(notebook, bluetooth) as room:
            while endings[-2:] != [Ending.REFUSED] * 2 and len(endings) < 6:
                await until(lambda: room.states().devices and room.states().devices[0].visiting)
                await until(lambda: not room.states().devices[0].visiting)
                endings.append(last_ending(room) or Ending.FAULT)
        assert endings == [Ending.BOND_LOST, Ending.REFUSED, Ending.REFUSED]

    async def test_no_more_links_than_the_adapter_should_carry(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scales = [WeightScale(radio, f"F0:00:00:00:01:0{n}", "Scale") for n in range(4)]
        notebook.paired |= {scale.address for scale in scales}
        for scale in scales:
            await scale.advertise()
        at_once = 0
        async with open_room(notebook, bluetooth, replace(QUICK, links=2)):
            async with asyncio.timeout(10):
                while not all(scale.connections for scale in scales):
                    at_once = max(at_once, sum(scale.connection is not None for scale in scales))
                    await asyncio.sleep(0.005)
        assert at_once == 2

    async def test_it_stops_in_the_middle_of_a_visit_and_keeps_what_was_said(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        scale.weigh(payloads.weight(Decimal("75.0"), NOON))
        await scale.advertise()
        async with asyncio.timeout(SOON), open_room(notebook, replace(bluetooth, profiles=(PATIENT_SCALE_PROFILE,))):
            await until(lambda: scale.connection and not scale.waiting)
        assert len(notebook.kept) == 1
        await until(lambda: scale.connection is None)


class TestAdapter:
    async def test_an_adapter_that_vanishes_is_waited_for(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3))
        await meter.advertise()
        async with open_room(notebook, bluetooth) as room:
            await until(lambda: len(notebook.kept) == 3)
            await radio.unplug()
            await until(lambda: room.states().hearing is Hearing.NO_ADAPTER)
            assert not room.radio().works
            meter.measure(NOON, 100)
            radio.plug()
            await until(lambda: len(notebook.kept) == 4)
            assert room.radio().works

    async def test_an_adapter_that_vanishes_in_the_middle_of_a_visit(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        scale.weigh(payloads.weight(Decimal("75.0"), NOON))
        await scale.advertise()
        async with open_room(notebook, bluetooth) as room:
            await until(lambda: scale.connection and not scale.waiting)
            await radio.unplug()
            await until(lambda: last_ending(room, SCALE) is Ending.HUNG_UP)
            assert len(notebook.kept) == 1


async def test_a_crowd_of_strangers_is_not_remembered_for_ever() -> None:
    strangers = Strangers()
    for number in range(MOST + 50):
        strangers.note(f"address {number}", None, NOON)
    assert len(strangers.all()) == MOST
    assert strangers.all()[-1].address == f"address {MOST + 49}"
