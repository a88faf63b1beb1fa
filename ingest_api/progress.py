"""How far each gateway's messages are committed, and so what the hub may acknowledge.

A gateway forgets everything up to the number we acknowledge, so the number must end an unbroken run from its first
message. Messages may come in any order; runs are kept in the database, in the transaction that stores their readings.
Where a boot's numbers begin is known when 0 has come or when the gateway says it (`first`); otherwise the lowest
number seen counts as the first once no lower one has come for a while.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.database import Connection, Multirange, Range
from hub.measurements import Sequence

SETTLED_AFTER = timedelta(seconds=2)
"""How long the lowest number of a boot must stand before it counts as the first."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything of that boot up to `number` is committed or quarantined."""

    gateway: str
    boot: str
    number: int


def advance(connection: Connection, sequences: Iterable[Sequence]) -> list[Ack]:
    """Note these messages as committed with this transaction; what may be acknowledged after it."""
    boots: dict[tuple[str, str], list[Sequence]] = {}
    for sequence in sequences:
        boots.setdefault((sequence.gateway, sequence.boot), []).append(sequence)
    acks: list[Ack] = []
    for (gateway, boot), messages in sorted(boots.items()):
        committed = Multirange([Range(m.number, m.number + 1) for m in messages])
        first = max((m.first for m in messages if m.first is not None), default=None)
        rows = connection.execute(_ADVANCE, {"gateway": gateway, "boot": boot, "first": first, "committed": committed})
        acks += _acks(rows)
    return acks


def settle(connection: Connection) -> list[Ack]:
    """Boots whose first number has become clear by waiting; what may be acknowledged after this transaction."""
    return list(_acks(connection.execute(_SETTLE, {"after": SETTLED_AFTER})))


def _acks(rows: Iterable[tuple[Any, ...]]) -> Iterable[Ack]:
    for gateway, boot, first, committed in rows:
        run = next((r for r in committed if first is not None and r.lower <= first < r.upper), None)
        if run is not None:
            yield Ack(gateway, str(boot), run.upper - 1)


# A multirange joins ranges that touch, so the run that holds `first` is everything committed without a gap.
_ADVANCE = """
    INSERT INTO gateway_progress AS p (gateway, boot, committed, first)
    VALUES (%(gateway)s, %(boot)s, %(committed)s,
            coalesce(%(first)s::bigint, CASE WHEN %(committed)s::int8multirange @> 0::bigint THEN 0 END))
    ON CONFLICT (gateway, boot) DO UPDATE SET
        committed = p.committed + EXCLUDED.committed,
        first = CASE WHEN %(first)s::bigint IS NOT NULL THEN greatest(p.first, %(first)s)
                     WHEN p.first IS NULL THEN EXCLUDED.first
                     ELSE least(p.first, lower(EXCLUDED.committed)) END,
        fell_at = CASE WHEN lower(EXCLUDED.committed) < lower(p.committed) THEN now() ELSE p.fell_at END
    RETURNING gateway, boot, first, committed
"""
_SETTLE = """
    UPDATE gateway_progress SET first = lower(committed)
    WHERE first IS NULL AND fell_at <= now() - %(after)s::interval
    RETURNING gateway, boot, first, committed
"""
