"""What nobody could use, kept on the gateway with its bytes and its reason: each once, the newest of them.

It is not sent: the hub could not read it either, since a frame means something in its session only, and the decoders
are in this program. A frame is kept with what its session needs, to be heard again after a mending (see replay).
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from device_adapters import recording
from device_adapters.gateway.seam import Unusable, UnusablePayload
from device_adapters.recording import Recording
from hub.errors import Refusal
from hub.measurements import Channel, Measurement, RawPayload

log = logging.getLogger(__name__)

MOST = 2_000
MOST_BYTES = 4_096
"""How many are kept, and how much of each."""

_ITEM = "item"


@dataclass(frozen=True, slots=True)
class Kept:
    """One that was refused; of what was heard in a connection, with its recording."""

    number: int
    device: str
    raw: RawPayload
    recording: Recording | None


def keep(sql: sqlite3.Connection, device: str, unusable: Unusable) -> None:
    """Keep it, within that transaction; the same bytes again change nothing."""
    raw, why = unusable.raw, unusable.why
    heard = None if unusable.recording is None else recording.write(unusable.recording)
    received = int(raw.received_at.timestamp())
    values = (device, raw.source, raw.payload[:MOST_BYTES], received, why.code, str(why), heard)
    if sql.execute(_KEEP, values).rowcount:
        log.warning("a device said something on %s that cannot be used: %s", raw.source, why)
        sql.execute(_FORGET_BEYOND, (MOST,))


def waiting(sql: sqlite3.Connection) -> list[Kept]:
    """All that may be heard again, the oldest first: not what was cut off, and no measurement that cannot be sent."""
    return [_read(*row) for row in sql.execute(_WAITING, (_ITEM, MOST_BYTES))]


def forget(sql: sqlite3.Connection, these: Sequence[Kept]) -> None:
    """They are refused no longer; within that transaction."""
    sql.executemany("DELETE FROM refused WHERE number = ?", [(each.number,) for each in these])


def _read(number: int, device: str, source: str, payload: bytes, received_at: int, heard: str | None) -> Kept:
    raw = RawPayload(Channel.ADVERT, source, payload, datetime.fromtimestamp(received_at, UTC), device)
    return Kept(number, device, raw, None if heard is None else recording.read(heard))


def forget_oldest(sql: sqlite3.Connection, most: int) -> int:
    """Forget that many; how many there were."""
    return sql.execute(_FORGET_OLDEST, (most,)).rowcount


def as_payload(measurement: Measurement, why: Refusal) -> UnusablePayload:
    """A measurement that the hub could not read, without its receipt so that a repeat is known."""
    said = (measurement.key, measurement.kind, measurement.quantity, measurement.device_time, measurement.context)
    text = repr(said).encode(errors="replace")
    return UnusablePayload(
        RawPayload(measurement.channel, _ITEM, text, measurement.received_at, measurement.device), why
    )


_KEEP = """
    INSERT INTO refused (device, source, payload, received_at, code, why, recording) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_WAITING = """
    SELECT number, device, source, payload, received_at, recording FROM refused
    WHERE source <> ? AND length(payload) < ? ORDER BY number
"""
_FORGET_BEYOND = "DELETE FROM refused WHERE number <= (SELECT max(number) FROM refused) - ?"
_FORGET_OLDEST = "DELETE FROM refused WHERE number IN (SELECT number FROM refused ORDER BY number LIMIT ?)"
