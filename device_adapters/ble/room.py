"""The room: hears what is advertised, and visits the home's own devices when they come on the air.

Whose they are is the keeper's to say. Strangers are noted once, never connected to, and what they say is dropped.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.keeper import Keeper
from device_adapters.ble.pace import Pace, Rests
from device_adapters.ble.scanner import Scanner, Sighting, Waits
from device_adapters.ble.states import DeviceState, Ending, Outcome, RoomState
from device_adapters.ble.strangers import Strangers
from device_adapters.ble.visit import visit
from device_adapters.gateway.seam import Radio
from hub.errors import VigieError
from hub.faults import named
from hub.measurements import RawPayload
from hub.records import normal_address

log = logging.getLogger(__name__)

MOST_WAITING = 1000
"""Advertisements that may wait for the disk."""

_TRIES, _BETWEEN_TRIES = 3, 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How the room goes about it: `links` at once (adapters carry five to seven, and others may need some)."""

    waits: Waits = field(default_factory=Waits)
    rests: Rests = field(default_factory=Rests)
    links: int = 3


@dataclass(slots=True)
class _Known:
    state: DeviceState
    pace: Pace
    may_unpair: bool = True


class Room:
    """One Bluetooth adapter's room."""

    def __init__(self, keeper: Keeper, bluetooth: Bluetooth | None = None, habits: Habits | None = None) -> None:
        """Prepare; nothing happens before `run`."""
        self._keeper = keeper
        self._bluetooth = bluetooth or Bluetooth()
        self._habits = habits or Habits()
        self._scanner = Scanner(self._bluetooth, self._heard, self._sighted, self._habits.waits)
        self._waiting: asyncio.Queue[RawPayload] = asyncio.Queue(MOST_WAITING)
        self._connect_lock = asyncio.Lock()
        self._known: dict[str, _Known] = {}
        self._strangers = Strangers()
        self._visits: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Hear and visit until cancelled; then links are closed, and what was gathered is delivered."""
        try:
            async with asyncio.TaskGroup() as parts:
                parts.create_task(self._pass_on())
                parts.create_task(self._scanner.run())
        finally:
            await self._leave()

    async def _leave(self) -> None:
        """Break off the visits; no new one can begin, since the scan has stopped."""
        for task in self._visits:
            task.cancel()
        while self._visits:
            await asyncio.wait(self._visits)
        for known in self._known.values():
            known.state = replace(known.state, visiting=False)

    def states(self) -> RoomState:
        """How it does now."""
        devices = tuple(known.state for known in self._known.values())
        return RoomState(self._scanner.hearing, self._scanner.why, devices, self._strangers.all())

    def radio(self) -> Radio:
        """How it does now, as the gateway tells it."""
        return self.states().radio()

    def _ours(self, address: str, name: str | None) -> bool:
        if self._keeper.wanted(address):
            self._strangers.welcome(address)
            return True
        self._strangers.note(address, name, self._bluetooth.clock())
        return False

    def _heard(self, raw: RawPayload) -> None:
        if not self._ours(raw.address or "", None):
            self._scanner.again(raw)
            return
        try:
            self._waiting.put_nowait(raw)
        except asyncio.QueueFull:
            log.warning("too many advertisements wait for the disk; one is left for its next repeat")
            self._scanner.again(raw)

    async def _pass_on(self) -> None:
        while True:
            raw = await self._waiting.get()
            if not await self._kept(raw):
                self._scanner.again(raw)

    async def _kept(self, raw: RawPayload) -> bool:
        """True once it is safe; after several tries False: it must be heard again."""
        for _ in range(_TRIES):
            try:
                await self._keeper.hear(raw)
            except VigieError as why:
                log.warning("what %s advertised could not be kept: %s", raw.address, why)
            except Exception as error:  # noqa: BLE001
                log.error("what %s advertised could not be kept: %s", raw.address, named(error))  # noqa: TRY400
            else:
                return True
            await asyncio.sleep(_BETWEEN_TRIES)
        return False

    def _sighted(self, sighting: Sighting) -> None:
        address = normal_address(sighting.device.address)
        if not self._ours(address, sighting.name):
            return
        now = asyncio.get_running_loop().time()
        known = self._known.get(address)
        if known is None:
            state = DeviceState(address, sighting.name, self._bluetooth.clock())
            known = self._known[address] = _Known(state, Pace(self._habits.rests))
        if known.state.visiting:
            return
        known.state = replace(known.state, name=sighting.name or known.state.name, since=self._bluetooth.clock())
        known.pace.seen(now)
        links = sum(each.state.visiting for each in self._known.values())
        if links < self._habits.links and known.pace.ready(now):
            known.state = replace(known.state, visiting=True)
            task = asyncio.get_running_loop().create_task(self._visit(sighting, known))
            self._visits.add(task)
            task.add_done_callback(self._visits.discard)

    async def _visit(self, sighting: Sighting, known: _Known) -> None:
        address, outcome = known.state.address, None
        try:
            outcome = await visit(
                sighting.device,
                await self._keeper.memory(address),
                partial(self._keeper.deliver, address),
                self._bluetooth,
                connecting=self._connecting,
                may_unpair=known.may_unpair,
            )
        except VigieError as why:
            log.warning("a visit to %s was broken off, the device is asked again: %s", address, why)
        except Exception as error:  # noqa: BLE001
            log.error("a visit to %s was broken off, the device is asked again: %s", address, named(error))  # noqa: TRY400
        finally:
            self._after(known, outcome)

    def _after(self, known: _Known, outcome: Outcome | None) -> None:
        ending = outcome.ending if outcome else Ending.FAULT
        heard = bool(outcome and outcome.measurements)
        anew = ending is Ending.BOND_LOST
        now = asyncio.get_running_loop().time()
        known.pace.visited(now, fruitful=heard or anew, finished=not ending.broken_off)
        known.may_unpair = not anew and (known.may_unpair or heard or ending is Ending.DONE)
        last = outcome or known.state.last
        known.state = replace(known.state, visiting=False, last=last, since=self._bluetooth.clock())
        log.debug("visited %s: %s", known.state.address, ending)

    @asynccontextmanager
    async def _connecting(self) -> AsyncIterator[None]:
        """One at a time, and no active scan meanwhile."""
        async with self._connect_lock, self._scanner.paused():
            yield
