"""What a session heard up to a frame that nobody could use, so that the frame can be heard again after a mending."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from device_adapters.gatt import Frame, Identity, Memory, choose, profiles
from hub.errors import DecodeError, Refusal
from hub.measurements import Decoded

MOST_FIRST = MOST_LATE = 16
"""Frames kept: a connection's first, which say of what kind and of when the others are, and those just before."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One frame of a connection with the device of that identity and service, and what was heard `before` it."""

    service: str
    identity: Identity
    before: tuple[Frame, ...]
    frame: Frame


class Recorder:
    """Remembers what may give a connection's next frame its meaning."""

    def __init__(self, service: str, identity: Identity) -> None:
        """Nothing heard yet."""
        self._service = service
        self._identity = identity
        self._first: list[Frame] = []
        self._late: deque[Frame] = deque(maxlen=MOST_LATE)

    def record(self, frame: Frame) -> Recording:
        """The frame with what came before it; it is remembered for the next."""
        recording = Recording(self._service, self._identity, (*self._first, *self._late), frame)
        (self._first if len(self._first) < MOST_FIRST else self._late).append(frame)
        return recording


def hear_again(recording: Recording) -> tuple[Decoded, Memory]:
    """What the frame says to today's decoders, and what its session learns; raises Refusal.

    The frames before it were heard when they came: they give it its meaning, and say nothing anew.
    """
    profile = choose(profiles(), (recording.service,), recording.identity)
    if profile is None:
        raise DecodeError("no profile connects to such a device any more")
    session = profile.open(recording.identity)
    for frame in recording.before:
        with suppress(Refusal):
            session.feed(frame)
    said, learnt = session.feed(recording.frame), session.learnt()
    held = session.close()
    late = tuple(m for m in held.measurements if m.received_at == recording.frame.received_at)
    return Decoded((*said.measurements, *late), (*said.refused, *held.refused)), learnt


def write(recording: Recording) -> str:
    """The recording as JSON text."""
    frames = [_written(frame) for frame in (*recording.before, recording.frame)]
    return json.dumps({"service": recording.service, "identity": asdict(recording.identity), "frames": frames})


def read(text: str) -> Recording:
    """The recording that `write` gave."""
    said: dict[str, Any] = json.loads(text)
    *before, frame = _frames(said["frames"])
    return Recording(said["service"], Identity(**said["identity"]), tuple(before), frame)


def _written(frame: Frame) -> list[str]:
    return [frame.characteristic, frame.payload.hex(), frame.received_at.isoformat()]


def _frames(written: list[list[str]]) -> Iterator[Frame]:
    for characteristic, payload, received_at in written:
        yield Frame(characteristic, bytes.fromhex(payload), datetime.fromisoformat(received_at))
