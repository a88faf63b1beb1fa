"""The devices of a virtual home and their days: one is worn, one pricked for, two stepped on, and links get lost.

They are used more often than in life, so that a demo of minutes shows something; what they measure is as in life.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from vigie.lefevre import PARIS, Thing
from vigie.virtual import payloads
from vigie.virtual.body_scale import BodyScale
from vigie.virtual.diary import SESSION, Diary
from vigie.virtual.peripheral import Peripheral
from vigie.virtual.peripherals import GlucoseMeter, GlucoseSensor, Trouble, WeightScale
from vigie.virtual.radio import Radio

AWAKE = 15.0
"""Seconds that a meter or scale stays on when it was used."""

PRICKS, WEIGHINGS, WALKS = 300.0, 600.0, 700.0
"""Seconds from one to the next: a finger pricked, somebody on a scale, the sensor's wearer out of range."""

_LOST_AFTER = 60
"""Records after which the meter's first transfer loses its link; later every third does at once."""

_USER = 1
_MINUTE = timedelta(minutes=1)


class Household:
    """A sensor, a meter, a scale that connects and one that only advertises, with what they remember."""

    def __init__(self, radio: Radio, addresses: Mapping[Thing, str], diary: Diary) -> None:
        """The devices, all still off."""
        self._diary = diary
        self._worn_since = diary.session(_now())
        self._sensor = GlucoseSensor(radio, addresses[Thing.SENSOR], "Virtual CGM", self._worn_since)
        trouble = Trouble(drops=[_LOST_AFTER], walking=True)
        self._meter = GlucoseMeter(radio, addresses[Thing.METER], "Virtual meter", trouble=trouble)
        self._scale = WeightScale(radio, addresses[Thing.SCALE], "Virtual scale")
        self._shared_scale = BodyScale(radio, addresses[Thing.SHARED_SCALE], "MIBFS")

    async def live(self) -> None:
        """Let their days pass, until cancelled."""
        async with asyncio.TaskGroup() as lives:
            for life in (self._wear, self._walk_about, self._prick, self._step_on, self._step_on_the_shared_one):
                lives.create_task(life())

    async def _wear(self) -> None:
        """The sensor measures along its trace until it is worn out; what it measured before, it remembers."""
        since = self._worn_since
        while (now := _now()) < self._worn_since + SESSION:
            for at, mg_dl in self._diary.sensed(since, now):
                await self._sensor.measure((at - self._worn_since) // _MINUTE, mg_dl)
            if since == self._worn_since:
                await self._sensor.advertise()
            since = now
            await asyncio.sleep(1)
        await _off(self._sensor)

    async def _walk_about(self) -> None:
        while True:
            await asyncio.sleep(WALKS)
            self._sensor.lose_link()

    async def _prick(self) -> None:
        for at, mg_dl in self._diary.remembered():
            self._meter.measure(_shown(at), mg_dl)
        for time in count(1):
            measured = self._diary.prick(_now())
            if measured is not None:
                self._meter.measure(_shown(measured[0]), measured[1])
            if time % 3 == 0:
                self._meter.trouble.drops.append(0)
            await _awake(self._meter)
            await asyncio.sleep(PRICKS - AWAKE)

    async def _step_on(self) -> None:
        """Each time the home begins, the scale tells all it remembers; what comes twice is the gateway's to know."""
        for at, kg in self._diary.weighings(0, _now()):
            self._scale.weigh(payloads.weight(kg, _shown(at), _USER))
        while True:
            if weighings := self._diary.weighings(0, now := _now()):
                self._scale.weigh(payloads.weight(weighings[-1][1], _shown(now), _USER))
            await _awake(self._scale)
            await asyncio.sleep(WEIGHINGS - AWAKE)

    async def _step_on_the_shared_one(self) -> None:
        for time in count():
            if weighings := self._diary.weighings(time % 2, now := _now()):
                await self._shared_scale.step_on(weighings[-1][1], _shown(now))
            await asyncio.sleep(WEIGHINGS / 2)


def _now() -> datetime:
    return datetime.now(UTC)


def _shown(at: datetime) -> datetime:
    """A time as a clock in the home shows it."""
    return at.astimezone(PARIS).replace(tzinfo=None, microsecond=0)


async def _awake(device: Peripheral) -> None:
    await device.advertise()
    await asyncio.sleep(AWAKE)
    await _off(device)


async def _off(device: Peripheral) -> None:
    """End the link first: bumble advertises again when one ends."""
    if device.connection is not None:
        device.drop()
        await device.disconnected.wait()
        await asyncio.sleep(0.1)
    await device.be_quiet()
