"""A virtual Bluetooth device: its advertising, its connection, its bond, and the ways in which it can vanish."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from bumble import att
from bumble.att import Attribute
from bumble.core import UUID
from bumble.device import AdvertisingType, Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Descriptor, Service
from bumble.pairing import PairingDelegate

from vigie.virtual.radio import Radio, pairing_config

NOTIFY, INDICATE = Characteristic.Properties.NOTIFY, Characteristic.Properties.INDICATE
READ, WRITE = Characteristic.Properties.READ, Characteristic.Properties.WRITE
_LOCKED = Attribute.Permissions.READ_REQUIRES_ENCRYPTION | Attribute.Permissions.WRITE_REQUIRES_ENCRYPTION
_READABLE, _WRITEABLE = Attribute.Permissions.READABLE, Attribute.Permissions.WRITEABLE


class _Refuses(PairingDelegate):
    """Somebody who never bonds."""

    async def accept(self) -> bool:
        """No."""
        return False


@dataclass(slots=True)
class About:
    """A device's Device Information (0x180A)."""

    manufacturer: str = "Vigie"
    model: str = "Virtual"
    serial: str = "V-0001"
    firmware: str = "1.0"


class Peripheral:
    """A device in the air. `services` are advertised; `hang_ups` is how many connections it first drops at once."""

    connectable = True
    advertised: tuple[str, ...] = ()

    def __init__(self, radio: Radio, address: str, name: str, *, rssi: int = -60, hang_ups: int = 0) -> None:
        """A device that is still off."""
        self.address = address
        self.name = name
        self.hang_ups = hang_ups
        self.connections = 0
        self.connection: Connection | None = None
        self.disconnected = asyncio.Event()
        self._radio = radio
        self._rssi = rssi
        self._device: Device | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._dropping: set[asyncio.Task[None]] = set()
        radio.peripherals.append(self)

    @property
    def device(self) -> Device:
        """The bumble device, once it was switched on."""
        if self._device is None:
            raise RuntimeError("switch the device on first: advertise()")
        return self._device

    def services(self) -> list[Service]:
        """Its GATT services."""
        return []

    def service_data(self) -> dict[str, bytes]:
        """What its advertisements carry, by service."""
        return {}

    async def advertise(self) -> None:
        """Switch it on: seen until it is connected to, and again after."""
        if self._device is None:
            self._device = await self._radio.new_device(self.name, self.address, rssi=self._rssi)
            self._device.add_services(self.services())
            self._device.on("connection", self._on_connection)
        kind = (
            AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE
            if self.connectable
            else AdvertisingType.UNDIRECTED_SCANNABLE
        )
        await self._device.start_advertising(
            advertising_type=kind,
            auto_restart=True,
            advertising_data=self._advertisement(),
            scan_response_data=_structure(0x09, self.name.encode()),
        )

    async def be_quiet(self) -> None:
        """Stop advertising; a connection goes on."""
        await self.device.stop_advertising()

    def drop(self) -> None:
        """End the link in good order."""
        if self.connection is not None:
            self._apart(self.connection.disconnect())

    def lose_link(self) -> None:
        """End the link as walking away does."""
        if self.connection is not None:
            self._radio.lose(self.connection)

    async def close(self) -> None:
        """End what it is still doing."""
        doing = self._tasks | self._dropping
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it while the link lasts."""
        _keep(asyncio.ensure_future(work), self._tasks)

    def _apart(self, work: Coroutine[Any, Any, None]) -> None:
        _keep(asyncio.ensure_future(work), self._dropping)

    def on_connected(self) -> None:
        """What it does on a new connection."""

    def _on_connection(self, connection: Connection) -> None:
        self.connection = connection
        self.disconnected.clear()
        self.connections += 1
        connection.on("disconnection", self._on_disconnection)
        connection.on("pairing_failure", lambda _: self.device.smp_manager.sessions.pop(connection.handle, None))
        if self.hang_ups > 0:
            self.hang_ups -= 1
            self.drop()
        else:
            self.on_connected()

    def _on_disconnection(self, _reason: int) -> None:
        self.connection = None
        self.disconnected.set()
        for task in self._tasks:
            task.cancel()

    def _advertisement(self) -> bytes:
        uuids = b"".join(bytes(UUID(each)) for each in self.advertised)
        listed = _structure(0x03, uuids) if uuids else b""
        data = b"".join(_structure(0x16, bytes(UUID(uuid)) + said) for uuid, said in self.service_data().items())
        return _structure(0x01, b"\x06") + listed + data


class Informing(Peripheral):
    """A device that says what it is, and may ask for a bond; `bonds` False: it refuses every bond."""

    def __init__(
        self,
        radio: Radio,
        address: str,
        name: str,
        *,
        about: About | None = None,
        locked: bool = False,
        bonds: bool = True,
        rssi: int = -60,
        hang_ups: int = 0,
    ) -> None:
        """A device that is still off; `locked`: its values want an encrypted link."""
        super().__init__(radio, address, name, rssi=rssi, hang_ups=hang_ups)
        self.about = about or About()
        self.locked = locked
        self.bonds = bonds

    async def advertise(self) -> None:
        """Switch it on."""
        await super().advertise()
        delegate = PairingDelegate if self.bonds else _Refuses
        self.device.pairing_config_factory = lambda _: pairing_config(delegate)

    async def forget_bonds(self) -> None:
        """Lose every bond, as a meter does when its battery is changed."""
        if self.device.keystore is not None:
            await self.device.keystore.delete_all()

    def information(self) -> Service:
        """Device Information."""
        said = {"2a29": self.about.manufacturer, "2a24": self.about.model, "2a25": self.about.serial}
        texts = {**said, "2a26": self.about.firmware}
        return Service("180A", [Characteristic(uuid, READ, _READABLE, text.encode()) for uuid, text in texts.items()])

    def characteristic(
        self, uuid: str, properties: Characteristic.Properties, value: CharacteristicValue[bytes] | bytes = b""
    ) -> Characteristic[bytes]:
        """A characteristic, with its subscription as protected as its value (in bumble it is not)."""
        if not properties & READ and isinstance(value, bytes):
            value = CharacteristicValue(read=_not_permitted)
        permissions = _READABLE | _WRITEABLE | (_LOCKED if self.locked else 0)
        made = Characteristic(uuid, properties, permissions, value)
        if self.locked and properties & (NOTIFY | INDICATE):
            subscription = self.device.gatt_server.make_descriptor_value(made)
            made.descriptors = [Descriptor("2902", _READABLE | _WRITEABLE | _LOCKED, subscription)]
        return made

    def wants(self, characteristic: Characteristic[bytes], bit: int) -> bool:
        """True if the hub subscribed to it."""
        held = self.device.gatt_server.subscribers.get(self.connection) if self.connection else None
        return bool(held and held.get(characteristic.handle, b"\0")[0] & bit)

    async def notify(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Notify, and let others run."""
        if self.connection is not None:
            await self.device.notify_subscriber(self.connection, characteristic, value)
            await asyncio.sleep(0)

    async def indicate(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Indicate, and wait for the confirmation."""
        if self.connection is not None:
            await self.device.indicate_subscriber(self.connection, characteristic, value)


def _not_permitted(_: Connection) -> bytes:
    """What a real device answers; bumble does not look at READABLE."""
    raise att.ATT_Error(att.ErrorCode.READ_NOT_PERMITTED)


def _structure(kind: int, data: bytes) -> bytes:
    return bytes([len(data) + 1, kind]) + data


def _keep(task: "asyncio.Task[None]", among: "set[asyncio.Task[None]]") -> None:
    among.add(task)
    task.add_done_callback(partial(_done, among))


def _done(among: "set[asyncio.Task[None]]", task: "asyncio.Task[None]") -> None:
    among.discard(task)
    if not task.cancelled():
        task.exception()
