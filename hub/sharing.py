"""The desk for who may see a record: grants, what is hidden, who is shut out, emergencies.

It settles; whether whoever asks may settle it is asked before, of what the database shows them (`acted_for`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from hub.accounts import Account, Accounts, ActorRole, as_id
from hub.database import Connection, Range
from hub.errors import Conflict, NotFound
from hub.quantities import KINDS, Kind

EMERGENCY_LASTS = timedelta(hours=1)
"""How long a record stays open to whoever opened it in an emergency, to read."""


class Way(StrEnum):
    """In which of the law's two ways a record is opened: by the service that answers a call, or by oneself."""

    REGULATION = "regulation"
    BREAK_GLASS = "break_glass"


class May(StrEnum):
    """What a delegate may settle if it was given to them, besides looking after alerts, devices and measurements."""

    SHARE = "share"
    HIDE = "hide"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Delegation:
    """As what a delegate acts; a legal representative is one until the person is of age."""

    may: frozenset[May] = frozenset()
    representative: bool = False


REPRESENTATIVE = Delegation(frozenset(May), representative=True)
"""A minor's legal representative may settle everything."""


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden: each part, where given, narrows it; none of them hides everything."""

    kind: Kind | None = None
    device: UUID | None = None
    reading: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class Sharing:
    """What people settle about their records, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def account(self, name: str) -> Account:
        """Whom that name stands for: a person's id, or the name another is known by; raises NotFound."""
        accounts = Accounts(self._connection)
        try:
            return accounts.known(name.strip())
        except NotFound:
            if as_id(name) is None:
                raise NotFound("no such account; give a person's id, or the name their token was made for") from None
            return accounts.named(ActorRole.PERSON, name)

    def grant(
        self, person: int, to: Account, by: int, kinds: Sequence[Kind] | None, during: tuple[datetime, datetime | None],
        delegation: Delegation | None = None,
    ) -> UUID:  # fmt: skip
        """Let an account see those kinds (all if None) from and until those times, and act for the person if so told.

        Raises Conflict for oneself, for times that end before they begin, for a delegate of some kinds, for a
        representative of somebody who is of age.
        """
        if to.person == person:
            raise Conflict("nobody needs to be given access to their own record")
        if during[1] is not None and during[1] <= during[0]:
            raise Conflict("access must end after it begins")
        if delegation is not None and kinds is not None:
            raise Conflict("a delegate settles who sees any kind, so sees every kind; leave `kinds` out")
        if delegation is not None and delegation.representative and not self._is_minor(person):
            raise Conflict("only somebody under 18 has a legal representative")
        numbers = None if kinds is None else [KINDS[kind].number for kind in kinds]
        acting = delegation or Delegation()
        return self._id(
            "INSERT INTO access_grant (person, account, kinds, during, granted_by, delegate, may, representative) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
            (
                person, to.number, numbers, Range(*during), by, delegation is not None, sorted(acting.may),
                acting.representative,
            ),
        )  # fmt: skip

    def revoke(self, person: int, grant: UUID) -> None:
        """End a grant at once; raises NotFound."""
        self._end("UPDATE access_grant SET revoked_at = now() WHERE person = %s AND id = %s AND revoked_at IS NULL",
                  (person, grant), "grant")  # fmt: skip

    def hide(self, person: int, veil: Veil, by: int) -> UUID:
        """Hide it from everybody but the person and their attending physician.

        Raises NotFound for a device that is not there, Conflict for a time that ends before it begins.
        """
        if veil.since is not None and veil.until is not None and veil.until <= veil.since:
            raise Conflict("what is hidden must end after it begins")
        device = None if veil.device is None else self._device(veil.device)
        return self._id(
            "INSERT INTO hidden (person, kind, device, reading, during, hidden_by) VALUES (%s, %s, %s, %s, %s, %s) "
            "RETURNING id",
            (
                person, None if veil.kind is None else KINDS[veil.kind].number, device, veil.reading,
                Range(veil.since, veil.until), by,
            ),
        )  # fmt: skip

    def unhide(self, person: int, item: UUID) -> None:
        """Show it again, exactly as it was; raises NotFound."""
        self._end("UPDATE hidden SET lifted_at = now() WHERE person = %s AND id = %s AND lifted_at IS NULL",
                  (person, item), "hidden item")  # fmt: skip

    def block(self, person: int, account: Account) -> None:
        """Shut an account out, whatever was or will be granted to it or to its teams."""
        if account.person == person:
            raise Conflict("nobody can be shut out of their own record")
        self._connection.execute(
            "INSERT INTO access_block (person, account) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (person, account.number),
        )

    def unblock(self, person: int, account: Account) -> None:
        """Let it in again as far as it is granted."""
        self._end("DELETE FROM access_block WHERE person = %s AND account = %s", (person, account.number), "block")

    def declare(self, person: int, attending: Account | None) -> None:
        """Who the attending physician is; raises Conflict unless it is a clinician."""
        if attending is not None and attending.role is not ActorRole.CLINICIAN:
            raise Conflict("an attending physician is a clinician")
        number = None if attending is None else attending.number
        self._connection.execute("UPDATE person SET attending = %s WHERE number = %s", (number, person))

    def oppose(self, person: int, regulation: bool, break_glass: bool) -> None:
        """Whether the person opposes each of the two ways of opening a record in an emergency."""
        self._connection.execute(
            "UPDATE person SET opposes_regulation = %s, opposes_break_glass = %s WHERE number = %s",
            (regulation, break_glass, person),
        )

    def open_in_emergency(self, person: int | None, by: int, way: Way, reason: str) -> tuple[UUID, datetime] | None:
        """Open a record for EMERGENCY_LASTS; None where the person or the profession keeps it closed, and of nobody."""
        row = self._connection.execute(_OPEN, {
            "person": person, "account": by, "way": way, "reason": reason, "lasts": EMERGENCY_LASTS,
        }).fetchone()  # fmt: skip
        return None if row is None else (row[0], row[1])

    def _is_minor(self, person: int) -> bool:
        query = "SELECT FROM person WHERE number = %s AND is_minor(birth_date, time_zone)"
        return bool(self._connection.execute(query, (person,)).rowcount)

    def _device(self, device: UUID) -> int:
        row = self._connection.execute("SELECT number FROM device WHERE id = %s", (device,)).fetchone()
        if row is None:
            raise NotFound("no such device")
        number: int = row[0]
        return number

    def _id(self, query: str, values: tuple[Any, ...]) -> UUID:
        row = self._connection.execute(query.encode(), values).fetchone()
        assert row is not None  # noqa: S101 - RETURNING of an INSERT
        made: UUID = row[0]
        return made

    def _end(self, query: str, values: tuple[Any, ...], what: str) -> None:
        if not self._connection.execute(query.encode(), values).rowcount:
            raise NotFound(f"no such {what}")


_OPEN = """
    INSERT INTO emergency (person, account, way, reason, until)
    SELECT p.number, %(account)s, %(way)s, %(reason)s, now() + %(lasts)s FROM person p
    WHERE p.number = %(person)s AND p.closed_at IS NULL
      AND NOT CASE %(way)s WHEN 'regulation' THEN p.opposes_regulation ELSE p.opposes_break_glass END
      AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = p.number AND b.account = %(account)s)
      AND EXISTS (SELECT FROM held_to h WHERE h.account = %(account)s AND 'identity' = ANY(h.sees))
    RETURNING id, until
"""
