"""Who asks: bearer tokens and signed-in browsers, and the ticket under which the database answers them.

A credential is 256 random bits, kept as SHA-256. The ticket exchanged for it is what a transaction carries; the API's
own role cannot make one, so SQL slipped into its session cannot become someone else.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from hub.accounts import ADMINISTRATOR, Account, Accounts, ActorRole, Scope, secret_hash
from hub.database import Database, Role
from ingest_api.signin.sessions import Sessions

__all__ = ["TICKET_LIFE", "Access", "Actor", "ActorRole", "Scope"]

TICKET_LIFE = timedelta(minutes=10)
MOST_TICKETS = 10_000
"""Tickets remembered at most; beyond it those that are over are forgotten."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in a request; `person` is the number of their own record, `scopes` what their token is limited to."""

    account: int
    id: UUID
    role: ActorRole
    name: str
    person: int | None
    ticket: UUID
    scopes: frozenset[Scope] = frozenset()


class Access:
    """Exchanges credentials for actors."""

    def __init__(self, database: Database) -> None:
        """Look credentials up in that database (role `vigie_register`)."""
        self._database = database
        self._tickets: dict[bytes, tuple[UUID, datetime]] = {}

    def create(
        self,
        role: ActorRole,
        name: str = ADMINISTRATOR,
        scopes: Sequence[Scope] = (),
        life: timedelta | None = None,
    ) -> str:
        """A new token of that role's account of that name; it is shown once and cannot be read again.

        Raises what Accounts.named raises.
        """
        with self._database.transaction(Role.REGISTER) as connection:
            accounts = Accounts(connection)
            return accounts.issue(accounts.named(role, name), tuple(dict.fromkeys(scopes)), life)

    def actor(self, token: str) -> Actor | None:
        """Whose token that is; None if nobody's, or no longer."""
        digest = secret_hash(token)
        with self._database.transaction(Role.REGISTER) as connection:
            row = connection.execute(_HOLDER, (digest,)).fetchone()
        if row is None or not compare_digest(row[0], digest):
            self._tickets.pop(digest, None)
            return None
        _, scopes, number, id_, role, name, person = row
        return self._acting(digest, Account(number, id_, ActorRole(role), name, person), frozenset(map(Scope, scopes)))

    def signed_in(self, cookie: str) -> Actor | None:
        """Who signed in with the browser that bears this cookie; None if nobody, or no longer."""
        with self._database.transaction(Role.REGISTER) as connection:
            account = Sessions(connection).holder(cookie)
        return self._of_session(cookie, account)

    def still_signed_in(self, cookie: str) -> Actor | None:
        """The same without its being a request of theirs: looking on does not keep a session alive."""
        with self._database.transaction(Role.REGISTER) as connection:
            account = Sessions(connection).still(cookie)
        return self._of_session(cookie, account)

    def _of_session(self, cookie: str, account: Account | None) -> Actor | None:
        digest = secret_hash(cookie)
        if account is None:
            self._tickets.pop(digest, None)
            return None
        return self._acting(digest, account, frozenset())

    def trusted_before(self, token: str) -> bool:
        """True if this token was somebody's a moment ago: it is looked up even while strangers are held off."""
        return secret_hash(token) in self._tickets

    def _acting(self, digest: bytes, account: Account, scopes: frozenset[Scope]) -> Actor:
        ticket = self._ticket(digest, account)
        return Actor(account.number, account.id, account.role, account.name, account.person, ticket, scopes)

    def _ticket(self, digest: bytes, account: Account) -> UUID:
        ticket, expires = self._tickets.get(digest, (None, datetime.min.replace(tzinfo=UTC)))
        if ticket is not None and expires > datetime.now(UTC) + TICKET_LIFE / 2:
            return ticket
        expires = datetime.now(UTC) + TICKET_LIFE
        fresh = UUID(bytes=secrets.token_bytes(16))
        with self._database.transaction(Role.REGISTER) as connection:
            connection.execute("DELETE FROM ticket WHERE expires_at < now()")
            connection.execute(
                "INSERT INTO ticket (value, account, role, person, expires_at) VALUES (%s, %s, %s, %s, %s)",
                (fresh, account.number, account.role, account.person, expires),
            )
        self._remember(digest, fresh, expires)
        return fresh

    def _remember(self, digest: bytes, ticket: UUID, expires: datetime) -> None:
        if len(self._tickets) >= MOST_TICKETS:
            now = datetime.now(UTC)
            self._tickets = {key: kept for key, kept in self._tickets.copy().items() if kept[1] > now}
        self._tickets[digest] = (ticket, expires)


_HOLDER = """
    SELECT t.hash, t.scopes, a.number, a.id, a.role, a.name, a.person
    FROM token t JOIN account a ON a.number = t.account
    WHERE t.hash = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
      AND a.closed_at IS NULL
"""
