"""bleak's client over the virtual radio, answering as BlueZ does where that matters. Written for bleak 3.1.

Errors by type, a callback on every disconnection, services forgotten with the link, pairing that does nothing where
there is a bond, and a bond that the device has lost as `org.bluez.Error.AuthenticationFailed`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.device import Connection
from bumble.gatt_client import Client, ServiceProxy

from vigie.virtual.scanner import long_of, no_adapter

if TYPE_CHECKING:
    from vigie.virtual.radio import Radio

T = TypeVar("T")
_LARGEST_MTU = 517
_AT_MOST = 2.0


class VirtualClient(BaseBleakClient):
    """bleak's client over the virtual air."""

    radio: ClassVar["Radio"]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        services: set[str] | None = None,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **_: Any,
    ) -> None:
        """Prepare."""
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._connection: Connection | None = None
        self._gone: asyncio.Future[None] | None = None
        self._asked: set[asyncio.Future[Any]] = set()
        self._listeners: dict[int, Callable[[bytes], None]] = {}
        self._name = getattr(address_or_ble_device, "name", None) or self.address

    @property
    def name(self) -> str:
        """The device's name, or its address."""
        return self._name

    @property
    def mtu_size(self) -> int:
        """The ATT MTU agreed on."""
        return self._live.att_mtu

    @property
    def is_connected(self) -> bool:
        """True while there is a link."""
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect, encrypt if bonded, and discover; raises BleakError, TimeoutError."""
        if not self.radio.plugged:
            raise no_adapter()
        async with asyncio.timeout(kwargs.get("timeout", self._timeout)):
            async with self.radio.connecting:
                self._attach(await self._reach())
            try:
                await self._guard(self._prepare(pair))
            except BaseException:
                await self.disconnect()
                raise

    async def disconnect(self) -> None:
        """Disconnect; nothing to do without a link."""
        if self._connection is not None and self._gone is not None:
            ending = asyncio.ensure_future(self._connection.disconnect())
            ending.add_done_callback(_forget)
            waiting: set[asyncio.Future[Any]] = {ending, self._gone}
            await asyncio.wait(waiting, timeout=_AT_MOST, return_when=asyncio.FIRST_COMPLETED)
            # The other end may have been quicker, and bumble then waits for an event that has been.
            await asyncio.wait({self._gone}, timeout=_AT_MOST)
            _end(ending)
            await asyncio.wait({ending, *self._asked})

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Bond; nothing to do if there is a bond, as in BlueZ."""
        if await self._keys() is None:
            await self._guard(self._live.pair())

    async def unpair(self) -> None:
        """Forget the bond and end the link."""
        if self.radio.adapter.keystore is not None:
            await self.radio.adapter.keystore.delete(str(self._peer))
        await self.disconnect()

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a characteristic."""
        return bytearray(await self._guard(self._client.read_value(characteristic.obj)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._guard(self._client.read_value(descriptor.obj)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a characteristic."""
        await self._guard(self._client.write_value(characteristic.obj, bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._guard(self._client.write_value(descriptor.obj, bytes(data), with_response=True))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any) -> None:
        """Ask for notifications, or for indications (which bumble confirms after the callback)."""

        def heard(value: bytes) -> None:
            callback(bytearray(value))

        self._listeners[characteristic.handle] = heard
        await self._guard(self._client.subscribe(characteristic.obj, heard, prefer_notify=True))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Ask for no more."""
        heard = self._listeners.pop(characteristic.handle, None)
        await self._guard(self._client.unsubscribe(characteristic.obj, heard))

    @property
    def _live(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    @property
    def _client(self) -> Client:
        return self._live.gatt_client

    @property
    def _peer(self) -> hci.Address:
        return hci.Address(self.address, hci.Address.RANDOM_DEVICE_ADDRESS)

    async def _keys(self) -> object | None:
        store = self.radio.adapter.keystore
        return None if store is None else await store.get(str(self._peer))

    async def _reach(self) -> Connection:
        """Make the connection; who stops waiting has the request withdrawn, or the connection ended if it was made."""
        reaching = asyncio.ensure_future(self.radio.adapter.connect_le(self._peer, timeout=None))
        try:
            return await asyncio.shield(reaching)
        except asyncio.CancelledError:
            await self.radio.withdraw(reaching)
            raise
        except (core.BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(f"le-connection-abort-by-local: {error}") from error

    def _attach(self, connection: Connection) -> None:
        self._connection = connection
        self._gone = asyncio.get_running_loop().create_future()
        self.radio.clients.add(self)
        connection.once("disconnection", self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        self._listeners.clear()
        self.radio.clients.discard(self)
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if self._disconnected_callback is not None:
            asyncio.get_running_loop().call_soon(self._disconnected_callback)

    async def _prepare(self, pair: bool) -> None:
        connection = self._live
        await connection.gatt_client.request_mtu(_LARGEST_MTU)
        if await self._keys() is not None:
            await self._encrypt(connection)
        elif pair:
            await connection.pair()
        self.services = await _discover(connection)

    async def _encrypt(self, connection: Connection) -> None:
        try:
            await connection.encrypt()
        except hci.HCI_Error as error:
            raise BleakDBusError("org.bluez.Error.AuthenticationFailed", ["Authentication Failed"]) from error

    async def _guard(self, work: Awaitable[T]) -> T:
        """Do it while the link lasts: bumble cancels what is pending when the link goes, which would end our caller.

        Who is tired of waiting leaves; the request goes on, since ATT cannot take one back and bumble fails over the
        answer to one that was cancelled.
        """
        task = asyncio.ensure_future(work)
        gone = self._gone
        if self._connection is None or gone is None:
            task.cancel()
            raise BleakError("Not connected")
        task.add_done_callback(_forget)
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        gone.add_done_callback(lambda _: _end(task))
        pending: set[asyncio.Future[Any]] = {task, gone}
        await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await asyncio.wait({task})
        if task.cancelled():
            raise BleakError("Not connected")
        try:
            return task.result()
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except (core.BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(str(error)) from error


def _end(task: asyncio.Future[Any]) -> None:
    """Cancel it until it is done: on Python 3.11 `wait_for`, which bumble uses, may swallow a cancellation."""
    if not task.done():
        task.cancel()
        asyncio.get_running_loop().call_later(0.01, _end, task)


def _forget(task: asyncio.Future[Any]) -> None:
    """Nobody may be left to hear how it ended."""
    if not task.cancelled():
        task.exception()


async def _discover(connection: Connection) -> BleakGATTServiceCollection:
    """All services, characteristics and descriptors, as bleak holds them."""
    found = BleakGATTServiceCollection()
    for service in await connection.gatt_client.discover_services():
        held = BleakGATTService(service, service.handle, long_of(service.uuid))
        found.add_service(held)
        await _discover_characteristics(connection, service, held, found)
    return found


async def _discover_characteristics(
    connection: Connection, service: ServiceProxy, held: BleakGATTService, found: BleakGATTServiceCollection
) -> None:
    for each in await service.discover_characteristics():
        characteristic = BleakGATTCharacteristic(
            each,
            each.handle,
            long_of(each.uuid),
            list(gatt_char_props_to_strs(int(each.properties))),
            partial(_writable, connection),
            held,
        )
        found.add_characteristic(characteristic)
        for descriptor in await each.discover_descriptors():
            found.add_descriptor(
                BleakGATTDescriptor(descriptor, descriptor.handle, long_of(descriptor.type), characteristic)
            )


def _writable(connection: Connection) -> int:
    return connection.att_mtu - 3
