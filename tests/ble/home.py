"""What the Bluetooth tests share: a meter's and a scale's profile, a keeper in memory, and finding devices.

The profiles are the tests' own, so that these tests say something of the room and nothing of the product's decoders.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from struct import pack, unpack_from

from bleak import BleakScanner
from bleak.backends.device import BLEDevice

from device_adapters.ble.bluetooth import Bluetooth, Patience
from device_adapters.ble.keeper import Keeper, RefusedFrame
from device_adapters.ble.pace import Rests
from device_adapters.ble.room import Habits, Room
from device_adapters.ble.scanner import Waits
from device_adapters.gatt import (
    Conversation,
    Frame,
    Identity,
    Listen,
    Memory,
    Profile,
    Read,
    Session,
    Subscribe,
    Write,
)
from hub.errors import Malformed
from hub.measurements import Channel, Decoded, Measurement, RawPayload
from hub.quantities import Kind, Quantity, Unit
from vigie.virtual import payloads
from vigie.virtual.radio import Radio

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
METER, SCALE, SENSOR, BEACON = (f"F0:00:00:00:00:0{n}" for n in range(1, 5))
IDLE = timedelta(seconds=60)
SOON = 5.0


def records(count: int, first: int = 1) -> list[tuple[int, bytes]]:
    """A meter's records: glucose of 80 to 179 mg/dL, an hour apart."""
    start = datetime(2026, 7, 1, 8, 0)  # noqa: DTZ001 - a meter's clock
    numbers = range(first, first + count)
    return [(n, payloads.glucose(n, start + timedelta(hours=n), 80 + n % 100)) for n in numbers]


class MeterSession(Session):
    """Reads a record's sequence number and mantissa; learns the last record while they come in order, or all came."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.seen: list[int] = []
        self.complete = False

    def feed(self, frame: Frame) -> Decoded:
        self.complete |= answered(frame)
        if frame.characteristic != "2a18":
            return Decoded()
        if len(frame.payload) < 12:
            raise Malformed("too short for a record")
        sequence, mantissa = unpack_from("<H", frame.payload, 1)[0], unpack_from("<H", frame.payload, 10)[0] & 0xFFF
        self.seen.append(sequence)
        return Decoded((measurement(self.identity, frame, f"record {sequence}", mantissa, sequence),))

    def learnt(self) -> Memory:
        in_order = self.complete or self.seen == sorted(self.seen)
        return {"sequence": max(self.seen)} if self.seen and in_order else {}


def measurement(identity: Identity, frame: Frame, key: str, value: float, sequence: int | None = None) -> Measurement:
    """A glucose."""
    return Measurement(
        device=identity.address, kind=Kind.GLUCOSE_CAPILLARY, quantity=Quantity(value, Unit.MG_DL), key=key,
        received_at=frame.received_at, channel=Channel.GATT, sequence=sequence,
    )  # fmt: skip


def answered(frame: Frame) -> bool:
    """True for the end of a request for records."""
    return frame.characteristic == "2a52"


def ask_for_new(_identity: Identity, memory: Memory, _now: datetime) -> Conversation:
    """Ask for the records after the last one known."""
    yield Subscribe("2a18")
    yield Subscribe("2a52")
    known = memory.get("sequence")
    asked = payloads.Operator.ALL if known is None else payloads.Operator.FROM
    yield Write("2a52", payloads.request(asked, *([] if known is None else [known + 1])))
    yield Listen(answered, IDLE)


METER_PROFILE = Profile("test-meter", "the tests' meter", "1808", ("2a18", "2a52"), MeterSession, ask_for_new)


class ScaleSession(Session):
    """Every indication is a weighing, named by its bytes."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic != "2a9d":
            return Decoded()
        return Decoded((measurement(self.identity, frame, frame.payload.hex(), 1.0),))


def hear_weighings(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
    """Read what the scale can, then listen until it says no more."""
    yield Read("2a9e")
    yield Subscribe("2a9d")
    yield Listen(lambda _: False, timedelta(seconds=0.3))


def hear_for_long(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
    """Listen as long as the scale is there."""
    yield Subscribe("2a9d")
    yield Listen(lambda _: False, IDLE)


SCALE_PROFILE = Profile("test-scale", "the tests' scale", "181d", ("2a9d",), ScaleSession, hear_weighings)


PATIENT_SCALE_PROFILE = replace(SCALE_PROFILE, converse=hear_for_long)


def bluetooth_in(radio: Radio, *profiles: Profile) -> Bluetooth:
    """The hub's Bluetooth in that air, impatient."""
    return Bluetooth(
        clock=lambda: NOON,
        client_backend=radio.client_backend,
        scanner_backend=radio.scanner_backend,
        patience=Patience(connecting=3, attempts=3, step=2, pairing=2, closing=1, lull=0.02, full=50),
        profiles=profiles or (METER_PROFILE, SCALE_PROFILE),
    )


def with_converse(
    converse: Callable[[Identity, Memory, datetime], Conversation], open_session: type[Session] = MeterSession
) -> Profile:
    """The tests' meter, spoken to in another way."""
    return replace(METER_PROFILE, converse=converse, open=open_session)


async def found(radio: Radio, address: str) -> BLEDevice:
    """The device, once it is on the air."""
    device = await BleakScanner.find_device_by_address(address, timeout=SOON, backend=radio.scanner_backend)
    assert device is not None, f"{address} is not on the air"
    return device


async def until(true: Callable[[], object], within: float = SOON) -> None:
    """Wait for it."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Notebook:
    """A keeper in memory, which names everything by its key as the gateway's queue does, and counts what came twice."""

    paired: set[str] = field(default_factory=set)
    kept: dict[str, Measurement] = field(default_factory=dict)
    twice: int = 0
    refused: list[RefusedFrame] = field(default_factory=list)
    learnt: dict[str, dict[str, int]] = field(default_factory=dict)
    heard: list[RawPayload] = field(default_factory=list)
    batches: int = 0
    fails: int = 0

    def wanted(self, address: str) -> bool:
        return address in self.paired

    async def memory(self, address: str) -> Memory:
        return dict(self.learnt.get(address, {}))

    async def hear(self, raw: RawPayload) -> None:
        self._fail()
        self.heard.append(raw)

    async def deliver(
        self, address: str, measurements: Sequence[Measurement], refused: Sequence[RefusedFrame], learnt: Memory
    ) -> None:
        await asyncio.sleep(0)
        self._fail()
        self.batches += 1
        for each in measurements:
            name = f"{address} {each.key}"
            self.twice += name in self.kept
            self.kept[name] = each
        self.refused += refused
        self.learnt.setdefault(address, {}).update(learnt)

    def _fail(self) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the disk is full")

    def holds(self, count: int) -> bool:
        """True if that many measurements are kept."""
        return len(self.kept) == count

    def sequences(self, address: str = METER) -> list[int]:
        """The numbers of the records kept of a device."""
        return sorted(m.sequence for m in self.kept.values() if m.device == address and m.sequence is not None)


QUICK = Habits(
    Waits(repeats=60, silence=0.4, retry=0.02, longest_retry=0.05),
    Rests(after_visit=0.05, longest_after_visit=0.1, after_fault=0.01, longest_after_fault=0.02, absent=30),
)


@asynccontextmanager
async def open_room(keeper: Keeper, bluetooth: Bluetooth, habits: Habits = QUICK) -> AsyncIterator[Room]:
    """A room at work, closed at the end."""
    room = Room(keeper, bluetooth, habits)
    work = asyncio.ensure_future(room.run())
    try:
        yield room
    finally:
        work.cancel()
        await asyncio.wait({work})
    assert work.cancelled(), work.exception()


def numbers(these: Iterable[tuple[int, bytes]]) -> list[int]:
    """The numbers of records."""
    return [number for number, _ in these]


def too_short(number: int) -> tuple[int, bytes]:
    """A record that breaks off after its number."""
    return number, pack("<BH", 2, number)
