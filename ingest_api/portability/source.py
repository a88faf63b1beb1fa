"""What an export holds, page by page: each page a transaction of its own, seen as the actor may see it then.

So an export holds no connection while a slow client reads, and a right that ends breaks it off rather than shorten it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.database import Connection
from hub.errors import NotFound
from hub.measurements import CHANNEL_BY_NUMBER, CONDITION_BY_NUMBER, Channel, Condition
from hub.quantities import KIND_BY_NUMBER, KINDS, UNIT_BY_NUMBER, Kind, Quantity
from hub.readings import EARLIEST, TIME_SOURCE_BY_NUMBER, TimeSource
from ingest_api.access import Actor
from ingest_api.parts import Hub
from ingest_api.whose import Whose, whose

PAGE = 5_000
"""Rows held at once."""

_ATTRIBUTIONS = {1: "given", 2: "confirmed"}
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A reading as it is kept: canonical value (None beyond the device's range, the bound is then in `raw`)."""

    key: UUID
    kind: Kind
    value: float | None
    raw: Quantity
    condition: Condition | None
    taken_at: datetime
    utc_offset: int
    device: UUID
    device_kind: str
    channel: Channel
    time_source: TimeSource
    received_at: datetime
    device_time: datetime | None
    sequence: int | None
    attribution: str | None
    context: Any


class Source:
    """One person's record as one actor sees it."""

    def __init__(self, hub: Hub, again: Callable[[], Actor | None], person: UUID, found: Whose) -> None:
        """Of a person the actor may see; `again` says who that is by now, None once they may ask no longer."""
        self._hub, self._again, self._found = hub, again, found
        self.person = person
        self._devices: dict[UUID, None] = {}

    def readings(self) -> Iterator[list[Kept]]:
        """All readings, by kind, then time: pages of at most PAGE."""
        for facts in KINDS.values():
            after: tuple[datetime, UUID] = (EARLIEST, UUID(int=0))
            while page := self._readings(facts.number, after):
                self._devices.update((each.device, None) for each in page)
                yield page
                after = (page[-1].taken_at, page[-1].key)

    def accesses(self) -> Iterator[list[Row]]:
        """The log: number, at, role, name, act, kinds, emergency; nothing to whom it is not told."""
        after = 0
        while page := self._rows(_ACCESSES, after=after, limit=PAGE):
            yield page
            after = page[-1][0]

    def head(self) -> list[Row]:
        """The person: id, given, family, birth date, sex, time zone, conditions, height (cm)."""
        return self._rows(_HEAD)

    def devices(self) -> list[Row]:
        """Those of the readings seen so far and of the pairings: id, kind, model."""
        return self._rows(_DEVICES, seen=list(self._devices))

    def pairings(self) -> list[Row]:
        """Device, since, until."""
        return self._rows(_PAIRINGS)

    def grants(self) -> list[Row]:
        """Id, to whom, role, kinds (None: all), since, until, delegate, made at, may settle, representative."""
        return self._rows(_GRANTS)

    def hidden(self) -> list[Row]:
        """Id, kind, device, reading, from, to, made at; each part narrows what is hidden."""
        return self._rows(_HIDDEN)

    def blocks(self) -> list[Row]:
        """Who is shut out, since when."""
        return self._rows(_BLOCKS)

    def emergencies(self) -> list[Row]:
        """Id, who, way, reason, opened at, until."""
        return self._rows(_EMERGENCIES)

    def alerts(self) -> Iterator[list[Row]]:
        """Id, rule, level, state, kinds, since, until, raised at, acknowledged at, by, resolved at, note, why."""
        after: tuple[datetime, UUID] = (EARLIEST, UUID(int=0))
        while page := self._rows(_ALERTS, time=after[0], id=after[1], limit=PAGE):
            yield page
            after = (page[-1][7], page[-1][0])

    def thresholds(self) -> list[Row]:
        """Version, valid from, set by, the whole of it."""
        return self._rows(_THRESHOLDS)

    def prevention(self) -> list[Row]:
        """Item, what was said of it, for which day, when, by whom."""
        return self._rows(_PREVENTION)

    def answers(self) -> list[Row]:
        """What only the person knows: last period, waist (cm), the answers to FINDRISC, when they were given."""
        return self._rows(_ANSWERS)

    def chain(self) -> list[Row]:
        """Who is told of alerts: step, minutes after it began, whom, role, whether with values."""
        return self._rows(_CHAIN)

    def addresses(self) -> list[Row]:
        """Channel, address, language, unit, with values, confirmed at, added at: the person's own, to them alone."""
        return self._rows(_ADDRESSES) if self._is_own else []

    def quiet_hours(self) -> list[Row]:
        """Since, until, time zone; as the addresses."""
        return self._rows(_QUIET_HOURS) if self._is_own else []

    @property
    def _is_own(self) -> bool:
        return self._asking().person == self._found.number

    def _asking(self) -> Actor:
        """Who asks by now; raises NotFound once they may not."""
        actor = self._again()
        if actor is None:
            raise NotFound(_ENDED)
        return actor

    def _readings(self, kind: int, after: tuple[datetime, UUID]) -> list[Kept]:
        rows = self._rows(_READINGS, kind=kind, time=after[0], key=after[1], limit=PAGE)
        return [_kept(row) for row in rows]

    def _rows(self, query: Any, **asked: object) -> list[Row]:
        with self._seeing() as connection:
            return connection.execute(query, {"person": self._found.number, **asked}).fetchall()

    @contextmanager
    def _seeing(self) -> Iterator[Connection]:
        with self._hub.reading(self._asking()) as connection:
            if whose(connection, self.person) is None:
                raise NotFound(_ENDED)
            yield connection


Writer = Callable[[Source], Iterator[bytes]]


def kinds_of(numbers: list[int] | None) -> list[Kind] | None:
    """Kinds by their stored numbers; None for all."""
    return None if numbers is None else [KIND_BY_NUMBER[number] for number in numbers if number in KIND_BY_NUMBER]


def _kept(row: Row) -> Kept:
    key, kind, value, raw, unit, condition, at, offset, device, sort, channel, source, *rest = row
    received, stamp, sequence, attribution, context = rest
    return Kept(
        key=key, kind=KIND_BY_NUMBER[kind], value=value, raw=Quantity(raw, UNIT_BY_NUMBER[unit]),
        condition=None if condition is None else CONDITION_BY_NUMBER[condition], taken_at=at, utc_offset=offset,
        device=device, device_kind=sort, channel=CHANNEL_BY_NUMBER[channel], time_source=TIME_SOURCE_BY_NUMBER[source],
        received_at=received, device_time=stamp, sequence=sequence, attribution=_ATTRIBUTIONS.get(attribution),
        context=context,
    )  # fmt: skip


_ENDED = "the right to see this record ended; ask for the export again if you have it anew"
_READINGS = """
    SELECT r.key, r.kind, r.value, r.raw_value, r.raw_unit, r.condition, r.taken_at, r.utc_offset, d.id, d.kind,
           r.channel, r.time_source, r.received_at, r.device_time, r.sequence, r.attribution, r.context
    FROM reading r JOIN device d ON d.number = r.device
    WHERE r.person = %(person)s AND r.kind = %(kind)s AND r.taken_at >= %(time)s
      AND (r.taken_at, r.key) > (%(time)s, %(key)s)
    ORDER BY r.taken_at, r.key LIMIT %(limit)s
"""
_ACCESSES = """
    SELECT number, at, role, name, act, kinds, emergency FROM access_log
    WHERE person = %(person)s AND number > %(after)s ORDER BY number LIMIT %(limit)s
"""
_HEAD = """
    SELECT id, given, family, birth_date, sex, time_zone, conditions, height_cm FROM person WHERE number = %(person)s
"""
_DEVICES = """
    SELECT id, kind, model FROM device
    WHERE id = ANY(%(seen)s) OR number IN (SELECT device FROM holding WHERE person = %(person)s) ORDER BY number
"""
_PAIRINGS = """
    SELECT d.id, lower(h.during), upper(h.during) FROM holding h JOIN device d ON d.number = h.device
    WHERE h.person = %(person)s ORDER BY lower(h.during), d.number
"""
_GRANTS = """
    SELECT id, name, role, kinds, lower(during), upper(during), delegate, created_at, may, representative
    FROM access_grant
    WHERE person = %(person)s ORDER BY created_at, id
"""
_HIDDEN = """
    SELECT h.id, h.kind, d.id, h.reading, lower(h.during), upper(h.during), h.created_at
    FROM hidden h LEFT JOIN device d ON d.number = h.device WHERE h.person = %(person)s ORDER BY h.created_at, h.id
"""
_BLOCKS = "SELECT name, created_at FROM access_block WHERE person = %(person)s ORDER BY created_at, name"
_EMERGENCIES = """
    SELECT id, who, way, reason, opened_at, until FROM emergency WHERE person = %(person)s ORDER BY opened_at, id
"""
_ALERTS = """
    SELECT id, rule, level, state, kinds, since, until, raised_at, acknowledged_at, acknowledged_by, resolved_at, note,
           because::text
    FROM alert WHERE person = %(person)s AND (raised_at, id) > (%(time)s, %(id)s) ORDER BY raised_at, id LIMIT %(limit)s
"""
_THRESHOLDS = """
    SELECT version, valid_from, set_by, document::text FROM thresholds WHERE person = %(person)s ORDER BY version
"""
_PREVENTION = """
    SELECT item, act, day, at, said_by FROM prevention_act WHERE person = %(person)s ORDER BY day, item, act
"""
_ANSWERS = """
    SELECT last_period, waist_cm, active, greens, pressure_drug, high_glucose, family, at FROM prevention_facts
    WHERE person = %(person)s
"""
_CHAIN = """
    SELECT step, extract(epoch FROM after)::int / 60, name, role, reveals FROM chain
    WHERE person = %(person)s ORDER BY step, name
"""
# of a browser where it is found, not the keys to it
_ADDRESSES = """
    SELECT channel, CASE channel WHEN 'web_push' THEN address::jsonb ->> 'endpoint' ELSE address END, language,
           glucose_unit, reveals, verified_at, created_at
    FROM contact ORDER BY created_at, id
"""
_QUIET_HOURS = "SELECT since::text, until::text, time_zone FROM quiet_hours"
