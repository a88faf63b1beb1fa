"""However a call of bleak's ends, the link says it in its own words; nothing of what is beneath comes through."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import ClassVar, cast

import pytest
from bleak import BleakClient
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from device_adapters.ble.bluetooth import Bluetooth, Patience, long
from device_adapters.ble.link import BondWanted, Link, LinkLost, PairingRefused
from hub.errors import StepRefused

pytestmark = pytest.mark.anyio

Call = Callable[[], Awaitable[bytes]]


class Client:
    """A client whose every read and write ends in one way, and whose pairing may."""

    class _Services:
        characteristics: ClassVar = {1: SimpleNamespace(uuid=long("2a18"), service_uuid=long("1808"))}

    def __init__(self, call: Call, pair: Call) -> None:
        self.services = self._Services()
        self.is_connected = True
        self.paired = 0
        self._call = call
        self._pair = pair

    async def write_gatt_char(self, *_: object, **__: object) -> None:
        await self._call()

    async def pair(self) -> None:
        self.paired += 1
        await self._pair()


def raising(error: BaseException) -> Call:
    """A call that ends in that error."""

    async def call() -> bytes:
        raise error

    return call


async def answer() -> bytes:
    return b""


async def nothing_ever() -> bytes:
    return await asyncio.Event().wait() and b""


def linked(call: Call, pair: Call = answer) -> tuple[Link, Client, "asyncio.Future[None]"]:
    """A link over such a client, and what ends it."""
    client = Client(call, pair)
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    patience = Patience(step=0.2, pairing=0.2, closing=0.2)
    return Link(cast(BleakClient, client), gone, Bluetooth(patience=patience, profiles=())), client, gone


def protocol(code: int) -> BleakGATTProtocolError:
    return BleakGATTProtocolError(code)


WANTS_BOND = [
    protocol(BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION),
    protocol(BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION),
    BleakDBusError("org.bluez.Error.NotPermitted", ["Not paired"]),
]


@pytest.mark.parametrize("error", [BleakError("?"), EOFError(), BrokenPipeError(), AssertionError(), TimeoutError()])
async def test_a_fault_on_a_link_that_stands_is_a_refused_step(error: Exception) -> None:
    link, _, _ = linked(raising(error))
    with pytest.raises(StepRefused):
        await link.write("2a18", b"")


@pytest.mark.parametrize("error", [BleakError("?"), EOFError(), BrokenPipeError(), AssertionError(), protocol(0x80)])
async def test_any_fault_on_a_link_that_is_gone_is_a_lost_link(error: Exception) -> None:
    link, client, _ = linked(raising(error))
    client.is_connected = False
    with pytest.raises(LinkLost):
        await link.write("2a18", b"")


async def test_a_cancellation_from_beneath_is_a_lost_link_and_not_ours() -> None:
    link, _, _ = linked(raising(asyncio.CancelledError()))
    with pytest.raises(LinkLost):
        await link.write("2a18", b"")


async def test_a_call_that_never_returns_ends_with_the_link() -> None:
    link, _, gone = linked(nothing_ever)
    asyncio.get_running_loop().call_later(0.02, gone.set_result, None)
    async with asyncio.timeout(0.15):
        with pytest.raises(LinkLost):
            await link.write("2a18", b"")


async def test_a_call_that_never_returns_is_given_up() -> None:
    link, _, _ = linked(nothing_ever)
    with pytest.raises(LinkLost):
        await link.write("2a18", b"")


async def test_our_own_cancellation_stays_one() -> None:
    link, _, _ = linked(nothing_ever)
    writing = asyncio.ensure_future(link.write("2a18", b""))
    await asyncio.sleep(0.01)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing


@pytest.mark.parametrize("error", WANTS_BOND, ids=str)
async def test_a_device_that_still_wants_a_bond_after_pairing_is_asked_once(error: Exception) -> None:
    link, client, _ = linked(raising(error))
    for _ in range(2):
        with pytest.raises(BondWanted):
            await link.write("2a18", b"")
    assert client.paired == 1


@pytest.mark.parametrize("error", [BleakError("refused"), BleakDBusError("org.bluez.Error.AuthenticationFailed", [])])
async def test_a_pairing_that_fails_is_refused(error: Exception) -> None:
    link, _, _ = linked(raising(WANTS_BOND[0]), raising(error))
    with pytest.raises(PairingRefused):
        await link.write("2a18", b"")


async def test_a_fault_of_ours_is_not_hidden() -> None:
    link, _, _ = linked(raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        await link.write("2a18", b"")


async def test_a_characteristic_that_is_not_there_cannot_be_written() -> None:
    link, _, _ = linked(answer)
    with pytest.raises(StepRefused):
        await link.write("2a52", b"")
    assert await link.read("2a52") is None
