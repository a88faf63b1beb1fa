"""The seam every channel fits: how one message gets to one address, and which addresses there may be.

A new channel is one file in `alerts/channels/` with a module-level `CHANNEL`; it is found by being there. A channel
sends what it is given: what may be said, and to whom, was settled before.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol
from uuid import UUID

from alerts import channels as folder
from alerts.outward import Outward
from alerts.rule import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one address is told. The same `key` again is the same message again: whoever receives it may drop it.

    `secret` signs it, where the channel signs; `details` are for programs, and empty unless values may be revealed.
    `home` is the recipient's own record, if they have one.
    """

    key: UUID
    address: str
    title: str
    text: str
    level: Level
    url: str
    secret: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    home: UUID | None = None


class Sender(Protocol):
    """A channel at work; used by several threads."""

    def send(self, message: Message) -> None:
        """Returns once the channel has taken the message; raises TryLater, AddressDead."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the operator gave the channels; one whose means are missing is closed.

    `origin`: where browsers find the hub; `smtp`: smtp(s)://user:password@host:port; `vapid`: the push key; `publish`
    a message on a topic, retained or not, which raises BrokerError; `apprise`: URLs by the operator's names for them.
    """

    origin: str = "http://127.0.0.1:8080"
    smtp: str | None = None
    mail_from: str | None = None
    vapid: str | None = None
    outward: Outward = field(default_factory=Outward)
    publish: Callable[[str, bytes, bool], None] | None = None
    home_assistant: bool = False
    apprise: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel: the address as it is kept (`check`; raises AddressRefused), and its sender, None where it is closed.

    `proven`: whoever gives such an address holds it, so it need not be confirmed with a code; `signs`: with a secret
    that is made with the address.
    """

    name: str
    check: Callable[[str, Means], str]
    opened: Callable[[Means], Sender | None]
    proven: bool = False
    signs: bool = False


@cache
def channels() -> Mapping[str, Channel]:
    """Every channel in the folder, by name."""
    return {channel.name: channel for channel in sorted(_load(), key=lambda channel: channel.name)}


def _load() -> Iterator[Channel]:
    for module in iter_modules(folder.__path__, f"{folder.__name__}."):
        loaded = import_module(module.name)
        if not isinstance(getattr(loaded, "CHANNEL", None), Channel):
            raise TypeError(f"{module.name} must name its Channel CHANNEL")
        yield loaded.CHANNEL
