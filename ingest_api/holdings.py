"""The devices a person holds or held, and what each last said, as whoever acts for them may see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.database import Connection
from hub.records import DeviceKind


@dataclass(frozen=True, slots=True)
class Held:
    """A pairing: which device, since and until when; `last` is its newest reading of the last LOOKED_BACK days."""

    pairing: UUID
    device: UUID
    kind: DeviceKind
    model: str | None
    since: datetime
    until: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the person's, and how many weights wait in its inbox."""

    id: UUID
    name: str
    waiting: int


LOOKED_BACK = 30
"""Days: a device silent for longer has nothing to say of late."""


def held(connection: Connection, person: int) -> list[Held]:
    """Every pairing of that person, those that last first (API's role)."""
    rows = connection.execute(_HELD, {"person": person, "days": LOOKED_BACK}).fetchall()
    return [Held(pairing, device, DeviceKind(kind), *rest) for pairing, device, kind, *rest in rows]


def homes(connection: Connection, person: int) -> list[Home]:
    """The person's households (API's role)."""
    return [Home(*row) for row in connection.execute(_HOMES, (person,))]


_HELD = """
    WITH last AS (
        SELECT r.device, max(r.taken_at) AS at FROM reading r
        WHERE r.person = %(person)s AND r.taken_at > now() - make_interval(days => %(days)s) GROUP BY r.device
    )
    SELECT h.id, d.id, d.kind, d.model, lower(h.during), upper(h.during), l.at
    FROM holding h JOIN device d ON d.number = h.device LEFT JOIN last l ON l.device = h.device
    WHERE h.person = %(person)s
    ORDER BY coalesce(upper(h.during) <= now(), false), l.at DESC NULLS LAST, lower(h.during) DESC, h.id
"""
_HOMES = """
    SELECT h.id, h.name, (SELECT count(*) FROM inbox i WHERE i.household = h.number AND i.kind = 4
                          AND i.person IS NULL AND NOT i.confirmed)
    FROM household h JOIN household_member m ON m.household = h.number WHERE m.person = %s ORDER BY h.name, h.id
"""
