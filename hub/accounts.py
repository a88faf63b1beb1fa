"""The desk for accounts: who may sign in or send, and their bearer tokens.

A token is 256 random bits, kept as SHA-256; what is told once cannot be told again.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from hub.database import Connection
from hub.errors import Conflict, NotFound, RecordError

ADMINISTRATOR = "administrator"
"""The name of the account whose tokens may do everything."""

TOKEN_PREFIX = "vigie_"  # noqa: S105 - by it a leaked token is recognised; the secret comes after
FINGERPRINT_DIGITS = 12
"""Hexadecimal digits of a token's hash by which lists name it."""


class ActorRole(StrEnum):
    """What an account is for."""

    ADMIN = "admin"
    PERSON = "person"
    CAREGIVER = "caregiver"
    CLINICIAN = "clinician"
    TEAM = "team"
    APP = "app"
    GATEWAY = "gateway"


class Scope(StrEnum):
    """What a token may be limited to; a token without any may do all its account may."""

    READINGS_READ = "readings:read"
    READINGS_WRITE = "readings:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    REGISTER = "register"
    SHARING = "sharing"
    EXPORT = "export"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, or something, that may act. `person` is the number of their own record, if they have one."""

    number: int
    id: UUID
    role: ActorRole
    name: str
    person: int | None = None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as a list shows it: never the token."""

    fingerprint: str
    role: ActorRole
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def fresh_secret() -> str:
    """256 random bits as text that may stand in a header, a cookie or a form."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a secret, as the tables keep it; any text has one."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


class Accounts:
    """Accounts and what they sign in with, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def named(self, role: ActorRole, name: str) -> Account:
        """The account of a person's id, or of that name; made on first need.

        A caregiver named by a person's id is that person. Raises NotFound, Conflict when the name is another role's,
        RecordError for a name that cannot be one.
        """
        person = as_id(name)
        if person is not None and role in (ActorRole.PERSON, ActorRole.CAREGIVER):
            return self._of_person(person)
        if role is ActorRole.PERSON or person is not None:
            raise RecordError("a person is named by the id of their record, and only people and caregivers are")
        self._connection.execute(
            "INSERT INTO account (role, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", (role, _spelled(name))
        )
        found = self._one("name = %s", _spelled(name))
        if found.role is not role:
            raise Conflict(f"that name is the account of a {found.role} already; choose another name")
        return found

    def known(self, name: str) -> Account:
        """The account of that name or id, whatever its role; raises NotFound."""
        return self._one("name = %(name)s OR id::text = %(name)s", {"name": name})

    def issue(self, account: Account, scopes: tuple[Scope, ...] = (), life: timedelta | None = None) -> str:
        """A new bearer token of that account, told once; it ends after `life`, if given."""
        token = TOKEN_PREFIX + fresh_secret()
        self._connection.execute(
            "INSERT INTO token (hash, account, scopes, expires_at) VALUES (%s, %s, %s, now() + %s)",
            (secret_hash(token), account.number, list(scopes), life),
        )
        return token

    def tokens(self) -> list[TokenLine]:
        """Every token, oldest first."""
        rows = self._connection.execute(
            "SELECT encode(t.hash, 'hex'), a.role, a.name, t.scopes, t.created_at, t.expires_at, t.revoked_at "
            "FROM token t JOIN account a ON a.number = t.account ORDER BY t.created_at, t.hash"
        ).fetchall()
        return [
            TokenLine(digest[:FINGERPRINT_DIGITS], ActorRole(role), name, tuple(map(Scope, scopes)), *times)
            for digest, role, name, scopes, *times in rows
        ]

    def revoke(self, fingerprint: str) -> None:
        """End a token from the next request on; again changes nothing. Raises NotFound, Conflict for several."""
        like = "encode(hash, 'hex') LIKE %s"
        start = fingerprint.lower()
        wanted = start + "%" if len(start) >= FINGERPRINT_DIGITS and start.isalnum() else ""
        matching = self._connection.execute(f"SELECT hash FROM token WHERE {like}", (wanted,)).fetchall()  # noqa: S608
        if not matching:
            raise NotFound("no such token; `vigie token list` shows the identifier of each")
        if len(matching) > 1:
            raise Conflict("several tokens begin like that; give more digits of the identifier")
        self._connection.execute(
            "UPDATE token SET revoked_at = coalesce(revoked_at, now()) WHERE hash = %s", matching[0]
        )

    def _of_person(self, person: UUID) -> Account:
        self._connection.execute(
            "INSERT INTO account (role, name, person) SELECT 'person', id::text, number FROM person WHERE id = %s "
            "ON CONFLICT DO NOTHING",
            (person,),
        )
        try:
            return self._one("person = (SELECT number FROM person WHERE id = %s)", person)
        except NotFound:
            raise NotFound("no such person; their id is what POST /v1/people answered") from None

    def _one(self, where: str, value: object) -> Account:
        values = value if isinstance(value, dict) else (value,)
        row = self._connection.execute(f"{ACCOUNT} WHERE {where}", values).fetchone()
        if row is None:
            raise NotFound("no such account")
        return account_of(row)


ACCOUNT = "SELECT number, id, role, name, person FROM account"
"""How a row that `account_of` understands is asked for."""


def account_of(row: tuple[Any, ...]) -> Account:
    """The account of a row."""
    number, id_, role, name, person = row
    return Account(number, id_, ActorRole(role), name, person)


def as_id(name: str) -> UUID | None:
    """What that name says if it is an id, however spelled; None if it is none."""
    try:
        return UUID(name)
    except ValueError:
        return None


def _spelled(name: str) -> str:
    spelled = name.strip()
    if not 1 <= len(spelled) <= 200 or not spelled.isprintable():
        raise RecordError("a name must be 1 to 200 printable characters")
    return spelled
