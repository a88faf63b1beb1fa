"""A household's inbox: what its shared devices measured, and whom each of it was given to.

Readings of a shared device never leave the inbox: giving one to a person copies it into their record, and giving it to
another takes that copy back. So it keeps its original time and everything that was measured with it, and what guards
the inbox against doubling still sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.database import Connection, Jsonb
from hub.errors import CollectionStopped, NotFound
from hub.quantities import KIND_BY_NUMBER, KINDS, Kind
from hub.readings import Attribution
from timeseries import giving


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One reading of a shared device, and what was decided about it."""

    key: UUID
    household: int
    device: int
    kind: Kind
    taken_at: datetime
    utc_offset: int
    value: float | None
    hint: str | None
    person: int | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Occasion:
    """What one device measured at one instant: a weight, and the composition that came with it."""

    rows: tuple[InboxRow, ...]

    @property
    def weights(self) -> tuple[InboxRow, ...]:
        """Its weights: one, unless two people stood on the scale within the minute that it keeps."""
        return tuple(row for row in self.rows if row.kind is Kind.WEIGHT)

    def value(self, kind: Kind) -> float | None:
        """What it says of that kind."""
        return next((row.value for row in self.rows if row.kind is kind), None)


class Inbox:
    """The households' inboxes, within the transaction of `connection` (role `vigie_watch`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def undecided(self, limit: int) -> list[Occasion]:
        """What nobody has looked at yet, oldest first; another worker's are skipped."""
        rows = [
            _row(values)
            for values in self._connection.execute(
                f"SELECT {_ROW} FROM inbox WHERE decided_at IS NULL "  # noqa: S608
                "ORDER BY taken_at, device, key LIMIT %s FOR UPDATE SKIP LOCKED",
                (limit,),
            )
        ]
        occasions: dict[tuple[int, int, datetime], list[InboxRow]] = {}
        for row in rows:
            occasions.setdefault((row.household, row.device, row.taken_at), []).append(row)
        return [Occasion(tuple(each)) for each in occasions.values()]

    def occasion(self, household: int, device: int, taken_at: datetime) -> Occasion:
        """Everything that device measured at that instant, whatever was decided."""
        query = f"SELECT {_ROW} FROM inbox WHERE household = %s AND device = %s AND taken_at = %s ORDER BY key"  # noqa: S608
        return Occasion(tuple(map(_row, self._connection.execute(query, (household, device, taken_at)))))

    def of(self, household: int, key: UUID) -> Occasion:
        """What belongs to that reading and moves with it; raises NotFound.

        Of two weights at one instant each moves alone, since nothing tells whose the composition is.
        """
        query = f"SELECT {_ROW} FROM inbox WHERE household = %s AND key = %s FOR UPDATE"  # noqa: S608
        found = self._connection.execute(query, (household, key)).fetchone()
        if found is None:
            raise NotFound("no such reading in this household's inbox")
        row = _row(found)
        whole = self.occasion(row.household, row.device, row.taken_at)
        return whole if len(whole.weights) <= 1 else Occasion((row,))

    def give(self, occasion: Occasion, person: int, how: Attribution, by: int | None = None) -> None:
        """Put it into that person's record, and out of whoever's it was in; raises CollectionStopped.

        `by` is the account of whoever says so; None if the evidence does.
        """
        if not self.may_give(person):
            raise CollectionStopped("this person has stopped collection; it can be theirs once they restart it")
        for row in occasion.rows:
            if row.person != person:
                self._take_back(row)
                giving.give(self._connection, row.key, person, how)
            elif how is Attribution.CONFIRMED:
                self._connection.execute(_CONFIRM, (how, person, KINDS[row.kind].number, row.taken_at, row.key))
        self._decide(occasion, person, how is Attribution.CONFIRMED, by=by)

    def may_give(self, person: int) -> bool:
        """False if that person has stopped collection."""
        row = self._connection.execute("SELECT collecting(%s)", ([person],)).fetchone()
        return bool(row and row[0])

    def leave(self, occasion: Occasion, candidates: Sequence[tuple[int, float]] = ()) -> None:
        """Let it wait for somebody to say whose it is; `candidates` are people with their probability."""
        self._decide(occasion, None, confirmed=False, candidates=candidates)

    def dismiss(self, occasion: Occasion, by: int | None = None) -> None:
        """Nobody's of this household: a guest, a child, a suitcase."""
        for row in occasion.rows:
            self._take_back(row)
        self._decide(occasion, None, confirmed=True, by=by)

    def put_back(self, occasion: Occasion, by: int) -> None:
        """Out of whoever's record it is in, to wait until somebody says whose it is: the evidence misled once."""
        for row in occasion.rows:
            self._take_back(row)
        self._decide(occasion, None, confirmed=False, by=by)

    def look_again(self, household: int) -> None:
        """What waits may have become clear since somebody said whose another reading was; not what was put back."""
        self._connection.execute(
            "UPDATE inbox SET decided_at = NULL "
            "WHERE household = %s AND person IS NULL AND NOT confirmed AND decided_by IS NULL",
            (household,),
        )

    def _take_back(self, row: InboxRow) -> None:
        if row.person is not None:
            giving.take_back(self._connection, row.key, row.person)

    def _decide(
        self, occasion: Occasion, person: int | None, confirmed: bool, by: int | None = None,
        candidates: Sequence[tuple[int, float]] | None = None,
    ) -> None:  # fmt: skip
        """Whom it might have been is kept unless told anew: what is put back is asked again."""
        self._connection.execute(
            "UPDATE inbox SET person = %s, confirmed = %s, decided_at = now(), decided_by = %s, "
            "candidates = coalesce(%s, candidates) WHERE key = ANY(%s)",
            (
                person, confirmed, by, None if candidates is None else Jsonb(list(candidates)),
                [row.key for row in occasion.rows],
            ),
        )  # fmt: skip


_ROW = "key, household, device, kind, taken_at, utc_offset, value, hint, person, confirmed"
_CONFIRM = "UPDATE reading SET attribution = %s WHERE person = %s AND kind = %s AND taken_at = %s AND key = %s"


def _row(values: tuple[Any, ...]) -> InboxRow:
    key, household, device, kind, *others = values
    return InboxRow(key, household, device, KIND_BY_NUMBER[kind], *others)
