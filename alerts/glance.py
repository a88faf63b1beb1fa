"""A glance at people of whom nothing goes on: what came of them changes nothing, and nobody is silent.

Nothing is written of it but that it was taken: the next full look finds the readings, leaps over them, and tells what
it would have told. Who is not surely at rest is left to a full look, in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import TypeAdapter

from alerts.calm import BACK, Calm, passing
from alerts.history import moment, us
from alerts.rule import LIVE
from hub.database import Connection, raw_rows
from hub.quantities import KINDS, UNIT_NUMBER, Kind, Unit
from timeseries.columns import POSTGRES_EPOCH_US, elements

_CALM = TypeAdapter(Calm)

RECENT = timedelta(minutes=60) + LIVE
"""A reading marked as come that was taken before is looked at in full, whatever it says."""


@dataclass(frozen=True, slots=True)
class Glanced:
    """What one person's calm is held against; microseconds.

    `marked` readings were taken at `since` or later and are to be looked at. `plain` if all are one sensor's numbers in
    one unit. (n,) `at`, `values` (mg/dL), `received` in order of time.
    """

    person: int
    calm: Calm
    looked_at: int
    glance_at: int
    marked: int
    since: int
    plain: bool
    device: int
    unit: int
    at: list[int]
    values: list[float]
    received: list[int]

    def rests(self, now: int) -> bool:
        """True if all that came is such as changes nothing, and silence is not to be told."""
        first = next((place for place, at in enumerate(self.at) if at >= self.since), len(self.at))
        unit = UNIT_NUMBER[Unit.MMOL_L if self.calm.in_mmol else Unit.MG_DL]
        return (
            self.plain
            and (self.device, self.unit) == (self.calm.device, unit)
            and all(before < then for before, then in pairwise(self.at))
            and len(self.at) - first == self.marked
            and max(self.received[first:], default=now) <= now
            and now < self.silent_at
            and passing(self.calm, self.looked_at, self.at, self.values, self.received, first) == self.marked
        )

    @property
    def silent_at(self) -> int:
        """When silence may have to be told, if nothing comes."""
        return self.at[-1] + self.calm.fresh


def calm_to_json(calm: Calm) -> str:
    """Calm as it is stored."""
    return _CALM.dump_json(calm).decode()


def calm_from_json(stored: str | bytes) -> Calm:
    """Calm as it was stored."""
    return _CALM.validate_json(stored)


def at_rest(connection: Connection, people: Sequence[int], now: datetime) -> frozenset[int]:
    """Those of the people held by the transaction that need no full look; what came of them has been looked at."""
    asked = {
        "people": list(people), "now": now, "recent": now - RECENT, "back": BACK, "floor": now - RECENT - BACK,
        "kind": KINDS[Kind.GLUCOSE_INTERSTITIAL].number,
    }  # fmt: skip
    rows = raw_rows(connection, _GLANCED, asked) if people else []
    resting = [each for row in rows if (each := _glanced(row)).rests(us(now))]
    if resting:
        numbers = [each.person for each in resting]
        connection.execute("DELETE FROM arrival WHERE person = ANY(%s)", (numbers,))
        later = [moment(each.silent_at if each.glance_at <= us(now) else each.glance_at) for each in resting]
        connection.execute(_NOTE, {"people": numbers, "at": later, "now": now})
    return frozenset(each.person for each in resting)


def _glanced(row: Sequence[bytes | None]) -> Glanced:
    person, told, looked_at, glance_at, marked, since, plain, device, unit, at, values, received = row
    return Glanced(
        person=_integer(person),
        calm=calm_from_json(told or b""),
        looked_at=_instant(looked_at),
        glance_at=_instant(glance_at),
        marked=_integer(marked),
        since=_instant(since),
        plain=plain == b"\1",
        device=_integer(device),
        unit=_integer(unit),
        at=[each + POSTGRES_EPOCH_US for each in elements(at, ">i8").tolist()],
        values=elements(values, ">f8").tolist(),
        received=[each + POSTGRES_EPOCH_US for each in elements(received, ">i8").tolist()],
    )


def _integer(told: bytes | None) -> int:
    return int.from_bytes(told or b"", signed=True)


def _instant(told: bytes | None) -> int:
    return _integer(told) + POSTGRES_EPOCH_US


# Only while no full look is due. Marks of anything but the sensor's own readings, new and recent, leave the row out.
_GLANCED = """
    SELECT c.person, c.told::text, w.looked_at, c.glance_at, coalesce(m.keys, 0)::int, coalesce(m.since, 'infinity'),
           t.*
    FROM calm c JOIN walk w ON w.person = c.person AND NOT w.shown AND w.due_at > %(now)s
    LEFT JOIN (
        SELECT person, sum(cardinality(keys)) AS keys, min(since) AS since, bool_or(gone OR kind <> %(kind)s) AS other
        FROM arrival WHERE person = ANY(%(people)s) GROUP BY person) AS m ON m.person = c.person
    CROSS JOIN LATERAL (
        SELECT count(value) = count(*) AND count(condition) = 0 AND min(device) = max(device)
               AND min(raw_unit) = max(raw_unit), min(device), min(raw_unit),
               array_agg(taken_at), array_agg(coalesce(value, 0)), array_agg(received_at)
        FROM (SELECT * FROM reading r WHERE r.person = c.person AND r.kind = %(kind)s AND r.taken_at > %(floor)s
              AND r.taken_at > least(m.since, %(now)s) - %(back)s::interval ORDER BY taken_at) AS r
        HAVING count(*) > 0) AS t
    WHERE c.person = ANY(%(people)s) AND m.other IS NOT TRUE AND (m.since IS NULL OR m.since > %(recent)s)
"""
_NOTE = """
    UPDATE calm c SET looked_at = %(now)s, glance_at = g.at
    FROM unnest(%(people)s::int[], %(at)s::timestamptz[]) AS g (person, at) WHERE c.person = g.person
"""
