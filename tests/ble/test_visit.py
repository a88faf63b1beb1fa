"""A visit brings everything a device says, exactly once, however often the link breaks; nothing of bleak's gets out."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import bleak_retry_connector
import pytest
from bleak.backends.device import BLEDevice
from bumble.gatt import Service

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.keeper import RefusedFrame
from device_adapters.ble.states import Ending, Outcome
from device_adapters.ble.visit import visit
from device_adapters.gatt import Conversation, Frame, Identity, Listen, Memory, Read, Subscribe, Write, attempt
from hub.measurements import Channel, Decoded, Measurement, RawPayload
from tests.ble.home import (
    IDLE,
    METER,
    METER_PROFILE,
    NOON,
    PATIENT_SCALE_PROFILE,
    SCALE,
    SENSOR,
    MeterSession,
    Notebook,
    answered,
    ask_for_new,
    bluetooth_in,
    found,
    records,
    too_short,
    until,
    with_converse,
)
from vigie.virtual import payloads
from vigie.virtual.payloads import Operator
from vigie.virtual.peripheral import INDICATE, WRITE, About
from vigie.virtual.peripherals import GlucoseMeter, Trouble, WeightScale
from vigie.virtual.radio import Radio

pytestmark = pytest.mark.anyio

ABSENT = BLEDevice("F0:00:00:00:00:99", None, {})


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


async def call_on(radio: Radio, notebook: Notebook, bluetooth: Bluetooth, address: str = METER, **more: Any) -> Outcome:
    """Find a device and visit it, with what is known of it."""

    async def deliver(said: Sequence[Measurement], refused: Sequence[RefusedFrame], learnt: Memory) -> None:
        await notebook.deliver(address, said, refused, learnt)

    device = await found(radio, address)
    return await visit(device, await notebook.memory(address), deliver, bluetooth, **more)


async def nothing(_said: object, _refused: object, _learnt: object) -> None:
    raise AssertionError("there was nothing to deliver")


class TestTransfer:
    async def test_all_records_are_brought(self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook) -> None:
        about = About("Acme", "Meter 7", "SN-1", "2.0")
        await GlucoseMeter(radio, METER, "Meter", records(20), about=about).advertise()
        outcome = await call_on(radio, notebook, bluetooth)
        identity = Identity(METER, "Meter", "Acme", "Meter 7", "SN-1", "2.0")
        assert outcome == Outcome(Ending.DONE, identity, "test-meter", measurements=20)
        assert notebook.sequences() == list(range(1, 21))
        assert notebook.learnt[METER] == {"sequence": 20}

    async def test_the_next_visit_asks_for_what_is_new(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(5))
        await meter.advertise()
        await call_on(radio, notebook, bluetooth)
        assert (await call_on(radio, notebook, bluetooth)).measurements == 0
        meter.measure(NOON, 111)
        await call_on(radio, notebook, bluetooth)
        assert meter.requests == [payloads.request(Operator.ALL), *[payloads.request(Operator.FROM, 6)] * 2]
        assert notebook.sequences() == [1, 2, 3, 4, 5, 6]
        assert notebook.twice == 0

    @pytest.mark.parametrize("walking", [False, True], ids=["terminated", "supervision timeout"])
    async def test_a_broken_transfer_is_resumed_after_the_last_record_kept(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook, walking: bool
    ) -> None:
        trouble = Trouble(drops=[8], walking=walking)
        meter = GlucoseMeter(radio, METER, "Meter", records(20), trouble=trouble)
        await meter.advertise()
        first = await call_on(radio, notebook, bluetooth)
        assert first.ending is Ending.HUNG_UP
        assert 0 < first.measurements <= 8  # what is in the air when the link goes is lost with it
        second = await call_on(radio, notebook, bluetooth)
        assert (second.ending, second.measurements) == (Ending.DONE, 20 - first.measurements)
        assert meter.requests[1] == payloads.request(Operator.FROM, first.measurements + 1)
        assert notebook.sequences() == list(range(1, 21))
        assert notebook.twice == 0

    async def test_450_records_over_a_link_lost_ten_times(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        chance = random.Random(7)
        drops = [chance.randrange(1, 60) for _ in range(10)]
        trouble = Trouble(drops=list(drops), walking=True)
        await GlucoseMeter(radio, METER, "Meter", records(450), trouble=trouble).advertise()
        endings = [(await call_on(radio, notebook, bluetooth)).ending for _ in range(11)]
        assert endings == [*[Ending.HUNG_UP] * 10, Ending.DONE]
        assert notebook.sequences() == list(range(1, 451))
        assert notebook.twice == 0

    async def test_shuffled_and_doubled_records_are_kept_once(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        def muddle(chosen: Sequence[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
            return random.Random(3).sample([*chosen, *chosen[::3]], k=len(chosen) + len(chosen[::3]))

        trouble = Trouble(order=muddle, drops=[17])
        await GlucoseMeter(radio, METER, "Meter", records(30), trouble=trouble).advertise()
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.HUNG_UP
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.DONE
        assert notebook.sequences() == list(range(1, 31))

    async def test_a_link_lost_while_a_write_is_pending_is_a_normal_end(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), trouble=Trouble(stuck=True))
        await meter.advertise()
        visiting = asyncio.ensure_future(call_on(radio, notebook, bluetooth))
        await asyncio.wait_for(meter.stuck.wait(), 5)
        meter.lose_link()
        assert (await visiting).ending is Ending.HUNG_UP

    async def test_a_device_that_never_answers_a_step_is_left(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), trouble=Trouble(stuck=True))
        await meter.advertise()
        impatient = replace(bluetooth, patience=replace(bluetooth.patience, step=0.2))
        outcome = await call_on(radio, notebook, impatient)
        assert (outcome.ending, outcome.why) == (Ending.HUNG_UP, "the device does not answer")
        await until(lambda: meter.connection is None)

    async def test_records_are_delivered_in_batches_while_they_come(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(300)).advertise()
        await call_on(radio, notebook, bluetooth)
        assert 3 <= notebook.batches <= 30
        assert len(notebook.kept) == 300

    async def test_a_frame_that_cannot_be_used_is_kept_with_its_bytes_and_harms_no_other(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter", [*records(2), too_short(3), *records(2, first=4)]).advertise()
        outcome = await call_on(radio, notebook, bluetooth)
        assert (outcome.measurements, outcome.refused) == (4, 1)
        [refused] = notebook.refused
        assert refused.raw == RawPayload(Channel.GATT, "2a18", too_short(3)[1], NOON, METER)
        assert refused.why.code == "malformed"

    async def test_a_decoder_that_fails_costs_one_frame_and_its_words_are_not_logged(
        self, radio: Radio, notebook: Notebook, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Faulty(MeterSession):
            def feed(self, frame: Frame) -> Decoded:
                if frame.payload[1:2] == b"\x02":
                    raise KeyError(frame.payload.hex())
                return super().feed(frame)

        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()
        profile = with_converse(ask_for_new, Faulty)
        outcome = await call_on(radio, notebook, bluetooth_in(radio, profile))
        assert (outcome.measurements, outcome.refused) == (2, 1)
        assert notebook.refused[0].why.code == "decoder_fault"
        assert "KeyError in " in caplog.text
        assert "2a18" in caplog.text
        assert notebook.refused[0].raw.payload.hex() not in caplog.text

    async def test_what_a_session_held_back_is_delivered_at_the_end(self, radio: Radio, notebook: Notebook) -> None:
        class Hoarder(MeterSession):
            held: tuple[Measurement, ...] = ()

            def feed(self, frame: Frame) -> Decoded:
                self.held += super().feed(frame).measurements
                return Decoded()

            def close(self) -> Decoded:
                return Decoded(self.held)

        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()
        outcome = await call_on(radio, notebook, bluetooth_in(radio, with_converse(ask_for_new, Hoarder)))
        assert outcome.measurements == 3
        assert notebook.sequences() == [1, 2, 3]


class TestOrder:
    async def test_nothing_more_is_told_before_what_was_said_is_safe(self, radio: Radio) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(4))
        await meter.advertise()
        told_when_delivered: list[int] = []

        def ask_twice(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
            yield Subscribe("2a18")
            yield Subscribe("2a52")
            for _ in range(2):
                yield Write("2a52", payloads.request(Operator.ALL))
                yield Listen(answered, IDLE)

        async def slowly(_said: object, _refused: object, _learnt: object) -> None:
            await asyncio.sleep(0.05)
            told_when_delivered.append(len(meter.requests))

        await visit(await found(radio, METER), {}, slowly, bluetooth_in(radio, with_converse(ask_twice)))
        assert told_when_delivered == [1, 2]

    async def test_a_failed_delivery_ends_the_visit_and_nothing_is_learnt(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(20))
        await meter.advertise()
        notebook.fails = 1
        with pytest.raises(OSError, match="the disk is full"):
            await call_on(radio, notebook, bluetooth)
        assert notebook.learnt == {}
        await until(lambda: meter.connection is None)
        await call_on(radio, notebook, bluetooth)
        assert notebook.sequences() == list(range(1, 21))

    async def test_a_conversation_reads_what_is_there_and_gets_none_for_what_is_not(
        self, radio: Radio, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        read: list[object] = []
        frames: list[Frame] = []

        class Listening(MeterSession):
            def feed(self, frame: Frame) -> Decoded:
                frames.append(frame)
                return Decoded()

        def look(_identity: Identity, _memory: Memory, now: datetime) -> Conversation:
            read.extend([now, (yield Read("2a51")), (yield Read("2a2b")), (yield Read("2a18"))])
            yield Subscribe("2a34")

        outcome = await call_on(radio, notebook, bluetooth_in(radio, with_converse(look, Listening)))
        assert outcome.ending is Ending.DONE
        assert read == [NOON, b"\0\0", None, None]
        assert frames == [Frame("2a51", b"\0\0", NOON)]

    async def test_silence_ends_the_listening(self, radio: Radio, notebook: Notebook) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        heard: list[object] = []

        def listen(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
            yield Subscribe("2a18")
            heard.append((yield Listen(lambda _: True, timedelta(seconds=0.05))))

        outcome = await call_on(radio, notebook, bluetooth_in(radio, with_converse(listen)))
        assert (outcome.ending, heard) == (Ending.DONE, [None])

    async def test_a_frame_that_came_before_the_listening_is_not_missed(self, radio: Radio, notebook: Notebook) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()
        heard: list[object] = []

        def dawdle(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
            yield Subscribe("2a18")
            yield Subscribe("2a52")
            yield Write("2a52", payloads.request(Operator.ALL))
            for _ in range(20):
                yield Read("2a51")
            heard.append((yield Listen(answered, IDLE)))

        await call_on(radio, notebook, bluetooth_in(radio, with_converse(dawdle)))
        assert [type(each) for each in heard] == [Frame]
        assert notebook.sequences() == [1, 2, 3]

    async def test_a_refused_step_ends_the_visit_with_its_reason(self, radio: Radio, notebook: Notebook) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()

        def forget_to_subscribe(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
            yield Write("2a52", payloads.request(Operator.ALL))

        outcome = await call_on(radio, notebook, bluetooth_in(radio, with_converse(forget_to_subscribe)))
        assert outcome.ending is Ending.REFUSED
        assert "CCCD_IMPROPERLY_CONFIGURED" in str(outcome.why)

    async def test_a_conversation_may_do_without_a_refused_step(self, radio: Radio, notebook: Notebook) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3))
        await meter.advertise()

        def ask_too_early(identity: Identity, memory: Memory, now: datetime) -> Conversation:
            yield from attempt(Write("2a52", payloads.request(Operator.LAST)))
            yield from attempt(Write("2a2b", bytes(10)))
            yield from ask_for_new(identity, memory, now)

        outcome = await call_on(radio, notebook, bluetooth_in(radio, with_converse(ask_too_early)))
        assert (outcome.ending, outcome.measurements) == (Ending.DONE, 3)
        assert meter.requests == [payloads.request(Operator.LAST), payloads.request(Operator.ALL)]

    async def test_a_session_is_told_what_is_asked_before_it_is_answered(
        self, radio: Radio, notebook: Notebook
    ) -> None:
        heard: list[bytes] = []

        class Attentive(MeterSession):
            def asked(self, characteristic: str, payload: bytes) -> None:
                heard.append(payload)

            def feed(self, frame: Frame) -> Decoded:
                heard.append(frame.payload)
                return super().feed(frame)

        await GlucoseMeter(radio, METER, "Meter", records(1)).advertise()
        await call_on(radio, notebook, bluetooth_in(radio, with_converse(ask_for_new, Attentive)))
        assert heard == [payloads.request(Operator.ALL), records(1)[0][1], payloads.answer(1, payloads.Answer.DONE)]

    async def test_a_conversation_with_a_fault_of_ours_keeps_what_was_said(
        self, radio: Radio, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()

        def break_down(identity: Identity, memory: Memory, now: datetime) -> Conversation:
            yield from ask_for_new(identity, memory, now)
            raise RuntimeError("a bug")

        outcome = await call_on(radio, notebook, bluetooth_in(radio, with_converse(break_down)))
        assert outcome.ending is Ending.FAULT
        assert notebook.sequences() == [1, 2, 3]

    async def test_a_scale_is_heard_until_it_hangs_up(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        scale.weigh(payloads.weight(Decimal("75.0"), NOON))
        scale.weigh(payloads.weight(Decimal("61.0"), NOON))
        await scale.advertise()
        visiting = asyncio.ensure_future(call_on(radio, notebook, bluetooth, SCALE))
        await until(lambda: scale.connection and not scale.waiting)
        scale.drop()
        outcome = await visiting
        assert (outcome.ending, outcome.measurements) == (Ending.HUNG_UP, 2)

    async def test_what_is_said_is_delivered_while_the_link_stands(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        await scale.advertise()
        patient = replace(bluetooth, profiles=(PATIENT_SCALE_PROFILE,))
        visiting = asyncio.ensure_future(call_on(radio, notebook, patient, SCALE))
        for count, kg in enumerate(("75.0", "61.0"), start=1):
            scale.weigh(payloads.weight(Decimal(kg), NOON))
            await until(partial(notebook.holds, count))
            assert scale.connection is not None
        scale.lose_link()
        assert (await asyncio.wait_for(visiting, 2)).measurements == 2

    async def test_a_cancelled_visit_delivers_what_it_has_and_hangs_up(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        scale = WeightScale(radio, SCALE, "Scale")
        scale.weigh(payloads.weight(Decimal("75.0"), NOON))
        await scale.advertise()
        visiting = asyncio.ensure_future(call_on(radio, notebook, bluetooth, SCALE))
        await until(lambda: scale.connection and not scale.waiting)
        visiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visiting
        assert len(notebook.kept) == 1
        await until(lambda: scale.connection is None)


class TestConnecting:
    async def test_a_device_that_hangs_up_twice_is_visited_all_the_same(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3), hang_ups=2).advertise()
        assert (await call_on(radio, notebook, bluetooth)).measurements == 3

    async def test_an_absent_device_is_unreachable_in_time(
        self, bluetooth: Bluetooth, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bleak_retry_connector, "BLEAK_TIMEOUT", 0.05)
        outcome = await asyncio.wait_for(visit(ABSENT, {}, nothing, bluetooth), 5)
        assert outcome.ending is Ending.UNREACHABLE

    async def test_without_an_adapter_a_device_is_unreachable(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter").advertise()
        device = await found(radio, METER)
        await radio.unplug()
        assert (await visit(device, {}, nothing, bluetooth)).ending is Ending.UNREACHABLE

    async def test_a_cancelled_connection_leaves_the_way_free(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()
        trying = asyncio.ensure_future(visit(ABSENT, {}, nothing, bluetooth))
        await asyncio.sleep(0.05)
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.DONE

    async def test_a_model_that_is_only_listened_to_is_not_asked_by_a_more_general_profile(self, radio: Radio) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3)).advertise()
        listened_to = replace(METER_PROFILE, name="of a phone", models=("Virtual",), connected=False)
        bluetooth = bluetooth_in(radio, METER_PROFILE, listened_to)
        outcome = await visit(await found(radio, METER), {}, nothing, bluetooth)
        assert (outcome.ending, outcome.profile) == (Ending.UNKNOWN, None)

    async def test_of_two_control_points_the_one_of_the_profiles_service_is_asked(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        class WithASensorBeside(GlucoseMeter):
            def services(self) -> list[Service]:
                beside = self.characteristic("2a52", WRITE | INDICATE)
                return [Service("181f", [beside]), *super().services()]

        await WithASensorBeside(radio, METER, "Meter", records(3)).advertise()
        outcome = await call_on(radio, notebook, bluetooth)
        assert (outcome.ending, outcome.measurements) == (Ending.DONE, 3)

    async def test_a_device_that_nobody_understands_is_left_alone(self, radio: Radio, bluetooth: Bluetooth) -> None:
        class Other(GlucoseMeter):
            service = "1810"

        meter = Other(radio, SENSOR, "Pressure")
        await meter.advertise()
        outcome = await visit(await found(radio, SENSOR), {}, nothing, bluetooth)
        assert outcome.ending is Ending.UNKNOWN
        assert outcome.identity.model == "Virtual"
        await until(lambda: meter.connection is None)


class TestBonds:
    async def test_a_meter_that_wants_a_bond_gets_one(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3), locked=True).advertise()
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.DONE
        assert notebook.sequences() == [1, 2, 3]

    async def test_a_bonded_meter_is_met_again(self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), locked=True)
        await meter.advertise()
        await call_on(radio, notebook, bluetooth)
        meter.bonds = False
        await meter.advertise()
        meter.measure(NOON, 100)
        assert (await call_on(radio, notebook, bluetooth)).measurements == 1

    async def test_a_refused_bond_ends_the_visit(self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook) -> None:
        await GlucoseMeter(radio, METER, "Meter", records(3), locked=True, bonds=False).advertise()
        outcome = await call_on(radio, notebook, bluetooth)
        assert (outcome.ending, outcome.why) == (Ending.REFUSED, "the device refused to be paired")

    async def test_a_bond_that_the_meter_forgot_is_made_anew_at_the_next_visit(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), locked=True)
        await meter.advertise()
        await call_on(radio, notebook, bluetooth)
        await meter.forget_bonds()
        meter.measure(NOON, 100)
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.BOND_LOST
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.DONE
        assert notebook.sequences() == [1, 2, 3, 4]

    async def test_a_bond_that_is_found_out_to_be_lost_in_a_step_is_made_anew_too(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), locked=True)
        await meter.advertise()
        await call_on(radio, notebook, bluetooth)
        meter.measure(NOON, 100)

        async def leave_unencrypted(_client: object, _connection: object) -> None:
            """A stack that believes itself bonded, on a link that is not encrypted."""

        monkeypatch.setattr(radio.client_backend, "_encrypt", leave_unencrypted)
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.BOND_LOST
        assert (await call_on(radio, notebook, bluetooth)).ending is Ending.DONE
        assert notebook.sequences() == [1, 2, 3, 4]

    async def test_a_bond_is_removed_only_if_that_is_allowed(
        self, radio: Radio, bluetooth: Bluetooth, notebook: Notebook
    ) -> None:
        meter = GlucoseMeter(radio, METER, "Meter", records(3), locked=True)
        await meter.advertise()
        await call_on(radio, notebook, bluetooth)
        await meter.forget_bonds()
        endings = [(await call_on(radio, notebook, bluetooth, may_unpair=False)).ending for _ in range(2)]
        assert endings == [Ending.REFUSED] * 2


async def test_three_devices_are_visited_at_once(radio: Radio, bluetooth: Bluetooth, notebook: Notebook) -> None:
    addresses = [f"F0:00:00:00:01:0{n}" for n in range(3)]
    meters = [GlucoseMeter(radio, address, "Meter", records(40)) for address in addresses]
    await asyncio.gather(*(meter.advertise() for meter in meters))
    outcomes = await asyncio.gather(*(call_on(radio, notebook, bluetooth, address) for address in addresses))
    assert [outcome.measurements for outcome in outcomes] == [40] * 3
