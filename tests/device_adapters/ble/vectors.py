"""Frames with what they say, from captures/ble: each with origin and licence; `provenance` tells real from built."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from device_adapters.gatt import Frame, Identity, Profile, Session, candidates
from hub.errors import Refusal
from hub.measurements import Decoded, Measurement
from hub.quantities import Kind, believe

FOLDER = Path(__file__).parents[2] / "captures" / "ble"
NOW = datetime(2026, 8, 1, 8, 0, 30, tzinfo=UTC)
"""When every frame is received."""

ADDRESS = "C4:2E:0B:9A:11:05"


@dataclass(frozen=True, slots=True)
class Vector:
    """One frame, and what its file says of it."""

    id: str
    kind: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return self.id

    @property
    def payload(self) -> bytes:
        """The frame's bytes."""
        return bytes.fromhex(self.said["hex"])

    @property
    def uuid(self) -> str:
        """Its characteristic; the first where the same goes over two."""
        return str(self.said["uuid"]).split("/")[0]

    @property
    def expected(self) -> dict[str, Any]:
        """What it says."""
        return dict(self.said["expected"])

    @property
    def is_wrong(self) -> bool:
        """True if it must be refused."""
        return "error" in self.expected

    @property
    def is_of_a_person(self) -> bool:
        """True if it is a measure to be stored."""
        return not self.is_wrong and self.expected.get("accept", True) is True

    @property
    def model(self) -> str | None:
        """The device's model, where the file names it."""
        return str(self.said["device"]["model"]) if "device" in self.said else None


def vectors(*kinds: str, where: Callable[[Vector], bool] = lambda _vector: True) -> list[Vector]:
    """The frames of those kinds."""
    return [vector for vector in EVERY if vector.kind in kinds and where(vector)]


def profile_of(uuid: str, service: str | None = None, model: str | None = None) -> Profile:
    """The profile for a characteristic of that model."""
    return next(p for p in candidates(uuid, service) if p.serves(Identity(ADDRESS, model=model)))


def session_of(uuid: str, service: str | None = None, model: str | None = None) -> Session:
    """An open session for a characteristic of that model."""
    return profile_of(uuid, service, model).open(Identity(ADDRESS, model=model))


def frame(uuid: str, payload: bytes | str) -> Frame:
    """A frame of that characteristic."""
    return Frame(uuid, bytes.fromhex(payload) if isinstance(payload, str) else payload, NOW)


def heard(session: Session, *frames: Frame) -> Decoded:
    """What the session says of these frames and at its close; raises DecodeError."""
    said = [session.feed(each) for each in frames] + [session.close()]
    return Decoded(sum((d.measurements for d in said), ()), sum((d.refused for d in said), ()))


def measured(vector: Vector, model: str | None = None) -> tuple[Measurement, ...]:
    """What the frame alone says, nothing of it refused; raises Refusal."""
    decoded = heard(session_of(vector.uuid, vector.said.get("service"), model), frame(vector.uuid, vector.payload))
    for refused in decoded.refused:
        raise refused.why
    return decoded.measurements


def kept(vector: Vector, model: str | None = None) -> list[Measurement]:
    """What of the frame would reach a person's record."""
    try:
        measurements = measured(vector, model)
    except Refusal:
        return []
    return [m for m in measurements if _is_kept(m)]


def values(measurements: tuple[Measurement, ...]) -> dict[str, float]:
    """The numbers by kind and unit."""
    return {f"{m.kind or 'glucose'} {m.quantity.unit}": m.quantity.value for m in measurements}


def _is_kept(m: Measurement) -> bool:
    if m.condition is not None and (m.condition.bounds_only or not m.condition.of_a_person):
        return False
    try:
        believe(m.kind or Kind.GLUCOSE_CAPILLARY, m.quantity)
    except Refusal:
        return False
    return True


def _read() -> list[Vector]:
    files = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))]
    return [Vector(said["id"], said["kind"], said) for file in files for said in file["vectors"]]


EVERY = _read()
