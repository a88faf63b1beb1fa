"""What is on the air: advertisements that carry measurements, and devices that can be connected to.

It scans passively where the machine can, which wakes no device, and actively elsewhere. It goes on whatever happens to
the adapter: one that is taken out is waited for, and one that fell silent is started anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from device_adapters import manufacturer
from device_adapters.adapter import adapters
from device_adapters.ble.bluetooth import FAULTS, Bluetooth, short
from device_adapters.ble.repeats import Repeats
from device_adapters.ble.states import Hearing
from hub.measurements import Channel, RawPayload
from hub.records import normal_address

log = logging.getLogger(__name__)

Mode = Literal["passive", "active"]

MOST_PATTERNS = 16
"""Patterns that the Linux kernel takes in one advertisement monitor (HCI_MAX_ADV_MONITOR_NUM_PATTERNS)."""

_FLAGS = (b"\x06", b"\x05", b"\x04", b"\x02", b"\x1a")
"""The flags that devices which may be found advertise: with them a monitor hears nearly all of them."""

_AT_MOST = 10
"""Seconds that starting or stopping a scan may take; D-Bus calls can be left without an answer."""

_MOST_KNOWN = 4096
"""Payloads and devices of which is remembered what they said last."""

_OUT_OF_RANGE = -127
"""What bleak says on Linux for a device that is not heard now: some other property of it changed."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device on the air with a service that somebody understands; `services` are short UUIDs."""

    device: BLEDevice
    name: str | None
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long, in seconds: until the same bytes count anew, until a silent scan is restarted, between retries."""

    repeats: float = 60
    silence: float = 300
    retry: float = 1
    longest_retry: float = 60


class Scanner:
    """Scans until cancelled: each new payload that somebody understands goes to `heard`, each device that somebody may
    connect to goes to `sighted`."""

    def __init__(
        self,
        bluetooth: Bluetooth,
        heard: Callable[[RawPayload], None],
        sighted: Callable[[Sighting], None],
        waits: Waits | None = None,
    ) -> None:
        """Prepare; `run` does the work."""
        self.hearing = Hearing.STARTING
        self.why: str | None = None
        self._bluetooth = bluetooth
        self._heard = heard
        self._sighted = sighted
        self._waits = waits or Waits()
        self._adverts = tuple(a for a in adapters() if a.channel is Channel.ADVERT)
        self._sources = frozenset(s for a in self._adverts for s in a.sources)
        self._services = frozenset(each.service for each in bluetooth.profiles if each.connected)
        self._repeats = Repeats(self._waits.repeats, most=_MOST_KNOWN)
        self._told: dict[str, Mapping[str, bytes]] = {}
        self._mode: Mode = "passive"
        self._last_heard = 0.0
        self._pauses = 0
        self._pause = asyncio.Event()
        self._resume = asyncio.Event()
        self._resume.set()
        self._stopped = asyncio.Event()
        self._stopped.set()

    async def run(self) -> None:
        """Scan, for ever."""
        retry = self._waits.retry
        while True:
            await self._resume.wait()
            try:
                await self._scan()
                retry = self._waits.retry
            except FAULTS as error:
                self._note(Hearing.NO_ADAPTER, type(error).__name__)
                await asyncio.sleep(retry)
                retry = min(retry * 2, self._waits.longest_retry)

    def again(self, raw: RawPayload) -> None:
        """That payload could not be kept: its next repeat counts as new."""
        if raw.address is not None:
            self._repeats.forget((raw.address, raw.source, raw.payload))

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """No active scan meanwhile: one radio cannot well do both; a passive scan is the controller's own affair."""
        if self._mode == "passive":
            yield
            return
        self._pauses += 1
        self._pause.set()
        self._resume.clear()
        try:
            await self._stopped.wait()
            yield
        finally:
            self._pauses -= 1
            if self._pauses == 0:
                self._pause.clear()
                self._resume.set()

    async def _scan(self) -> None:
        """Scan until asked to pause or until nothing was heard for long; raises one of FAULTS."""
        self._stopped.clear()
        try:
            scanner = await self._started()
            try:
                await self._until_paused_or_silent()
            finally:
                with suppress(*FAULTS):
                    async with asyncio.timeout(_AT_MOST):
                        await scanner.stop()
        finally:
            self._stopped.set()

    async def _started(self) -> BleakScanner:
        """A scan under way, passive if the machine can, and if that was not deaf."""
        if self._mode == "passive":
            try:
                return await self._start("passive")
            except FAULTS as error:
                log.debug("no passive scan here (%s)", type(error).__name__)
        return await self._start("active")

    async def _start(self, mode: Mode) -> BleakScanner:
        bluez: BlueZScannerArgs = {"or_patterns": list(_patterns(self._sources))} if mode == "passive" else {}
        if self._bluetooth.adapter is not None:
            bluez["adapter"] = self._bluetooth.adapter
        scanner = BleakScanner(self._on_advertisement, None, mode, bluez=bluez, backend=self._bluetooth.scanner_backend)
        async with asyncio.timeout(_AT_MOST):
            await scanner.start()
        self._mode = mode
        self._last_heard = asyncio.get_running_loop().time()
        self._note(Hearing(mode))
        return scanner

    async def _until_paused_or_silent(self) -> None:
        clock = asyncio.get_running_loop().time
        began = self._last_heard
        while (left := self._last_heard + self._waits.silence - clock()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._pause.wait()
                self._note(Hearing.PAUSED)
                return
        if self._last_heard == began:
            self._mode = "active"  # some adapters take a passive scan and then hear nothing

    def _on_advertisement(self, device: BLEDevice, said: AdvertisementData) -> None:
        self._last_heard = asyncio.get_running_loop().time()
        address = normal_address(device.address)
        carried = {short(uuid): data for uuid, data in said.service_data.items()}
        for source in carried.keys() & self._sources:
            self._pass_on(address, source, bytes(carried[source]))
        for source, data in self._fresh(address, said.manufacturer_data).items():
            self._pass_on(address, source, data)
        services = tuple(sorted({short(uuid) for uuid in said.service_uuids} & self._services))
        # A scale that says its weighings on the air is listened to, not connected to.
        if services and said.rssi > _OUT_OF_RANGE and not carried.keys() & self._sources:
            self._sighted(Sighting(device, said.local_name or device.name, services))

    def _fresh(self, address: str, companies: Mapping[int, bytes]) -> Mapping[str, bytes]:
        """The manufacturer data that somebody understands and that is said now.

        A scale may count its messages in the company's number, and the machine adds up what it heard under each: among
        several, only what changed is new. Of several at first sight, nobody knows which: an old weighing is among them.
        """
        named = {manufacturer.source(company): bytes(data) for company, data in companies.items()}
        told = {s: data for s, data in named.items() if any(a.claims(Channel.ADVERT, s) for a in self._adverts)}
        if not told:
            return told
        before = self._told.get(address, told)
        if len(self._told) >= _MOST_KNOWN:
            self._told.clear()
        self._told[address] = told
        return told if len(told) == 1 else {s: data for s, data in told.items() if before.get(s) != data}

    def _pass_on(self, address: str, source: str, payload: bytes) -> None:
        if not self._repeats.knows((address, source, payload), self._last_heard):
            self._heard(RawPayload(Channel.ADVERT, source, payload, self._bluetooth.clock(), address))

    def _note(self, hearing: Hearing, why: str | None = None) -> None:
        if hearing is Hearing.NO_ADAPTER and self.hearing is not hearing:
            log.warning("no Bluetooth adapter to scan with (%s); trying again", why)
        if self.hearing is Hearing.NO_ADAPTER and hearing is not self.hearing:
            log.info("scanning again")
        self.hearing, self.why = hearing, why


def _patterns(sources: Iterable[str]) -> list[OrPattern]:
    """What BlueZ must look for to scan passively: the data that is understood, and whoever may be found."""
    wanted = [_pattern(each) for each in sorted(sources)]
    found = [OrPattern(0, AdvertisementDataType.FLAGS, flags) for flags in _FLAGS]
    return [*wanted, *found][:MOST_PATTERNS]


def _pattern(source: str) -> OrPattern:
    if source.startswith(manufacturer.ROOM):
        return OrPattern(0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, manufacturer.beginning(source))
    return OrPattern(0, AdvertisementDataType.SERVICE_DATA_UUID16, bytes.fromhex(source)[::-1])
