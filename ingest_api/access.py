"""Who asks: bearer tokens, and the ticket under which the database answers them.

A token is 256 random bits, kept as SHA-256. The ticket exchanged for it is what a transaction carries; the API's own
role cannot make one, so SQL slipped into its session cannot become someone else.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from hub.database import Database, Role

TICKET_LIFE = timedelta(minutes=10)
PREFIX = "vigie_"


class ActorRole(StrEnum):
    """What a token may be for."""

    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in a request."""

    role: ActorRole
    ticket: UUID


class Access:
    """Exchanges tokens for actors."""

    def __init__(self, database: Database) -> None:
        """Look tokens up in that database (role `vigie_register`)."""
        self._database = database
        self._tickets: dict[bytes, tuple[UUID, datetime]] = {}

    def create(self, role: ActorRole) -> str:
        """A new token of that role; it is shown once and cannot be read again."""
        token = PREFIX + secrets.token_urlsafe(32)
        with self._database.transaction(Role.REGISTER) as connection:
            connection.execute(
                "INSERT INTO account (role, name) VALUES (%s, 'administrator') ON CONFLICT DO NOTHING", (role,)
            )
            connection.execute(
                "INSERT INTO token (hash, account) SELECT %s, number FROM account WHERE role = %s", (_hash(token), role)
            )
        return token

    def actor(self, token: str) -> Actor | None:
        """Whose token that is; None if nobody's, or no longer."""
        digest = _hash(token)
        with self._database.transaction(Role.REGISTER) as connection:
            row = connection.execute(
                "SELECT t.hash, a.role FROM token t JOIN account a ON a.number = t.account "
                "WHERE t.hash = %s AND t.revoked_at IS NULL AND a.closed_at IS NULL",
                (digest,),
            ).fetchone()
        if row is None or not compare_digest(row[0], digest):
            self._tickets.pop(digest, None)
            return None
        role = ActorRole(row[1])
        return Actor(role, self._ticket(digest, role))

    def _ticket(self, digest: bytes, role: ActorRole) -> UUID:
        ticket, expires = self._tickets.get(digest, (None, datetime.min.replace(tzinfo=UTC)))
        if ticket is not None and expires > datetime.now(UTC) + TICKET_LIFE / 2:
            return ticket
        expires = datetime.now(UTC) + TICKET_LIFE
        fresh = UUID(bytes=secrets.token_bytes(16))
        with self._database.transaction(Role.REGISTER) as connection:
            connection.execute("DELETE FROM ticket WHERE expires_at < now()")
            connection.execute(
                "INSERT INTO ticket (value, account, role, person, expires_at) "
                "SELECT %s, number, role, person, %s FROM account WHERE role = %s",
                (fresh, expires, role),
            )
        self._tickets[digest] = (fresh, expires)
        return fresh


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
