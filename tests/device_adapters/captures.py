"""Captures on disk: one file a case, named by its reason, with what it says and where it comes from."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from device_adapters.adapter import decode
from hub.measurements import Channel, Decoded, Measurement, RawPayload
from hub.quantities import Kind, believe

FOLDER = Path(__file__).parent.parent / "captures"
NOW = datetime(2026, 8, 1, 8, 0, 30, tzinfo=UTC)
"""When every capture is received."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One case; `name` is its file's."""

    name: str
    raw: RawPayload
    said: dict[str, Any]

    def __str__(self) -> str:
        return self.name


def captures(outcome: str) -> list[Capture]:
    """The captures that must be "accepted" or "refused"."""
    return [_capture(file) for file in sorted((FOLDER / outcome).glob("*.json"))]


def _capture(file: Path) -> Capture:
    said = json.loads(file.read_text(encoding="utf-8"))
    raw = RawPayload(
        channel=Channel(said.get("channel", "mqtt")),
        source=said.get("topic") or said["source"],
        payload=bytes.fromhex(said["hex"]) if "hex" in said else _text(said["payload"]).encode(),
        received_at=NOW,
        address=said.get("address"),
        retained=said.get("retained", False),
        again=said.get("again", False),
    )
    return Capture(file.stem, raw, said)


def _text(payload: object) -> str:
    """A payload that stands as text in its file is that text; anything else is the JSON it is."""
    return payload if isinstance(payload, str) else json.dumps(payload)


def told(decoded: Decoded) -> list[dict[str, Any]]:
    """The measurements as a capture's `expected` spells them, what they do not say left out."""
    return [{key: value for key, value in _told(m).items() if value} for m in decoded.measurements]


def _told(m: Measurement) -> dict[str, Any]:
    return {
        "device": m.device,
        "kind": m.kind or "glucose",
        "value": m.quantity.value,
        "unit": m.quantity.unit,
        "taken_at": m.taken_at and m.taken_at.isoformat(),
        "device_time": m.device_time and m.device_time.isoformat(),
        "stored": m.stored,
        "condition": m.condition,
        "sequence": m.sequence,
        "context": m.context,
        "hint": m.hint,
        "gateway": m.gateway,
        "echo_minutes": m.echo and m.echo / timedelta(minutes=1),
    }


def believed(raw: RawPayload) -> list[float]:
    """The whole way: decoded, nothing in it refused, every number one a person can have; raises Refusal."""
    decoded = decode(raw)
    for refused in decoded.refused:
        raise refused.why
    return [believe(m.kind or Kind.GLUCOSE_CAPILLARY, m.quantity) for m in decoded.measurements]
