"""What holds and has not held long enough to ring, as whoever acts sees it: a low that lasts 10 of its 15 minutes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import TypeAdapter

from alerts.rule import Because, Evidence, Level
from hub.database import Connection
from hub.quantities import KIND_BY_NUMBER, Kind

_BECAUSE = TypeAdapter(Because)
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])


@dataclass(frozen=True, slots=True)
class Pending:
    """One that may become an alert; `number` is the person's as tables call them. Nobody can act on it."""

    person: UUID
    number: int
    rule: str
    kinds: tuple[Kind, ...]
    level: Level
    since: datetime
    because: Because
    evidence: tuple[Evidence, ...]

    @property
    def id(self) -> UUID:
        """The same while it lasts; the alert that it may become has another."""
        return uuid5(self.person, f"{self.rule} pending {self.since.isoformat()}")


def pending_seen(connection: Connection, person: int | None, most: int) -> list[Pending]:
    """A person's, or everybody's whom the actor may see, the latest begun first."""
    return [_pending(row) for row in connection.execute(_PENDING, {"person": person, "most": most})]


def _pending(row: tuple[Any, ...]) -> Pending:
    person, number, rule, kinds, level, since, because, evidence = row
    return Pending(
        person, number, rule, tuple(KIND_BY_NUMBER[kind] for kind in kinds), Level(level), since,
        _BECAUSE.validate_python(because), _EVIDENCE.validate_python(evidence),
    )  # fmt: skip


_PENDING = """
    SELECT p.id, w.person, w.rule, w.kinds, w.level, w.since, w.because, w.evidence
    FROM pending w JOIN person p ON p.number = w.person
    WHERE %(person)s::int IS NULL OR w.person = %(person)s
    ORDER BY w.since DESC, w.person, w.rule LIMIT %(most)s
"""
