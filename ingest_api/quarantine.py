"""What was refused, byte for byte with its reasons: once an hour however often it comes, until a replay succeeds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from hub.database import Connection, Jsonb
from hub.directory import spelled
from hub.measurements import Channel, RawPayload, Refused


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One payload in quarantine; `reasons` are (position in the payload or -1, error code, what to do)."""

    id: int
    raw: RawPayload
    reasons: tuple[tuple[int, str, str], ...]
    times: int


def put(connection: Connection, raw: RawPayload, refused: Sequence[Refused], devices: Collection[str] = ()) -> None:
    """Keep a payload whose parts (or whole: position -1) were refused; known already, it is counted again.

    `devices` are those it was decoded to speak of: whoever is deleted takes what was refused of theirs along.
    """
    reasons = [{"position": r.position, "code": r.why.code, "why": str(r.why)} for r in refused]
    connection.execute(
        "INSERT INTO quarantine AS q "
        "(digest, channel, source, address, retained, payload, received_at, reasons, devices) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (digest) DO UPDATE SET times = q.times + 1, "
        "last_at = now(), reasons = EXCLUDED.reasons, devices = EXCLUDED.devices, resolved_at = NULL",
        (
            _digest(raw),
            raw.channel,
            raw.source,
            raw.address,
            raw.retained,
            raw.payload,
            raw.received_at,
            Jsonb(reasons),
            sorted({spelled(device).lower() for device in devices}),
        ),
    )


def resolve(connection: Connection, raw: RawPayload) -> None:
    """Mark a payload as accepted at last; it is kept as evidence, and no longer listed."""
    connection.execute("UPDATE quarantine SET resolved_at = now() WHERE digest = %s", (_digest(raw),))


def waiting(connection: Connection, most: int, after: int = 0) -> list[Quarantined]:
    """The payloads that wait, oldest first, from the one after that id."""
    rows = connection.execute(
        "SELECT id, channel, source, address, retained, payload, received_at, reasons, times FROM quarantine "
        "WHERE resolved_at IS NULL AND id > %s ORDER BY id LIMIT %s",
        (after, most),
    ).fetchall()
    return [_read(*row) for row in rows]


def _read(
    id_: int, channel: str, source: str, address: str | None, retained: bool, payload: bytes, received_at: datetime,
    reasons: list[dict[str, Any]], times: int,
) -> Quarantined:  # fmt: skip
    raw = RawPayload(Channel(channel), source, payload, received_at, address=address, retained=retained, again=True)
    return Quarantined(id_, raw, tuple((r["position"], r["code"], r["why"]) for r in reasons), times)


def _digest(raw: RawPayload) -> bytes:
    """What makes two payloads one. The hour is part of it: an undated weight said again tomorrow is another weight."""
    hour = raw.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H")
    head = f"{raw.channel}\0{raw.source}\0{raw.address or ''}\0{hour}\0".encode()
    return sha256(head + raw.payload).digest()
