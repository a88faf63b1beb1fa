"""What nobody could use, kept on the gateway with its bytes and its reason: each once, the newest of them.

It is not sent: the hub could not read it either, since a frame means something in its session only, and the decoders
are in this program.
"""

import logging
import sqlite3

from device_adapters.gateway.seam import Unusable, UnusablePayload
from hub.errors import Refusal
from hub.measurements import Measurement, RawPayload

log = logging.getLogger(__name__)

MOST = 2_000
MOST_BYTES = 4_096
"""How many are kept, and how much of each."""


def keep(sql: sqlite3.Connection, device: str, unusable: Unusable) -> None:
    """Keep it, within that transaction; the same bytes again change nothing."""
    raw, why = unusable.raw, unusable.why
    values = (device, raw.source, raw.payload[:MOST_BYTES], int(raw.received_at.timestamp()), why.code, str(why))
    if sql.execute(_KEEP, values).rowcount:
        log.warning("a device said something on %s that cannot be used: %s", raw.source, why)
        sql.execute(_FORGET_BEYOND, (MOST,))


def forget_oldest(sql: sqlite3.Connection, most: int) -> int:
    """Forget that many; how many there were."""
    return sql.execute(_FORGET_OLDEST, (most,)).rowcount


def as_payload(measurement: Measurement, why: Refusal) -> UnusablePayload:
    """A measurement that the hub could not read, without its receipt so that a repeat is known."""
    said = (measurement.key, measurement.kind, measurement.quantity, measurement.device_time, measurement.context)
    text = repr(said).encode(errors="replace")
    return UnusablePayload(
        RawPayload(measurement.channel, "item", text, measurement.received_at, measurement.device), why
    )


_KEEP = """
    INSERT INTO refused (device, source, payload, received_at, code, why) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_FORGET_BEYOND = "DELETE FROM refused WHERE number <= (SELECT max(number) FROM refused) - ?"
_FORGET_OLDEST = "DELETE FROM refused WHERE number IN (SELECT number FROM refused ORDER BY number LIMIT ?)"
