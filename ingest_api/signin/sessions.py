"""Signed in with a browser: an opaque cookie, of which the database keeps the hash.

A session ends after IDLE without a request, after LONGEST whatever happens, at sign-out, and with its account or the
token it was opened with.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.accounts import Account, account_of, fresh_secret, secret_hash
from hub.database import Connection

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""How often a busy session's last request is noted: not a write a request."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a session that is now over was opened with: the provider and the identity token it gave, if any."""

    provider: str | None
    id_token: str | None


class Sessions:
    """Sessions, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def open(
        self, account: Account, provider: str | None = None, id_token: str | None = None, token: str | None = None
    ) -> str:
        """The cookie of a new session; those that are long over are swept away."""
        cookie = fresh_secret()
        self._connection.execute("DELETE FROM session WHERE expires_at < now()")
        self._connection.execute(
            "INSERT INTO session (hash, account, expires_at, provider, id_token, token) "
            "VALUES (%s, %s, now() + %s, %s, %s, %s)",
            (secret_hash(cookie), account.number, LONGEST, provider, id_token, token and secret_hash(token)),
        )
        return cookie

    def holder(self, cookie: str) -> Account | None:
        """Whose session that cookie is, noting that they were seen; None if nobody's, or no longer."""
        row = self._connection.execute(_HOLDER, (secret_hash(cookie), IDLE)).fetchone()
        if row is None:
            return None
        *account, seen_at, now = row
        if now - seen_at > SEEN_EVERY:
            self._connection.execute("UPDATE session SET seen_at = now() WHERE hash = %s", (secret_hash(cookie),))
        return account_of(tuple(account))

    def still(self, cookie: str) -> Account | None:
        """The same, and nothing noted."""
        row = self._connection.execute(_HOLDER, (secret_hash(cookie), IDLE)).fetchone()
        return None if row is None else account_of(row[:-2])

    def expires_at(self, cookie: str) -> datetime | None:
        """When that session ends at the latest; None if it is not."""
        row = self._connection.execute(
            "SELECT expires_at FROM session WHERE hash = %s", (secret_hash(cookie),)
        ).fetchone()
        return row[0] if row else None

    def end(self, cookie: str) -> Ended | None:
        """End that session; what it was opened with, and then no longer kept. None if it was over, or never was."""
        row = self._connection.execute(_END, (secret_hash(cookie),)).fetchone()
        return Ended(*row) if row else None


_HOLDER = """
    SELECT a.number, a.id, a.role, a.name, a.person, s.seen_at, now()
    FROM session s JOIN account a ON a.number = s.account LEFT JOIN token t ON t.hash = s.token
    WHERE s.hash = %s AND s.ended_at IS NULL AND s.expires_at > now() AND s.seen_at > now() - %s
      AND a.closed_at IS NULL AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
"""
_END = """
    WITH open AS (SELECT hash, provider, id_token FROM session WHERE hash = %s AND ended_at IS NULL FOR UPDATE)
    UPDATE session s SET ended_at = now(), id_token = NULL FROM open WHERE s.hash = open.hash
    RETURNING open.provider, open.id_token
"""
