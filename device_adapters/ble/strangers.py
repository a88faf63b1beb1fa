"""Devices on the air that are not the home's: noted, and said once."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)

MOST = 256
"""How many are remembered; phones change their address all day."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Who was on the air, and since when; the name may be a person's: shown to who asks, never logged."""

    address: str
    name: str | None
    since: datetime


class Strangers:
    """Those heard lately."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._noted: OrderedDict[str, Stranger] = OrderedDict()

    def note(self, address: str, name: str | None, now: datetime) -> None:
        """It was heard."""
        if address in self._noted:
            self._noted.move_to_end(address)
            return
        self._noted[address] = Stranger(address, name, now)
        log.info("%s is on the air and not paired with this gateway; pair it to have it heard", address)
        if len(self._noted) > MOST:
            self._noted.popitem(last=False)

    def welcome(self, address: str) -> None:
        """It is the home's now."""
        self._noted.pop(address, None)

    def all(self) -> tuple[Stranger, ...]:
        """Those noted, the one heard last at the end."""
        return tuple(self._noted.values())
