"""Who is in a person's chain, as it stands: whom a ring may reach, and who of them sees what it is about."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from alerts.delivery.escalation import Member, QuietHours
from hub.database import Connection

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chain:
    """Everybody in it; `sees`: accounts that may be told of what was made with, or without, what is hidden."""

    members: Sequence[Member]
    sees: frozenset[int]


def chain_of(connection: Connection, person: int, shown: bool, kinds: Sequence[int]) -> Chain:
    """As it is now, for what those kinds decided in that lens (role `vigie_deliver`)."""
    about = {"person": person, "shown": shown, "kinds": list(kinds)}
    rows = connection.execute(_CHAIN, about).fetchall()
    members = [
        Member(account, step, after, quiet_hours(since, until, zone), works and may)
        for account, step, after, since, until, zone, works, may, _ in rows
    ]
    return Chain(members, frozenset(row[0] for row in rows if row[-1]))


def quiet_hours(since: time | None, until: time | None, zone: str | None) -> QuietHours | None:
    """As stored; None where nobody asked for any, or in a zone this machine does not have: better woken than untold."""
    if since is None or until is None or zone is None:
        return None
    try:
        return QuietHours(since, until, ZoneInfo(zone))
    except (LookupError, ValueError, OSError):
        log.error("quiet hours in a time zone this machine does not have are not kept; install its tzdata")  # noqa: TRY400
        return None


_CHAIN = """
    WITH named AS (
        SELECT account, step, after FROM chain WHERE person = %(person)s
    UNION ALL
        SELECT number, 0, interval '0' FROM account
        WHERE person = %(person)s AND NOT EXISTS (SELECT FROM chain WHERE person = %(person)s)
    ), sees AS (
        SELECT n.*, may_be_told(n.account, %(person)s, %(kinds)s, %(shown)s) AS here,
               may_be_told(n.account, %(person)s, %(kinds)s, NOT %(shown)s) AS elsewhere
        FROM named n
    )
    SELECT s.account, s.step, s.after, q.since, q.until, q.time_zone, EXISTS (
               SELECT FROM contact c WHERE c.account = s.account AND c.verified_at IS NOT NULL AND c.dead_at IS NULL
                 AND (c.failing_since IS NULL OR c.failing_since > now() - interval '1 minute')),
           s.here OR s.elsewhere, s.here
    FROM sees s LEFT JOIN quiet_hours q ON q.account = s.account
"""
"""Without a chain it is the person alone. An address that has failed for a minute is tried, but not waited for."""
