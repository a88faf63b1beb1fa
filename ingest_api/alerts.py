"""Alerts as whoever acts sees them, and what they do about them; for the routes and for pages."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any, Protocol
from uuid import UUID

from pydantic import TypeAdapter

from alerts.acts import act
from alerts.alert import NEVER, AlertState, Doing
from alerts.rule import Because, Evidence, Level
from alerts.watcher import Watcher
from hub.database import Connection
from hub.errors import Malformed, NotFound
from hub.quantities import GLUCOSE_KINDS, KIND_BY_NUMBER, Kind
from ingest_api.access import Actor
from ingest_api.opened import enter
from ingest_api.parts import Hub
from timeseries.store import Place

_BECAUSE = TypeAdapter(Because)
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])


OF_ALERTS = (*GLUCOSE_KINDS, Kind.WEIGHT)
"""Kinds of which there are rules."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One alert; `person` as others call them, `number` as tables do; `acts` if the actor may do something about it."""

    id: UUID
    person: UUID
    number: int
    key: str
    rule: str
    kinds: tuple[Kind, ...]
    level: Level
    state: AlertState
    because: Because
    evidence: tuple[Evidence, ...]
    since: datetime
    until: datetime | None
    last: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    note: str | None
    acts: bool


class Telling(Protocol):
    """What tells of somebody's readings: an alert, or what may become one."""

    @property
    def number(self) -> int: ...
    @property
    def kinds(self) -> tuple[Kind, ...]: ...
    @property
    def evidence(self) -> tuple[Evidence, ...]: ...


def alerts_seen(
    connection: Connection, person: int | None, states: Collection[AlertState], before: Place | None, limit: int
) -> list[Seen]:
    """A person's, or everybody's whom the actor may see, in those states (any if none), the newest raised first."""
    asked = {
        "person": person, "states": list(states) or None, "limit": limit,
        "time": before and before.taken_at, "id": before and UUID(bytes=before.key),
    }  # fmt: skip
    return [_seen(row) for row in connection.execute(_PAGE, asked)]


def enter_seen(connection: Connection, seen: Sequence[Telling], act: str = "read") -> None:
    """Enter in each person's access log that their alerts were seen, and which kinds those told of."""
    kinds: dict[frozenset[Kind], set[int]] = {}
    for number in {each.number for each in seen}:
        told = frozenset(kind for each in seen if each.number == number for kind in each.kinds)
        kinds.setdefault(told, set()).add(number)
    for told, people in kinds.items():
        enter(connection, sorted(people), act, sorted(told))


def act_on(hub: Hub, actor: Actor, alert: UUID, doing: Doing, until: datetime = NEVER, note: str | None = None) -> Seen:
    """Acknowledge an alert, or rest from it until then; how it stands afterwards. What is over stays as it is.

    Raises NotFound for one that is not there, or not to be acted on by this actor; Malformed for a rest in the past.
    """
    if doing is Doing.SNOOZE and until <= datetime.now(UTC):
        raise Malformed("`until` must be a time to come")
    seen = _one(hub, actor, alert)
    if seen is None or not seen.acts:
        with hub.reading(actor) as connection:
            connection.execute("SELECT record_refusal(%s)", (alert,))
        raise NotFound("no such alert")
    with hub.watching(actor) as connection:
        act(connection, seen.number, seen.key, actor.account, doing, until, note)
        enter_seen(connection, [seen], doing)
    Watcher(hub.database).look_at(seen.number)
    return _one(hub, actor, alert) or seen


@dataclass(frozen=True, slots=True)
class Burden:
    """What one rule asked of people: alerts, how often they rang, how many of them somebody acknowledged, how soon.

    `rule` is None over all rules; percent and minutes (the median) are None where there is nothing to tell.
    """

    rule: str | None
    alerts: int
    rings: int
    acknowledged_percent: float | None
    minutes_to_acknowledgement: float | None


def burden_of(connection: Connection, person: int, since: datetime, until: datetime) -> list[Burden]:
    """What a period's alerts of a person asked of people: over all rules, then rule by rule."""
    asked = {"person": person, "since": since, "until": until}
    rings: Counter[str] = Counter(dict(connection.execute(_RINGS, asked).fetchall()))
    waits: dict[str, list[float | None]] = {}
    for rule, minutes in connection.execute(_WAITS, asked):
        waits.setdefault(rule, []).append(minutes)
    every = [minutes for each in waits.values() for minutes in each]
    total = _burden(None, every, rings.total())
    return [total, *(_burden(rule, waits.get(rule, []), rings[rule]) for rule in sorted({*waits, *rings}))]


def _burden(rule: str | None, waits: Sequence[float | None], rings: int) -> Burden:
    """Of the minutes to each alert's acknowledgement, None for those that nobody acknowledged."""
    known = [minutes for minutes in waits if minutes is not None]
    share = 100 * len(known) / len(waits) if waits else None
    return Burden(rule, len(waits), rings, share, median(known) if known else None)


def devices_of(connection: Connection, seen: Sequence[Telling]) -> Mapping[int, UUID]:
    """What others call the devices of the readings that decided those alerts."""
    numbers = sorted({each.device for alert in seen for each in alert.evidence})
    return dict(connection.execute("SELECT number, id FROM device WHERE number = ANY(%s)", (numbers,)).fetchall())


def _one(hub: Hub, actor: Actor, alert: UUID) -> Seen | None:
    with hub.reading(actor) as connection:
        row = connection.execute(_ONE, (alert,)).fetchone()
    return None if row is None else _seen(row)


def _seen(row: tuple[Any, ...]) -> Seen:
    id_, person, number, key, rule, kinds, level, state, because, evidence, *rest = row
    return Seen(
        id_, person, number, key, rule, tuple(KIND_BY_NUMBER[kind] for kind in kinds), Level(level), AlertState(state),
        _BECAUSE.validate_python(because), _EVIDENCE.validate_python(evidence), *rest,
    )  # fmt: skip


_SEEN = """
    SELECT a.id, p.id, a.person, a.key, a.rule, a.kinds, a.level, a.state, a.because, a.evidence, a.since, a.until,
           a.last, a.raised_at, a.acknowledged_at, a.acknowledged_by, a.snoozed_until, a.resolved_at, a.note, a.acts
    FROM alert a JOIN person p ON p.number = a.person
"""
_ONE = f"{_SEEN} WHERE a.id = %s"
_PAGE = f"""{_SEEN}
    WHERE (%(person)s::int IS NULL OR a.person = %(person)s)
      AND (%(states)s::text[] IS NULL OR a.state = ANY(%(states)s))
      AND (%(time)s::timestamptz IS NULL OR (a.raised_at, a.id) < (%(time)s, %(id)s))
    ORDER BY a.raised_at DESC, a.id DESC LIMIT %(limit)s
"""
_RINGS = """
    SELECT rule, count(*) FROM alert_event
    WHERE person = %(person)s AND rings AND at >= %(since)s AND at < %(until)s GROUP BY rule
"""
_WAITS = """
    SELECT rule, extract(epoch FROM acknowledged_at - raised_at)::float8 / 60 FROM alert
    WHERE person = %(person)s AND NOT retrospective AND raised_at >= %(since)s AND raised_at < %(until)s
"""
