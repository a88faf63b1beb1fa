"""`python -m fuzz`: any bytes through every adapter and profile give measurements or a Refusal.

Options are libFuzzer's. The first byte chooses the decoder, the second the characteristic, the third the length of its
frame, and so on to the end. What fails is written to a file `crash-…`; `python -m fuzz crash-…` tries it again.
"""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import atheris

with atheris.instrument_imports(include=["device_adapters", "hub"]):
    from device_adapters.adapter import Adapter, adapters, decode
    from device_adapters.described import DESCRIBED, describe
    from device_adapters.gatt import Frame, Identity, Profile, profiles
    from hub.errors import DecodeError, Refusal
    from hub.measurements import Decoded, RawPayload

    ADAPTERS, PROFILES = adapters(), profiles()  # found, and so imported, here: what is imported later is not guided

NOW = datetime(2026, 8, 1, 8, tzinfo=UTC)
_ASKED = 224
ADDRESS = "C4:2E:0B:9A:11:05"
Target = Callable[[bytes], None]


def session(profile: Profile) -> Target:
    """A connection: each frame is a characteristic, a length, and that many bytes; some are asked, and not heard."""

    def target(data: bytes) -> None:
        heard = profile.open(Identity(ADDRESS))
        for choice, payload in frames(data):
            characteristic = profile.characteristics[choice % len(profile.characteristics)]
            if choice >= _ASKED:
                heard.asked(characteristic, payload)
                continue
            with suppress(DecodeError):
                check(heard.feed(Frame(characteristic, payload, NOW)))
            heard.learnt()
        check(heard.close())

    return target


def message(adapter: Adapter) -> Target:
    """A payload on one of the adapter's sources."""

    def target(data: bytes) -> None:
        source = adapter.sources[data[0] % len(adapter.sources)] if data else adapter.sources[0]
        raw = RawPayload(adapter.channel, source.replace("+", "a"), data[1:], NOW, ADDRESS)
        with suppress(Refusal):
            check(decode(raw))

    return target


def description(data: bytes) -> None:
    """A value of a characteristic that measures nothing."""
    with suppress(DecodeError):
        describe(tuple(DESCRIBED)[data[0] % len(DESCRIBED)] if data else "2a19", data[1:])


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cuts data into frames."""
    while len(data) > 2:
        choice, length, data = data[0], data[1] % 64, data[2:]
        yield choice, data[:length]
        data = data[length:]


def check(decoded: Decoded) -> None:
    """No number that is none, no measurement without a name."""
    for measurement in decoded.measurements:
        if not (math.isfinite(measurement.quantity.value) and measurement.key and measurement.device):
            raise AssertionError(f"unsound: {measurement}")


TARGETS: list[Target] = [*map(session, PROFILES), *map(message, ADAPTERS), description]


def one(data: bytes) -> None:
    """One input."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


atheris.Setup(sys.argv, one)
atheris.Fuzz()
