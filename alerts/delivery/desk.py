"""The desk for addresses, quiet hours and chains: what people settle about being told."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hmac import compare_digest
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.channel import Channel
from alerts.delivery.outbox import Entry, put_to
from alerts.rule import Level
from alerts.wording import Language
from hub.database import Connection
from hub.errors import Conflict, NotFound
from hub.quantities import Unit

MOST_ADDRESSES = 10
CODE_HOLDS, MOST_TRIES = timedelta(hours=1), 5
"""Of a million codes, five guesses."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an address is spoken to; `reveals`: its holder wants names and values there."""

    language: Language
    glucose_unit: Unit
    reveals: bool


@dataclass(frozen=True, slots=True)
class Added:
    """An address as it was added; `secret` signs what is sent there, and is told once."""

    id: UUID
    verified: bool
    secret: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody in a chain; `reveals`: the person lets them have values at their addresses."""

    account: int
    step: int
    after: timedelta
    reveals: bool


class Desk:
    """Works within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def add(self, account: int, channel: Channel, address: str, manner: Manner) -> Added:
        """Add an address, or begin again with one that was not confirmed or is dead; a code is sent to it.

        `address` as the channel's check gave it. Raises Conflict for one that works already, or one too many.
        """
        proven_at = datetime.now(UTC) if channel.proven else None
        secret = secrets.token_urlsafe(32) if channel.signs else None
        code = f"{secrets.randbelow(10**6):06}"
        row = self._connection.execute(_ADD, {
            "account": account, "channel": channel.name, "address": address, "language": manner.language,
            "unit": manner.glucose_unit, "reveals": manner.reveals, "secret": secret, "code": code,
            "holds": CODE_HOLDS, "proven": proven_at, "most": MOST_ADDRESSES,
        }).fetchone()  # fmt: skip
        if row is None:
            raise Conflict(f"that address is confirmed already, or there are {MOST_ADDRESSES}; remove one first")
        if proven_at is None:
            put_to(self._connection, Entry(account=account, what="verify", level=Level.URGENT,
                                           about=datetime.now(UTC).isoformat()), row[0], channel.name)  # fmt: skip
        return Added(row[0], proven_at is not None, secret)

    def verify(self, account: int, contact: UUID, code: str) -> bool:
        """True if that is the code that was sent there; it is told to nobody, and holds for five tries.

        Raises NotFound. The try is counted when the transaction commits, whatever it came to.
        """
        row = self._connection.execute(_TRY, (account, contact)).fetchone()
        if row is None:
            raise NotFound("no such address")
        sent, tries, holds = row
        right = bool(sent and holds and tries <= MOST_TRIES and compare_digest(sent.encode(), code.encode()))
        if right:
            self._connection.execute(
                "UPDATE contact SET verified_at = coalesce(verified_at, now()), code = NULL WHERE id = %s", (contact,)
            )
        return right

    def try_out(self, account: int, contact: UUID) -> None:
        """Send a trial to an address that works; raises NotFound."""
        row = self._connection.execute(_WORKS, (account, contact)).fetchone()
        if row is None:
            raise NotFound("no such address")
        put_to(self._connection, Entry(account=account, what="trial", level=Level.NOTICE,
                                       about=datetime.now(UTC).isoformat()), contact, row[0])  # fmt: skip

    def change(self, account: int, contact: UUID, manner: Manner) -> None:
        """Speak to it in another manner; raises NotFound."""
        self._one(
            "UPDATE contact SET language = %s, glucose_unit = %s, reveals = %s WHERE account = %s AND id = %s",
            manner.language, manner.glucose_unit, manner.reveals, account, contact,
        )  # fmt: skip

    def remove(self, account: int, contact: UUID) -> None:
        """Send nothing there any more; raises NotFound."""
        self._one("DELETE FROM contact WHERE account = %s AND id = %s", account, contact)

    def be_quiet(self, account: int, hours: tuple[time, time, ZoneInfo] | None) -> None:
        """When not to wake somebody with what is not urgent; None for never. Raises Conflict for no time at all."""
        self._connection.execute("DELETE FROM quiet_hours WHERE account = %s", (account,))
        if hours is None:
            return
        since, until, zone = hours
        if since == until:
            raise Conflict("quiet hours must end at another time than they begin")
        self._connection.execute("INSERT INTO quiet_hours VALUES (%s, %s, %s, %s)", (account, since, until, zone.key))

    def chain(self, person: int, links: Sequence[Link]) -> None:
        """Whom to tell of a person and in which order, instead of before; nobody for the person alone."""
        self._connection.execute("DELETE FROM chain WHERE person = %s", (person,))
        self._connection.cursor().executemany(
            "INSERT INTO chain (person, step, account, after, reveals) VALUES (%s, %s, %s, %s, %s)",
            [(person, each.step, each.account, each.after, each.reveals) for each in links],
        )

    def _one(self, query: str, *values: object) -> None:
        if not self._connection.execute(query.encode(), values).rowcount:
            raise NotFound("no such address")


_ADD = """
    INSERT INTO contact AS c (account, channel, address, language, glucose_unit, reveals, secret, code, code_until,
                              verified_at)
    SELECT %(account)s, %(channel)s, %(address)s, %(language)s, %(unit)s, %(reveals)s, %(secret)s, %(code)s,
           now() + %(holds)s, %(proven)s
    WHERE (SELECT count(*) FROM contact WHERE account = %(account)s) < %(most)s
       OR EXISTS (SELECT FROM contact
                  WHERE (account, channel, address) = (%(account)s, %(channel)s, %(address)s))
    ON CONFLICT (account, channel, address) DO UPDATE
        SET language = EXCLUDED.language, glucose_unit = EXCLUDED.glucose_unit, reveals = EXCLUDED.reveals,
            secret = EXCLUDED.secret, code = EXCLUDED.code, code_until = EXCLUDED.code_until, code_tries = 0,
            verified_at = EXCLUDED.verified_at, dead_at = NULL, failing_since = NULL
        WHERE c.verified_at IS NULL OR c.dead_at IS NOT NULL OR EXCLUDED.verified_at IS NOT NULL
    RETURNING id
"""

_TRY = """
    UPDATE contact SET code_tries = least(code_tries + 1, 100) WHERE account = %s AND id = %s
    RETURNING code, code_tries, code_until > now()
"""

_WORKS = """
    SELECT channel FROM contact WHERE account = %s AND id = %s AND verified_at IS NOT NULL AND dead_at IS NULL
"""
