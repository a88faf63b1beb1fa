"""How far each gateway's messages are committed, and so what the hub may acknowledge.

A gateway forgets everything up to the number we acknowledge, so the number must end an unbroken run from its first
message. Messages may come in any order; runs are kept in the database, in the transaction that stores their readings.
Where a boot's numbers begin is known when 0 has come or when the gateway says it (`first`); otherwise the lowest
number seen counts as the first once that boot has been quiet for a while in which nothing of it can have waited
anywhere: neither at the broker while we were away, nor in our own hands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from device_adapters.buffer import Hearing
from hub.database import Connection
from hub.measurements import Sequence

QUIET = timedelta(seconds=2)
"""How long nothing of a boot must have come before its lowest number counts as the first: 1, or a run without gap."""

NOTHING_NEW = timedelta(seconds=10)
"""Or nothing but repetitions, or with numbers still missing above: those below may be missing as well."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything of that boot up to `number` is committed or quarantined."""

    gateway: str
    boot: str
    number: int


def advance(connection: Connection, sequences: Iterable[Sequence]) -> list[Ack]:
    """Note these messages as committed with this transaction; what may be acknowledged after it."""
    runs = _runs(sequences)
    if not runs:
        return []
    gateways, boots, lowest, ends, firsts = map(list, zip(*runs, strict=True))
    return _acks(connection.execute(_ADVANCE, (gateways, boots, lowest, ends, firsts)))


def settle(connection: Connection, hearing: Hearing) -> list[Ack]:
    """Boots whose first number has become clear by waiting; what may be acknowledged after this transaction."""
    waits = {"quiet": QUIET, "nothing_new": NOTHING_NEW}
    heard = {"behind": datetime.now(UTC) - hearing.until, "heard": hearing.until - hearing.since}
    return _acks(connection.execute(_SETTLE, waits | heard))


def _runs(sequences: Iterable[Sequence]) -> list[tuple[str, str, int, int, int | None]]:
    """Unbroken runs of numbers: gateway, boot, lowest number, the number after the last, the highest `first`."""
    runs: list[tuple[str, str, int, int, int | None]] = []
    for s in sorted(sequences, key=lambda s: (s.gateway, s.boot, s.number)):
        gateway, boot, lowest, end, first = runs[-1] if runs else ("", "", 0, 0, None)
        if (gateway, boot) == (s.gateway, s.boot) and s.number <= end:
            firsts = [f for f in (first, s.first) if f is not None]
            runs[-1] = (gateway, boot, lowest, max(end, s.number + 1), max(firsts, default=None))
        else:
            runs.append((s.gateway, s.boot, s.number, s.number + 1, s.first))
    return runs


def _acks(rows: Iterable[tuple[Any, ...]]) -> list[Ack]:
    return [Ack(gateway, str(boot), number) for gateway, boot, number in rows if number is not None]


# A multirange joins ranges that touch, so the run that holds `first` is everything committed without a gap.
_RUN_OF_FIRST = "(SELECT upper(run) - 1 FROM unnest(p.committed) AS run WHERE run @> p.first)"
_ADVANCE = f"""
    INSERT INTO gateway_progress AS p (gateway, boot, committed, first)
    SELECT gateway, boot, range_agg(int8range(lowest, after)),
           coalesce(max(first), CASE WHEN min(lowest) = 0 THEN 0 END)
    FROM unnest(%s::text[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[])
         AS new (gateway, boot, lowest, after, first)
    GROUP BY gateway, boot ORDER BY gateway, boot
    ON CONFLICT (gateway, boot) DO UPDATE SET
        committed = p.committed + EXCLUDED.committed,
        first = CASE WHEN EXCLUDED.first > 0 THEN greatest(p.first, EXCLUDED.first)
                     WHEN p.first IS NULL THEN EXCLUDED.first
                     ELSE least(p.first, lower(EXCLUDED.committed)) END,
        heard_at = now(),
        grew_at = CASE WHEN p.committed @> EXCLUDED.committed THEN p.grew_at ELSE now() END
    RETURNING gateway, boot, {_RUN_OF_FIRST}
"""  # noqa: S608
_SETTLE = f"""
    UPDATE gateway_progress AS p SET first = lower(committed)
    WHERE first IS NULL
      AND (least(now() - %(behind)s - heard_at, %(heard)s) >= %(quiet)s
           AND (lower(committed) <= 1 OR committed = range_merge(committed)::int8multirange)
           OR least(now() - %(behind)s - grew_at, %(heard)s) >= %(nothing_new)s)
    RETURNING gateway, boot, {_RUN_OF_FIRST}
"""  # noqa: S608
