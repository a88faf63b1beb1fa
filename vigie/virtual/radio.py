"""The air of one virtual home, and the hub's Bluetooth adapter in it.

Everything runs in one asyncio loop, the loop the Radio was entered in: no thread, no socket, no D-Bus.
"""

import asyncio
import secrets
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bumble import hci, pairing
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.transport.common import AsyncPipeSink

from vigie.virtual.controllers import RadioController, RadioHost, RadioLink

if TYPE_CHECKING:
    from vigie.virtual.client import VirtualClient
    from vigie.virtual.peripheral import Peripheral
    from vigie.virtual.scanner import VirtualScanner

_CENTRAL = "C4:00:00:00:00:01"
SUPERVISION_TIMEOUT = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR


class Radio:
    """One home's air: `async with Radio() as radio`, then peripherals are switched on in it.

    `client_backend` and `scanner_backend` are what bleak is given as `backend=` to use this air.
    """

    client_backend: type[BaseBleakClient]
    scanner_backend: type[BaseBleakScanner]
    adapter: Device

    def __init__(self, advertising_ms: int = 20) -> None:
        """Prepare; nothing runs before the Radio is entered. Devices advertise that often (20: the least there is)."""
        self._advertising_ms = advertising_ms
        self.plugged = True
        self.scanners: set[VirtualScanner] = set()
        self.clients: set[VirtualClient] = set()
        self.peripherals: list[Peripheral] = []
        self.connecting = asyncio.Lock()
        self._scan_changes = asyncio.Lock()
        self._link = RadioLink()
        self._devices: list[Device] = []

    async def __aenter__(self) -> Self:
        """Switch the hub's adapter on."""
        from vigie.virtual.backend import backends_of

        self.client_backend, self.scanner_backend = backends_of(self)
        self.adapter = await self.new_device("Vigie", _CENTRAL)
        self.adapter.pairing_config_factory = lambda _: pairing_config(pairing.PairingDelegate)
        self.adapter.on("advertisement", self._on_advertisement)
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Switch everything off; nothing is left running."""
        for client in list(self.clients):
            await client.disconnect()
        self.scanners.clear()
        for peripheral in self.peripherals:
            await peripheral.close()
        for controller in self._link.controllers:
            for advertising in controller.advertising_sets.values():
                advertising.stop()
        for device in self._devices:
            await device.power_off()
        await asyncio.sleep(0)

    async def new_device(self, name: str, address: str, *, rssi: int = -60) -> Device:
        """A device of bumble's with a radio of its own, switched on."""
        controller = RadioController(name, link=self._link)
        controller.rssi = rssi
        configuration = DeviceConfiguration(
            name=name,
            address=hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS),
            advertising_interval_min=self._advertising_ms,
            advertising_interval_max=self._advertising_ms,
            irk=secrets.token_bytes(16),
            identity_address_type=hci.Address.RANDOM_DEVICE_ADDRESS,
        )
        device = Device(config=configuration, host=RadioHost(controller, AsyncPipeSink(controller)))
        await device.power_on()
        self._devices.append(device)
        return device

    async def rescan(self) -> None:
        """Scan as the scanners there are now want it: actively if any does."""
        async with self._scan_changes:
            if self.adapter.scanning:
                await self.adapter.stop_scanning()
            if self.scanners:
                await self.adapter.start_scanning(active=any(scanner.active for scanner in self.scanners))

    async def unplug(self) -> None:
        """Pull the hub's adapter out: connections end, scans hear nothing more and new ones fail."""
        self.plugged = False
        self.scanners.clear()
        await self.rescan()
        with suppress(hci.HCI_Error):
            await self.adapter.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        for connection in list(self.adapter.connections.values()):
            self.lose(connection)

    def plug(self) -> None:
        """Put it back; what was scanning before stays deaf, as with real ones."""
        self.plugged = True

    def lose(self, connection: Connection) -> None:
        """End a connection at both ends without a word, as walking away does (supervision timeout, 0x08)."""
        ends = {str(connection.self_address), str(connection.peer_address)}
        for controller in self._link.controllers:
            for each in list(controller.le_connections.values()):
                if {str(each.self_address), str(each.peer_address)} == ends:
                    controller.on_le_disconnected(each, SUPERVISION_TIMEOUT)

    async def withdraw(self, reaching: asyncio.Future[Connection]) -> None:
        """Take a connection request back; bumble must not be cancelled in it, or a connection just made is orphaned."""
        with suppress(hci.HCI_Error):
            await self.adapter.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        await asyncio.wait({reaching}, timeout=1)
        reaching.cancel()
        if not reaching.cancelled() and reaching.exception() is None:
            await reaching.result().disconnect()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for scanner in list(self.scanners):
            scanner.hear(advertisement)


def pairing_config(delegate: type[pairing.PairingDelegate]) -> pairing.PairingConfig:
    """Just Works with a bond; no identity keys, since nobody here changes address."""
    keys = pairing.PairingDelegate.KeyDistribution.DISTRIBUTE_ENCRYPTION_KEY
    return pairing.PairingConfig(
        sc=True,
        mitm=False,
        bonding=True,
        delegate=delegate(local_initiator_key_distribution=keys, local_responder_key_distribution=keys),
        identity_address_type=pairing.PairingConfig.AddressType.RANDOM,
    )
