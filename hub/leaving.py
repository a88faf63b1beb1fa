"""The desk for leaving: stopping collection, closing a record, deleting a person.

Each is one function of the database, which enters it in the access log in the same transaction; nothing here deletes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.database import Connection
from hub.errors import Malformed, NotFound

_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Deletion:
    """That somebody was deleted, and when: SHA-256 of their random id, which names nobody."""

    digest: bytes
    at: datetime

    def line(self) -> str:
        """As `read_deletions` reads it."""
        return f"{self.digest.hex()} {self.at.isoformat()}"


class Leaving:
    """Works within the transaction of `connection` (role `vigie_register`, under the ticket of whoever acts)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def number(self, person: UUID) -> int | None:
        """That person's, closed or not; None if there is none."""
        row = self._connection.execute("SELECT number FROM person WHERE id = %s", (person,)).fetchone()
        return None if row is None else row[0]

    def collect(self, person: int, stopped: bool) -> None:
        """Store their readings, or quarantine them; waits for what is being stored."""
        self._connection.execute("SELECT settle_collection(%s, %s)", (person, stopped))

    def close(self, person: int) -> None:
        """Make their record unreadable to everybody; it is kept, and takes nothing in."""
        self._connection.execute("SELECT close_record(%s)", (person,))

    def reopen(self, person: UUID) -> None:
        """Make a closed record what it was; raises NotFound."""
        if not self._connection.execute("UPDATE person SET closed_at = NULL WHERE id = %s", (person,)).rowcount:
            raise NotFound("no such person")

    def delete(self, person: UUID) -> None:
        """Forget everything of them but their access log; raises NotFound."""
        row = self._connection.execute("SELECT delete_person(%s)", (person,)).fetchone()
        if row is None or not row[0]:
            raise NotFound("no such person")

    def deletions(self) -> list[Deletion]:
        """Who was deleted, oldest first."""
        rows = self._connection.execute("SELECT digest, deleted_at FROM deletion ORDER BY deleted_at, digest")
        return [Deletion(digest, at) for digest, at in rows]

    def delete_again(self, deletions: Sequence[Deletion]) -> int:
        """After an older backup was restored: delete whoever of those it brought back; how many there were."""
        self._connection.cursor().executemany(
            "INSERT INTO deletion (digest, deleted_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(each.digest, each.at) for each in deletions],
        )
        back = self._connection.execute(
            "SELECT p.id FROM person p JOIN deletion d ON d.digest = sha256(convert_to(p.id::text, 'UTF8'))"
        ).fetchall()
        for (person,) in back:
            self.delete(person)
        return len(back)


def read_deletions(lines: Sequence[str]) -> Iterator[Deletion]:
    """The list as it was written down; raises Malformed."""
    for place, line in enumerate(lines, start=1):
        try:
            digest, at = line.split()
            read = Deletion(bytes.fromhex(digest), datetime.fromisoformat(at))
        except ValueError:
            raise Malformed(
                f"line {place} is not a deletion: give what `vigie people deletions list` printed"
            ) from None
        if len(read.digest) != _DIGEST_BYTES or read.at.tzinfo is None:
            raise Malformed(f"line {place} is not a deletion: give what `vigie people deletions list` printed")
        yield read
