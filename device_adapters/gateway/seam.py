"""Between a room that hears devices (Bluetooth) and the queue that keeps what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from device_adapters.gatt import Memory
from device_adapters.recording import Recording
from hub.errors import Refusal
from hub.measurements import Measurement, RawPayload


class Unusable(Protocol):
    """Bytes that cannot be used, why, and the connection they came in, if any."""

    @property
    def raw(self) -> RawPayload: ...
    @property
    def why(self) -> Refusal: ...
    @property
    def recording(self) -> Recording | None: ...


@dataclass(frozen=True, slots=True)
class UnusablePayload:
    """See Unusable."""

    raw: RawPayload
    why: Refusal
    recording: Recording | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one device said since the last time: kept as a whole, or not at all.

    `learnt` is what to remember of the device from then on; names not in it keep what they had.
    """

    device: str
    measurements: Sequence[Measurement] = ()
    refused: Sequence[Unusable] = ()
    learnt: Memory = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Radio:
    """How a room does, in its own words: whether it hears, and what came of the last visit to each device."""

    works: bool
    words: str
    visits: Mapping[str, str] = field(default_factory=dict)


class Room(Protocol):
    """Something that hears devices and hands what they say to a Keeper, until it is cancelled."""

    async def run(self) -> None:
        """Hear them."""
        ...

    def radio(self) -> Radio:
        """How it does now."""
        ...
