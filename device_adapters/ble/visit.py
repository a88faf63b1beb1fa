"""One connection from beginning to end: who the device is, which profile it has, its conversation, what it said.

What is gathered is delivered in batches, in order, and a batch carries what was learnt up to it. The device is told
nothing more (no write, no goodbye) before the delivery returned, since that may be what makes it forget. However the
link ends, what came before is delivered and the visit has a normal outcome.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace

from bleak.backends.device import BLEDevice

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.exchange import Deliver, Exchange, OurFault
from device_adapters.ble.link import BondWanted, Link, LinkLost, PairingRefused, Unreachable, connect
from device_adapters.ble.link import forget_bond as forget_bond_of
from device_adapters.ble.states import Ending, Outcome
from device_adapters.gatt import Identity, Memory, choose
from hub.errors import StepRefused
from hub.records import normal_address

Connecting = Callable[[], AbstractAsyncContextManager[None]]
"""What surrounds connecting, where others must wait or the scan must pause."""


async def visit(
    device: BLEDevice,
    memory: Memory,
    deliver: Deliver,
    bluetooth: Bluetooth,
    *,
    connecting: Connecting = nullcontext,
    may_unpair: bool = True,
) -> Outcome:
    """Connect, listen to all the device has to say, and disconnect; raises what `deliver` raises."""
    identity = Identity(normal_address(device.address), device.name)
    try:
        async with connecting():
            link = await connect(device, bluetooth)
    except Unreachable as why:
        return Outcome(Ending.UNREACHABLE, identity, why=str(why))
    except BondWanted:
        if may_unpair:
            await forget_bond_of(device, bluetooth)
        return _bond_lost(identity, unpaired=may_unpair)
    try:
        return await _Visit(link, identity, memory, deliver, bluetooth).run(may_unpair=may_unpair)
    finally:
        await link.close()


def _bond_lost(identity: Identity, *, unpaired: bool) -> Outcome:
    if unpaired:
        return Outcome(Ending.BOND_LOST, identity, why="the device does not know our bond; pairing anew")
    return Outcome(Ending.REFUSED, identity, why="the device does not accept our bond; pair it by hand")


class _Visit:
    """A visit once connected."""

    def __init__(self, link: Link, identity: Identity, memory: Memory, deliver: Deliver, bluetooth: Bluetooth) -> None:
        self._link = link
        self._memory = memory
        self._bluetooth = bluetooth
        self._deliver = deliver
        self._outcome = Outcome(Ending.DONE, identity)
        self._exchange: Exchange | None = None

    async def run(self, *, may_unpair: bool) -> Outcome:
        """Talk; whatever ends it, what was gathered is delivered."""
        try:
            ending, why = await self._talk(), None
        except LinkLost as error:
            ending, why = Ending.HUNG_UP, str(error)
        except (StepRefused, PairingRefused) as error:
            ending, why = Ending.REFUSED, str(error)
        except BondWanted:
            lost = _bond_lost(self._outcome.identity, unpaired=may_unpair)
            ending, why = lost.ending, lost.why
        finally:
            if self._exchange is not None:
                await self._exchange.finish()
        if ending is Ending.BOND_LOST:
            await self._link.forget_bond()
        gathered = self._exchange
        return replace(
            self._outcome,
            ending=ending,
            why=why,
            measurements=gathered.measurements if gathered else 0,
            refused=gathered.refused if gathered else 0,
        )

    async def _talk(self) -> Ending:
        identity = await self._ask_who()
        self._outcome = replace(self._outcome, identity=identity)
        profile = choose(self._bluetooth.profiles, self._link.services, identity)
        if profile is None:
            return Ending.UNKNOWN
        self._outcome = replace(self._outcome, profile=profile.name)
        self._link.prefer(profile.service)
        self._exchange = exchange = Exchange(self._link, profile, identity, self._deliver, self._bluetooth)
        conversation = profile.converse(identity, self._memory, self._bluetooth.clock())
        try:
            await exchange.converse(conversation)
        except OurFault:
            return Ending.FAULT
        return Ending.HUNG_UP if exchange.cut_short else Ending.DONE

    async def _ask_who(self) -> Identity:
        """Device Information (0x180A), where the device has it."""
        identity = self._outcome.identity
        return Identity(
            identity.address,
            identity.name,
            manufacturer=_text(await self._link.read("2a29")),
            model=_text(await self._link.read("2a24")),
            serial=_text(await self._link.read("2a25")),
            firmware=_text(await self._link.read("2a26")),
        )


def _text(value: bytes | None) -> str | None:
    """A Device Information string; some are padded with zeros."""
    return None if value is None else value.decode(errors="replace").strip("\0 ") or None
