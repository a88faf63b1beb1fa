"""The gateway's own Bluetooth room, in the air of a virtual home instead of the machine's."""

import asyncio
import logging

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.room import Room
from device_adapters.gateway import seam
from device_adapters.gateway.keeper import QueueKeeper
from vigie.lefevre import Lefevres
from vigie.virtual.diary import Diary
from vigie.virtual.household import Household
from vigie.virtual.radio import Radio

ADVERTISING_MS = 100
"""How often devices advertise, as theirs do while somebody uses them."""


class VirtualRoom:
    """What a gateway is given for a room: everything behind bleak's calls is the product's, what is before them not."""

    def __init__(self, keeper: QueueKeeper, home: Lefevres, diary: Diary) -> None:
        """Prepare; nothing is on the air before `run`."""
        logging.getLogger("bumble").setLevel(logging.ERROR)  # it tells of every refusal, which is what devices do
        self._keeper = keeper
        self._home = home
        self._diary = diary
        self._room: Room | None = None

    async def run(self) -> None:
        """Let the home live and the room hear it, until cancelled."""
        async with Radio(ADVERTISING_MS) as radio:
            bluetooth = Bluetooth(client_backend=radio.client_backend, scanner_backend=radio.scanner_backend)
            self._room = Room(self._keeper, bluetooth)
            household = Household(radio, self._home.addresses, self._diary)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._room.run())
                both.create_task(household.live())

    def radio(self) -> seam.Radio:
        """How the room does."""
        return seam.Radio(False, "the virtual radio is starting") if self._room is None else self._room.radio()
