"""One connection: the steps of a conversation carried out, and the frames the device sends, in the order they came.

bleak ends a connection in many ways: an error of some type in a pending call, a callback and no error at all when
nothing is pending, a call that never returns. Here they are one: LinkLost.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakGATTProtocolError
from bleak_retry_connector import establish_connection

from device_adapters.ble.bluetooth import FAULTS, Bluetooth, long, short, wants_bond
from device_adapters.gatt import Frame
from hub.errors import StepRefused, VigieError

T = TypeVar("T")


class Unreachable(VigieError):
    """The device was seen, but no connection could be made."""


class LinkLost(VigieError):
    """The link is gone; what was heard before stands."""


class PairingRefused(VigieError):
    """No bond could be made: refused, a wrong passkey, or nobody typed it."""


class BondWanted(VigieError):
    """The device wants a bond that we have not, or ours is not the one it knows."""


class Link:
    """A connected device."""

    def __init__(self, client: BleakClient, gone: "asyncio.Future[None]", bluetooth: Bluetooth) -> None:
        """Take over a client that is connected; `gone` is set when the link ends."""
        self._client = client
        self._gone = gone
        self._bluetooth = bluetooth
        self._services = client.services
        self._frames: deque[Frame] = deque()
        self._changed = asyncio.Event()
        self._paired = False
        self._preferred = ""
        gone.add_done_callback(lambda _: self._changed.set())

    @property
    def services(self) -> tuple[str, ...]:
        """The device's services, short where the SIG assigned them."""
        return tuple(short(service.uuid) for service in self._services)

    def prefer(self, service: str) -> None:
        """Speak of that service's characteristics, where another has one of the same UUID."""
        self._preferred = long(service)

    @property
    def lost(self) -> bool:
        """True once the link has ended."""
        return self._gone.done()

    def taken(self) -> Iterator[Frame]:
        """The frames that have come, oldest first, each once."""
        while self._frames:
            yield self._frames.popleft()

    async def changed(self, within: float) -> bool:
        """Wait for a frame or the end of the link; False if neither came `within` seconds."""
        if not self._frames and not self.lost:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._changed.wait()
        return bool(self._frames) or self.lost

    async def read(self, characteristic: str) -> bytes | None:
        """The value, or None where the device has none to read; raises LinkLost, BondWanted, PairingRefused."""
        found = self._find(characteristic)
        if found is None:
            return None
        try:
            return bytes(await self._bonded(partial(self._client.read_gatt_char, found)))
        except StepRefused:
            return None

    async def subscribe(self, characteristic: str) -> None:
        """Ask for notifications or indications, where the device has them; raises as `write`."""
        found = self._find(characteristic)
        if found is not None:
            await self._bonded(partial(self._client.start_notify, found, partial(self._heard, characteristic)))

    async def write(self, characteristic: str, payload: bytes) -> None:
        """Write, with response; raises LinkLost, StepRefused, BondWanted, PairingRefused."""
        found = self._find(characteristic)
        if found is None:
            raise StepRefused(f"the device has no characteristic {characteristic}")
        await self._bonded(partial(self._client.write_gatt_char, found, payload, response=True))

    async def forget_bond(self) -> None:
        """Remove our side of the bond, and with it the link."""
        with suppress(*FAULTS):
            async with asyncio.timeout(self._bluetooth.patience.closing):
                await self._client.unpair()

    async def close(self) -> None:
        """Disconnect, whatever happened."""
        with suppress(*FAULTS):
            async with asyncio.timeout(self._bluetooth.patience.closing):
                await self._client.disconnect()

    def _find(self, characteristic: str) -> BleakGATTCharacteristic | None:
        """That of the preferred service, else the first; of two, bleak refuses to choose."""
        uuid = long(characteristic)
        found = [each for each in self._services.characteristics.values() if each.uuid == uuid]
        return min(found, key=lambda each: each.service_uuid != self._preferred, default=None)

    def _heard(self, characteristic: str, _: BleakGATTCharacteristic, value: bytearray) -> None:
        self._frames.append(Frame(characteristic, bytes(value), self._bluetooth.clock()))
        self._changed.set()

    async def _bonded(self, step: Callable[[], Awaitable[T]]) -> T:
        """Carry the step out; where the device wants a bond first, pair once in this connection and do it again."""
        patience = self._bluetooth.patience
        try:
            return await self._carry(step(), patience.step)
        except BondWanted:
            if self._paired:
                raise
        self._paired = True
        try:
            await self._carry(self._client.pair(), patience.pairing)
        except (StepRefused, BondWanted) as error:
            raise PairingRefused("the device refused to be paired") from error
        return await self._carry(step(), patience.step)

    async def _carry(self, work: Awaitable[T], seconds: float) -> T:
        """Await it while the link lasts: a task of its own, so that nothing beneath can cancel ours."""
        task = asyncio.ensure_future(work)
        pending: set[asyncio.Future[Any]] = {task, self._gone}
        try:
            await asyncio.wait(pending, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=self._bluetooth.patience.closing)
        if not task.done() or task.cancelled():
            raise LinkLost("the link ended in the middle of a step" if self.lost else "the device does not answer")
        try:
            return task.result()
        except FAULTS as error:
            raise self._named(error) from error

    def _named(self, error: BaseException) -> VigieError:
        if wants_bond(error):
            return BondWanted("the device wants to be paired with")
        if self.lost or not self._client.is_connected:
            return LinkLost("the link ended in the middle of a step")
        code = error.code.name if isinstance(error, BleakGATTProtocolError) else type(error).__name__
        return StepRefused(f"a step was refused: {code}")


async def connect(device: BLEDevice, bluetooth: Bluetooth) -> Link:
    """Connect, in several attempts; raises Unreachable, or BondWanted if the device does not know our bond."""
    ends: list[Callable[[], None]] = []

    def on_gone(_: BleakClient) -> None:
        for end in ends:
            end()

    try:
        async with asyncio.timeout(bluetooth.patience.connecting):
            client = await establish_connection(
                BleakClient,
                device,
                device.address,
                disconnected_callback=on_gone,
                max_attempts=bluetooth.patience.attempts,
                bluez=bluetooth.bluez,
                backend=bluetooth.client_backend,
            )
    except FAULTS as error:
        if wants_bond(error) or wants_bond(error.__cause__):
            raise BondWanted("the device does not know our bond") from error
        raise Unreachable(f"no connection: {type(error).__name__}") from error
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    ends.append(lambda: None if gone.done() else gone.set_result(None))
    if not client.is_connected:
        raise Unreachable("the device hung up at once")
    return Link(client, gone, bluetooth)


async def forget_bond(device: BLEDevice, bluetooth: Bluetooth) -> None:
    """Remove our side of the bond with a device that does not let us connect."""
    client = BleakClient(device, bluez=bluetooth.bluez, backend=bluetooth.client_backend)
    with suppress(*FAULTS):
        async with asyncio.timeout(bluetooth.patience.closing):
            await client.unpair()
