"""The seam of connected Bluetooth devices: a session that is fed frames, and a conversation that says what to ask.

Both are pure. A session is opened when a device connects and fed every notification in order, because a value may need
an earlier frame (a sensor's sample is an offset from its session's start). A conversation is a generator of steps: the
Bluetooth room carries each out and sends back what came of it, or throws StepRefused; who does not catch that ends the
visit. Frames that arrive meanwhile go to the session, which is also told what is asked of the device.
"""

from abc import abstractmethod
from collections.abc import Callable, Container, Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from device_adapters import devices
from hub.errors import StepRefused
from hub.measurements import Decoded

Memory = Mapping[str, int]
"""What was learnt of a device in earlier connections, such as the last record read; kept by the gateway."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself: its address, the name it advertises, and its Device Information (180A)."""

    address: str
    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One value read, notified or indicated; `characteristic` is its UUID, short (`2a18`) where the SIG assigned it."""

    characteristic: str
    payload: bytes
    received_at: datetime


class Session(Protocol):
    """One connection's decoder; what reads, notifications and indications give is fed to it in the order it came.

    Who inherits from it learns nothing and holds nothing back, unless it says otherwise.
    """

    @abstractmethod
    def feed(self, frame: Frame) -> Decoded:
        """What the frame says, with the frames before it; raises DecodeError."""
        ...

    def asked(self, characteristic: str, payload: bytes) -> None:
        """The device is about to be written that; what comes from now on may be its answer."""
        return  # so that it is no abstract method

    def learnt(self) -> Memory:
        """What to remember for the next connection, once the measurements so far are safe."""
        return {}

    def close(self) -> Decoded:
        """The link has ended: what was held back for a frame that will not come any more. Called once, at the end."""
        return Decoded()


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; sends back its value, or None where the device has none."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for notifications or indications; sends back None, throws StepRefused."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write a characteristic, with response; sends back None, throws StepRefused."""

    characteristic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for a frame for which `done` is true (sent back), for silence of `idle` or the end of the link (None)."""

    done: Callable[[Frame], bool]
    idle: timedelta


Step = Read | Subscribe | Write | Listen
Conversation = Generator[Step, bytes | Frame | None, None]


def attempt(step: Subscribe | Write) -> Conversation:
    """A step without which the rest is as good: refused, the conversation goes on."""
    with suppress(StepRefused):
        yield step


def say_nothing(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
    """The conversation of a device that only needs to be heard by others."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of connected device is understood: by its service, and by model where a model strays from it.

    `models` are fragments of a device's model or advertised name that this profile serves; empty: any device with the
    service. A profile with a matching model comes before one without. One that is not to be `connected` only decodes:
    its advertisements say as much, or connecting would take it away from the phone that its person relies on.
    """

    name: str
    about: str
    service: str
    characteristics: tuple[str, ...]
    open: Callable[[Identity], Session]
    converse: Callable[[Identity, Memory, datetime], Conversation] = say_nothing
    models: tuple[str, ...] = field(default=())
    connected: bool = True

    def serves(self, identity: Identity) -> bool:
        """True if this profile is for that device, given that it has the service."""
        names = [name.lower() for name in (identity.model, identity.name) if name]
        return not self.models or any(model.lower() in name for model in self.models for name in names)


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile in the devices folder (module-level `PROFILE`), those for given models first, then by name."""
    modules = [import_module(found.name) for found in iter_modules(devices.__path__, f"{devices.__name__}.")]
    found: list[Profile] = [module.PROFILE for module in modules if hasattr(module, "PROFILE")]
    return tuple(sorted(found, key=_rank))


def _rank(profile: Profile) -> tuple[bool, str]:
    return not profile.models, profile.name


def choose(among: Iterable[Profile], services: Container[str], identity: Identity) -> Profile | None:
    """The profile to connect a device of these services with; None if nobody understands it, or if nobody should.

    Of those that fit, one for its model decides before any other, then the first by name, in whatever order they or the
    services came. One that is not to be connected decides too: a more general one would read its frames by a layout
    that is not theirs.
    """
    fitting = (profile for profile in among if profile.service in services and profile.serves(identity))
    first = min(fitting, key=_rank, default=None)
    return first if first is not None and first.connected else None


def profile_for(service: str, identity: Identity) -> Profile | None:
    """The profile that `choose` gives a device of that one service."""
    return choose(profiles(), (service,), identity)


def candidates(characteristic: str, service: str | None) -> tuple[Profile, ...]:
    """The profiles that hear a characteristic; a model may have it in another service than the one it is known by."""
    return tuple(
        p for p in profiles() if characteristic in p.characteristics and (p.models or service in (None, p.service))
    )
