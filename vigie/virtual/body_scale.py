"""A body composition scale that only advertises, somebody on it in socks: it finds a weight and no impedance."""

import asyncio
from datetime import datetime
from decimal import Decimal

from vigie.virtual import payloads
from vigie.virtual.peripherals import BeaconScale

_SETTLING, _STANDING, _AFTER = 0.5, 1.0, 8.0
"""Seconds that the number moves, that it stands, and that it stays on the air once nobody is on the scale."""


class BodyScale(BeaconScale):
    """Mi Body Composition Scale (service data 0x181B)."""

    def service_data(self) -> dict[str, bytes]:
        """The last weighing."""
        return {} if self._said is None else {"181b": self._said}

    async def weigh(self, kg: Decimal, at: datetime, *, stable: bool = True, removed: bool = False) -> None:
        """Put that on the air."""
        await self.say(payloads.mi_body_scale(kg, at, stable=stable, removed=removed))

    async def step_on(self, kg: Decimal, at: datetime) -> None:
        """Somebody steps on at that time of the scale's clock, and off; then the scale sleeps."""
        await self.weigh(kg - 1, at, stable=False)
        await asyncio.sleep(_SETTLING)
        await self.weigh(kg, at)
        await asyncio.sleep(_STANDING)
        await self.weigh(kg, at, removed=True)
        await asyncio.sleep(_AFTER)
        await self.be_quiet()
