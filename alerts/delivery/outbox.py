"""The outbox: what is to be sent to whom, taken by one worker at a time, and what came of it.

A worker takes a row for a while (its lease); if it dies, another takes the row again, with the same key. Whatever a row
is about, the right of whoever it is for is looked up when it is taken, not when it was planned.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hub.database import Connection

KEYS = UUID("9c1f8a52-6f0e-5b7c-8f43-0d6f6c2f4b1e")
"""The family of the keys by which whoever receives a message twice knows it."""

LEASE = timedelta(minutes=2)
"""Well over what a message takes, a slow mail server's included; what lasts longer is sent again under its key."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
GIVE_UP = timedelta(hours=24)
"""How long one message is tried. Of an alert that goes on, newer rings take its place long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One account to be told of one thing by each of its addresses; `about` makes the key.

    `person`, `shown`, `kinds`: the right it takes; no kinds: to act for the person; no person: nobody's record.
    """

    account: int
    what: str
    level: str
    about: str
    person: int | None = None
    shown: bool = False
    kinds: list[int] | None = None
    event: int | None = None
    notice: str | None = None
    step: int = 0
    not_before: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Taken:
    """A row in a worker's hands; `attempt` counts from 1. `refused`: why it is not to be sent, if it is not."""

    number: int
    key: UUID
    attempt: int
    account: int
    contact: UUID | None
    event: int | None
    step: int
    level: str
    created_at: datetime
    refused: str | None


def put(connection: Connection, entry: Entry, but: UUID | None = None) -> None:
    """A row for each address of the account that is confirmed and not dead, `but` for one."""
    for contact, channel in connection.execute(_CONTACTS, (entry.account, but)).fetchall():
        put_to(connection, entry, contact, channel)


def put_to(connection: Connection, entry: Entry, contact: UUID, channel: str) -> None:
    """A row for one address, unless there is one of the same key."""
    connection.execute(_PUT, {
        "key": uuid5(KEYS, f"{entry.what} {entry.about} {contact}"), "contact": contact, "channel": channel,
        "account": entry.account, "what": entry.what, "level": entry.level, "person": entry.person,
        "shown": entry.shown, "kinds": entry.kinds, "event": entry.event, "notice": entry.notice,
        "step": entry.step, "not_before": entry.not_before,
    })  # fmt: skip


def take(connection: Connection) -> Taken | None:
    """The next row that is due, held for LEASE; urgent ones first, addresses that fail last. None if there is none."""
    row = connection.execute(_TAKE, {"lease": LEASE}).fetchone()
    if row is None:
        return None
    number, key, attempt, account, contact, event, step, level, created_at = row
    refused = connection.execute(_REFUSED, {"number": number}).fetchone()
    why = None if refused is None else refused[0]
    return Taken(number, key, attempt, account, contact, event, step, level, created_at, why)


def cancel(connection: Connection, taken: Taken, reason: str) -> None:
    """It is not to be sent any more."""
    _settle(connection, taken, "cancelled", reason)


def sent(connection: Connection, taken: Taken) -> None:
    """The channel took it."""
    _attempt(connection, taken, "accepted", None)
    _settle(connection, taken, "sent", None)
    connection.execute("UPDATE contact SET failing_since = NULL WHERE id = %s AND failing_since IS NOT NULL",
                       (taken.contact,))  # fmt: skip


def try_later(connection: Connection, taken: Taken, why: str, spread: Callable[[], float] = random.random) -> None:
    """The channel could not take it: again after a while that doubles, a quarter more or less."""
    _attempt(connection, taken, "try_later", why)
    connection.execute("UPDATE contact SET failing_since = coalesce(failing_since, now()) WHERE id = %s",
                       (taken.contact,))  # fmt: skip
    wait = min(FIRST_WAIT * 2 ** min(taken.attempt - 1, 16), LONGEST_WAIT) * (0.75 + 0.5 * spread())
    if datetime.now(UTC) - taken.created_at > GIVE_UP:
        _settle(connection, taken, "given_up", why)
        return
    connection.execute(
        "UPDATE outbox SET state = 'waiting', lease_until = NULL, not_before = now() + %s "
        "WHERE number = %s AND state = 'sending' AND attempts = %s",
        (wait, taken.number, taken.attempt),
    )


def address_dead(connection: Connection, taken: Taken, why: str) -> None:
    """Nothing will ever get through: no such mailbox, a subscription that is over."""
    _attempt(connection, taken, "address_dead", why)
    _settle(connection, taken, "given_up", why)
    connection.execute("UPDATE contact SET dead_at = coalesce(dead_at, now()) WHERE id = %s", (taken.contact,))


def _attempt(connection: Connection, taken: Taken, outcome: str, why: str | None) -> None:
    connection.execute(
        "INSERT INTO attempt (message, number, outcome, why) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (taken.number, taken.attempt, outcome, why),
    )


def _settle(connection: Connection, taken: Taken, state: str, reason: str | None) -> None:
    """Only by whoever holds it still: one whose lease ran out says nothing any more."""
    connection.execute(
        "UPDATE outbox SET state = %s, reason = %s, settled_at = now(), lease_until = NULL "
        "WHERE number = %s AND state = 'sending' AND attempts = %s",
        (state, reason, taken.number, taken.attempt),
    )


_CONTACTS = """
    SELECT id, channel FROM contact
    WHERE account = %s AND verified_at IS NOT NULL AND dead_at IS NULL AND id IS DISTINCT FROM %s ORDER BY id
"""

_PUT = """
    INSERT INTO outbox (key, account, contact, channel, person, shown, kinds, event, notice, step, what, level,
                        not_before)
    VALUES (%(key)s, %(account)s, %(contact)s, %(channel)s, %(person)s, %(shown)s, %(kinds)s, %(event)s, %(notice)s,
            %(step)s, %(what)s, %(level)s, %(not_before)s)
    ON CONFLICT (key) DO NOTHING
"""

_TAKE = """
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_until = now() + %(lease)s
    WHERE number = (
        SELECT o.number FROM outbox o LEFT JOIN contact c ON c.id = o.contact
        WHERE (o.state = 'waiting' AND o.not_before <= now()) OR (o.state = 'sending' AND o.lease_until <= now())
        ORDER BY c.failing_since IS NOT NULL, o.level <> 'urgent', o.not_before, o.number
        LIMIT 1 FOR UPDATE OF o SKIP LOCKED)
    RETURNING number, key, attempts, account, contact, event, step, level, created_at
"""

_REFUSED = """
    SELECT CASE
        WHEN c.id IS NULL OR c.dead_at IS NOT NULL OR (c.verified_at IS NULL AND o.what <> 'verify') THEN 'no_address'
        WHEN (SELECT a.closed_at FROM account a WHERE a.number = o.account) IS NOT NULL THEN 'not_allowed'
        WHEN o.person IS NOT NULL AND NOT may_be_told(o.account, o.person, o.kinds, o.shown) THEN 'not_allowed'
        WHEN o.event IS NOT NULL AND NOT EXISTS (SELECT FROM alert_event e WHERE e.number = o.event) THEN 'over'
        WHEN o.kinds IS NOT NULL AND o.account NOT IN (
            SELECT h.account FROM chain h WHERE h.person = o.person
        UNION ALL
            SELECT a.number FROM account a
            WHERE a.person = o.person AND NOT EXISTS (SELECT FROM chain h WHERE h.person = o.person)
            ) THEN 'not_in_chain'
        ELSE (
            SELECT CASE
                WHEN bool_or(later.what = 'resolved') THEN 'over'
                WHEN bool_or(later.what = 'acknowledged') THEN 'acknowledged'
                WHEN bool_or(later.rings AND NOT o.account::text = ANY(coalesce(later.quiet, '{}'))
                             AND o.account::text = ANY(coalesce(nullif(later.only_for, '{}'), ARRAY[o.account::text])))
                    THEN 'newer'
                WHEN bool_or(later.what = 'snoozed' AND later.by = o.account::text AND later.until > now()) THEN 'rests'
            END
            FROM alert_event e JOIN alert_event later
              ON (later.person, later.shown, later.alert) = (e.person, e.shown, e.alert) AND later.number > e.number
            WHERE e.number = o.event)
        END
    FROM outbox o LEFT JOIN contact c ON c.id = o.contact
    WHERE o.number = %(number)s
"""
"""Why it is not to be sent, most telling first; null where it is."""
