"""How the room does, for who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from device_adapters.ble.strangers import Stranger
from device_adapters.gateway.seam import Radio
from device_adapters.gatt import Identity


class Hearing(StrEnum):
    """How the scan does."""

    STARTING = "starting"
    PASSIVE = "passive"
    ACTIVE = "active"
    PAUSED = "paused"
    NO_ADAPTER = "no adapter"


class Ending(StrEnum):
    """How a visit ended. HUNG_UP is how most scales and many meters say that they are done.

    BOND_LOST: our side of a bond that the device does not know was removed; the next visit pairs anew.
    UNKNOWN: the device has nothing that anybody here understands. FAULT: of ours.
    """

    DONE = "done"
    HUNG_UP = "hung up"
    REFUSED = "refused"
    BOND_LOST = "bond lost"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    FAULT = "fault"

    @property
    def broken_off(self) -> bool:
        """True if another try soon may bring more."""
        return self in (Ending.HUNG_UP, Ending.UNREACHABLE, Ending.BOND_LOST)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a visit: how much was delivered, and why it ended; no values."""

    ending: Ending
    identity: Identity
    profile: str | None = None
    measurements: int = 0
    refused: int = 0
    why: str | None = None

    @property
    def words(self) -> str:
        """The outcome in a few words."""
        heard = f"{self.ending}, {self.measurements} measurements"
        return heard if self.why is None else f"{heard}: {self.why}"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One of the home's devices that connect: when it was last seen or visited, and what came of its last visit."""

    address: str
    name: str | None
    since: datetime
    visiting: bool = False
    last: Outcome | None = None


@dataclass(frozen=True, slots=True)
class RoomState:
    """The scan, the home's devices that connect, and the strangers on the air."""

    hearing: Hearing
    why: str | None
    devices: tuple[DeviceState, ...]
    strangers: tuple[Stranger, ...]

    def radio(self) -> Radio:
        """The same, as the gateway tells it."""
        works = self.hearing not in (Hearing.STARTING, Hearing.NO_ADAPTER)
        words = _WORDS[self.hearing] if self.why is None else f"{_WORDS[self.hearing]} ({self.why})"
        return Radio(works, words, dict(_visits(self.devices)))


_WORDS = {
    Hearing.STARTING: "the Bluetooth scan is starting",
    Hearing.PASSIVE: "listens, passively",
    Hearing.ACTIVE: "listens",
    Hearing.PAUSED: "listens",
    Hearing.NO_ADAPTER: "no Bluetooth adapter; plug one in, or see that bluetoothd runs",
}


def _visits(devices: Iterable[DeviceState]) -> Iterable[tuple[str, str]]:
    for device in devices:
        if device.visiting:
            yield device.address, "is being visited"
        elif device.last is not None:
            yield device.address, device.last.words
