"""The gateway at work: it hears devices, keeps what they say, sends what waits; one part's trouble stops no other."""

import asyncio
import logging
from asyncio import to_thread
from collections.abc import Awaitable, Callable
from datetime import datetime

from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.seam import Radio, Room
from device_adapters.gateway.uplink import Uplink
from hub.faults import named

log = logging.getLogger(__name__)

TURN = 0.5
"""Seconds between looks at what waits, and so the longest a live reading waits for its message."""

LOOK = 5.0
"""Seconds between looks at which devices are paired, and how the radio does."""

TIDY = 6 * 3600.0

SHORTEST_REST, LONGEST_REST = 5.0, 300.0
"""Seconds after which a part that failed is tried again; twice as long each time it fails at once."""


class Gateway:
    """A room that hears, a queue that keeps, an uplink that sends."""

    def __init__(
        self,
        queue: Queue,
        keeper: QueueKeeper,
        uplink: Uplink,
        room: Room,
        now: Callable[[], datetime],
    ) -> None:
        """Put them together; nothing happens before run. The room hands what it hears to that keeper."""
        self._queue = queue
        self._keeper = keeper
        self._uplink = uplink
        self._room = room
        self._now = now
        self._radio: Radio | None = None

    async def run(self) -> None:
        """Work until cancelled; what waits then, waits on the disk."""
        self._uplink.start()
        try:
            async with asyncio.TaskGroup() as parts:
                parts.create_task(_always("the room that hears devices", self._room.run))
                parts.create_task(_always("the line to the hub", self._speak))
                parts.create_task(_always("the look around", self._look_around))
                parts.create_task(_always("the tidying of the queue", self._tidy))
        finally:
            await to_thread(self._uplink.stop)

    async def _speak(self) -> None:
        while True:
            await to_thread(self._uplink.turn, TURN)

    async def _look_around(self) -> None:
        while True:
            await to_thread(self._keeper.look_again)
            radio = self._room.radio()
            if radio != self._radio:
                await to_thread(self._queue.note_radio, radio, self._now())
                self._radio = radio
            await asyncio.sleep(LOOK)

    async def _tidy(self) -> None:
        while True:
            await to_thread(self._queue.tidy, self._now())
            await asyncio.sleep(TIDY)


async def _always(name: str, part: Callable[[], Awaitable[None]]) -> None:
    """Run a part; after a failure again, a little later each time it fails at once. A part that ends is done."""
    rest = SHORTEST_REST
    while True:
        began = asyncio.get_running_loop().time()
        try:
            return await part()
        except Exception as error:  # noqa: BLE001
            log.error("%s met a %s; trying again in %.0f s", name, named(error), rest)  # noqa: TRY400
        await asyncio.sleep(rest)
        lasted = asyncio.get_running_loop().time() - began
        rest = SHORTEST_REST if lasted > LONGEST_REST + rest else min(2 * rest, LONGEST_REST)
