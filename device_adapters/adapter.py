"""The seam every device and message shape fits: which payloads it claims, and what they say.

A new device is one file in `device_adapters/devices/` with a module-level `ADAPTER`; it is found by being there.
Decoding is pure: no clock, no network, no database. Same payload, same measurements.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from device_adapters import devices
from hub.errors import BindKeyMissing, DecodeError, TooLarge
from hub.measurements import Channel, Decoded, Measurement, RawPayload

Decoder = Callable[[RawPayload], Decoded]

Keys = Mapping[str, bytes]
"""Bind keys of encrypted devices, by address. They come from the settings and never travel with a payload."""

NO_KEYS: Keys = MappingProxyType({})

MOST_BYTES = 512 * 1024
"""Longest payload anything decodes; a week of one-minute readings in one message is shorter."""

DEEPEST_WRAPPING = 2
"""How many envelopes deep a payload may lie in another (a broker message around an advertisement is one)."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One device or message shape.

    `sources` are what it claims on its channel: MQTT topic filters (`+`, `#`), an HTTP route, or service UUIDs.
    `about` is one line for the documentation: what it is, and what its quirk is. `unlock`, where the device may
    encrypt, gives the decoder that holds a key; `decode` is then the one without, and raises BindKeyMissing.
    """

    name: str
    about: str
    channel: Channel
    sources: tuple[str, ...]
    decode: Decoder
    unlock: Callable[[bytes], Decoder] | None = None

    def decoder(self, address: str | None, keys: Keys) -> Decoder:
        """The decoder for the device at that address: with its key, if there is one."""
        key = keys.get(address or "")
        return self.decode if self.unlock is None or key is None else self.unlock(key)

    def claims(self, channel: Channel, source: str) -> bool:
        """True if payloads of that channel and source are this adapter's."""
        return channel is self.channel and any(_pattern(s).fullmatch(source) for s in self.sources)


def adapters() -> tuple[Adapter, ...]:
    """Every adapter in the devices folder, by name."""
    return tuple(sorted(_found(), key=lambda adapter: adapter.name))


@lru_cache(maxsize=4096)
def adapter_for(channel: Channel, source: str) -> Adapter:
    """The one adapter that claims this source; raises DecodeError when none does."""
    for adapter in adapters():
        if adapter.claims(channel, source):
            return adapter
    raise DecodeError(f"no adapter understands {channel} from {source[:120]!r}")


def topic_filters() -> tuple[str, ...]:
    """The MQTT topics to subscribe to so that every adapter hears its own."""
    return tuple(s for adapter in adapters() if adapter.channel is Channel.MQTT for s in adapter.sources)


def decode(raw: RawPayload, keys: Keys = NO_KEYS) -> Decoded:
    """What the payload says, envelopes opened; raises DecodeError. Parts that are wrong come back as `refused`."""
    if len(raw.payload) > MOST_BYTES:
        raise TooLarge(f"longer than {MOST_BYTES // 1024} KiB; send several messages")
    return _open(raw, keys, DEEPEST_WRAPPING)


def _open(raw: RawPayload, keys: Keys, depth: int) -> Decoded:
    outer = adapter_for(raw.channel, raw.source).decoder(raw.address, keys)(raw)
    if not outer.inner:
        return outer
    if depth == 0:
        raise DecodeError("payloads are wrapped in one another too deeply")
    opened = [_inner(inner, keys, depth - 1) for inner in outer.inner]
    measurements: tuple[Measurement, ...] = sum((d.measurements for d in opened), outer.measurements)
    return Decoded(measurements, sum((d.refused for d in opened), outer.refused), sequence=outer.sequence)


def _inner(raw: RawPayload, keys: Keys, depth: int) -> Decoded:
    """What a gateway passes on: also encrypted beacons of the whole street, which say nothing unless we hold a key."""
    try:
        return _open(raw, keys, depth)
    except BindKeyMissing:
        if raw.address in keys:
            raise
        return Decoded()


@cache
def _found() -> tuple[Adapter, ...]:
    return tuple(_load())


def _load() -> Iterator[Adapter]:
    for module in iter_modules(devices.__path__, f"{devices.__name__}."):
        loaded = import_module(module.name)
        if not hasattr(loaded, "ADAPTER") and not hasattr(loaded, "PROFILE"):
            raise TypeError(f"{module.name} must name its Adapter ADAPTER, or its Profile PROFILE (see gatt)")
        if hasattr(loaded, "ADAPTER"):
            yield loaded.ADAPTER


@cache
def _pattern(topic_filter: str) -> re.Pattern[str]:
    """An MQTT topic filter as a regular expression: `+` is one level, `#` the rest."""
    levels = ["[^/]+" if level == "+" else re.escape(level) for level in topic_filter.split("/")]
    if topic_filter.endswith("#"):
        return re.compile("/".join(levels[:-1]) + "(/.*)?", re.DOTALL)
    return re.compile("/".join(levels))
