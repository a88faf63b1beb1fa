"""What the room needs of the gateway: whose a device is, what was learnt of it, and a safe place for what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from device_adapters.gatt import Memory
from device_adapters.recording import Recording
from hub.errors import Refusal
from hub.measurements import Measurement, RawPayload


@dataclass(frozen=True, slots=True)
class RefusedFrame:
    """A frame that cannot be used, with its bytes (of channel GATT, its characteristic as source), why, and in what."""

    raw: RawPayload
    why: Refusal
    recording: Recording | None = None


class Keeper(Protocol):
    """The gateway's disk, and its list of devices. Addresses come as `normal_address` spells them."""

    def wanted(self, address: str) -> bool:
        """True if the device is the home's: it may be heard and connected to. Quick: asked at every advertisement."""
        ...

    async def memory(self, address: str) -> Memory:
        """What was learnt of the device in earlier visits."""
        ...

    async def hear(self, raw: RawPayload) -> None:
        """Keep what an advertisement says; returns when it is safe."""
        ...

    async def deliver(
        self, address: str, measurements: Sequence[Measurement], refused: Sequence[RefusedFrame], learnt: Memory
    ) -> None:
        """Keep what a device said in a visit, and what was learnt of it by that; returns when all of it is safe."""
        ...
