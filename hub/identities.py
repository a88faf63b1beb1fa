"""Who identity providers vouch for, and which account is theirs: never guessed from a name, a birth date, an address.

An invitation is 256 random bits, kept as SHA-256.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.accounts import ACCOUNT, Account, ActorRole, account_of, as_id, fresh_secret, secret_hash
from hub.database import Connection, UniqueViolation
from hub.errors import Conflict, NotFound

INVITATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an identity provider says somebody is: `subject` is theirs at that issuer, for ever."""

    issuer: str
    subject: str
    full_name: str | None = None
    profession: str | None = None
    national_id: str | None = None
    structure: str | None = None


class Identities:
    """Accounts by the identity tied to them, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def invite(self, account: Account) -> str:
        """A new invitation, told once: whoever signs in with it within INVITATION_LIFE is that account's holder."""
        invitation = fresh_secret()
        self._connection.execute(
            "INSERT INTO invitation (hash, account, expires_at) VALUES (%s, %s, now() + %s)",
            (secret_hash(invitation), account.number, INVITATION_LIFE),
        )
        return invitation

    def identified(self, role: ActorRole, identity: Identity) -> Account | None:
        """The open account of that role tied to that identity, with what its provider now says of it; None if none."""
        tied = "role = %(role)s AND issuer = %(issuer)s AND subject = %(subject)s AND closed_at IS NULL"
        given = {**_vouched(identity), "role": role}
        self._connection.execute(f"UPDATE account SET {_VOUCHED} WHERE {tied}", given)  # noqa: S608
        row = self._connection.execute(f"{ACCOUNT} WHERE {tied}", given).fetchone()
        return account_of(row) if row else None

    def enrol(self, role: ActorRole, identity: Identity) -> Account:
        """An account for an identity nobody invited, named by its subject; raises Conflict if the name is taken.

        So is the id of a record, or of an account: what is given to that id would be given to whoever is named so.
        """
        if self._connection.execute(_ANOTHERS, {"id": as_id(identity.subject)}).rowcount:
            raise Conflict(_ASK)
        given = {**_vouched(identity), "role": role, "name": identity.subject}
        try:
            with self._connection.transaction():
                self._connection.execute(
                    "INSERT INTO account (role, name, issuer, subject, full_name, profession, national_id, structure) "
                    "VALUES (%(role)s, %(name)s, %(issuer)s, %(subject)s, %(full_name)s, %(profession)s, "
                    "%(national_id)s, %(structure)s)",
                    given,
                )
        except UniqueViolation:
            raise Conflict(_ASK) from None
        return self._account("name = %s", given["name"])

    def redeem(self, invitation: bytes, role: ActorRole, identity: Identity) -> Account:
        """Tie that identity to the account the invitation (its hash) is for; once.

        Raises Conflict, always the same, when the invitation is unknown, used or over, is for another role than the
        provider vouches for, or when account or identity are tied already.
        """
        row = self._connection.execute(
            "UPDATE invitation SET used_at = now() WHERE hash = %s AND used_at IS NULL AND expires_at > now() "
            "RETURNING account",
            (invitation,),
        ).fetchone()
        try:
            with self._connection.transaction():
                tied = self._connection.execute(
                    f"UPDATE account SET issuer = %(issuer)s, subject = %(subject)s, {_VOUCHED} "  # noqa: S608
                    "WHERE number = %(number)s AND role = %(role)s AND issuer IS NULL AND closed_at IS NULL",
                    {**_vouched(identity), "number": row and row[0], "role": role},
                ).rowcount
        except UniqueViolation:
            tied = 0
        if row is None or not tied:
            raise Conflict(_ASK)
        return self._account("number = %s", row[0])

    def _account(self, where: str, value: object) -> Account:
        row = self._connection.execute(f"{ACCOUNT} WHERE {where}", (value,)).fetchone()
        if row is None:
            raise NotFound("no such account")
        return account_of(row)


_ANOTHERS = "SELECT FROM person WHERE id = %(id)s UNION ALL SELECT FROM account WHERE id = %(id)s"
_VOUCHED = (
    "full_name = %(full_name)s, profession = %(profession)s, national_id = %(national_id)s, structure = %(structure)s"
)
_ASK = "this identity cannot be tied to an account here; ask who keeps the records for a new invitation"


def _vouched(identity: Identity) -> dict[str, Any]:
    return {name: getattr(identity, name) for name in identity.__slots__}
