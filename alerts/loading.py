"""The histories of people who are looked at together: as they are, and as others see them where something is hidden."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any, TypeVar

from alerts.alert import NEVER, Act, Doing
from alerts.forecast.foresight import Foresight
from alerts.forecast.keeper import foresights
from alerts.history import DAY_BACK, Heard, History, history
from alerts.received import Mark, Received, Records, glucose, joined, marked, take_marks, weighings, weights
from alerts.rule import Source
from alerts.threshold_document import thresholds_from_json
from alerts.thresholds import Thresholds, default_thresholds
from alerts.watched import Watched
from hub.database import Connection
from hub.quantities import Kind

T = TypeVar("T")

PART = DAY_BACK / 4


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is to look at of one person: the history of each of their walks, in order; the notes to alerts."""

    watched: Watched
    histories: tuple[History, ...]
    notes: Mapping[str, str]


def load(connection: Connection, people: Sequence[Watched]) -> list[Loaded]:
    """All that was received of them and not looked at, with what rules need besides; takes the marks away."""
    marks = take_marks(connection, [each.number for each in people])
    _note_taken_out(connection, marks, {each.number: each.now for each in people})
    records = _records(connection, people, marks)
    besides = _Besides.of(connection, people)
    return [besides.loaded(each, records[each.number]) for each in people]


def history_of(connection: Connection, of: Watched, since: datetime, until: datetime) -> History:
    """Everything received of one person from `since` on, as it was seen then: their journal can be made again from it.

    What became of gateways is not kept: a silence's cause is not told again.
    """
    hiders = [of.number] if of.shown is not None else []
    found = [read(connection, [of.number], hiders, since - DAY_BACK) for read in (glucose, weights)]
    records = joined([each.get(of.number, {}) for each in found])
    alone = replace(of, walk=replace(of.walk, at=since), shown=None, now=until)
    return _Besides.of(connection, [alone]).loaded(alone, records).histories[0]


def _records(
    connection: Connection, people: Sequence[Watched], marks: Sequence[Mark]
) -> dict[int, dict[Kind, Records]]:
    """Their records, those not looked at yet lifted to now if they came late; that is noted."""
    by_person: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_person[mark.person].append(mark)
    hiders = [each.number for each in people if each.shown is not None]
    weighed = [each for each in people if each.weighed or _of_weight(by_person[each.number])]
    since = min(walk.at for each in people for walk in each.walks)
    found: list[Received] = [weights(connection, [each.number for each in weighed], hiders, since)]
    starts: dict[int, datetime] = {}
    for group in _by_length(people):
        start = min(each.since for each in group)
        starts |= {each.number: start for each in group}
        found.append(glucose(connection, [each.number for each in group], hiders, start))
    lifted: list[tuple[int, bytes, datetime]] = []
    told: dict[int, dict[Kind, Records]] = {}
    for each in people:
        older = [
            marked(connection, mark, each.shown is not None, starts[each.number])
            for mark in by_person[each.number]
            if mark.kind is not Kind.WEIGHT and not mark.gone and mark.since < starts[each.number]
        ]
        parts = joined([*(received.get(each.number, {}) for received in found), *older])
        fresh = frozenset(key.bytes for mark in by_person[each.number] if not mark.gone for key in mark.keys)
        told[each.number] = {kind: records.seen(fresh, each.walk.at, each.now) for kind, records in parts.items()}
        lifted += [(each.number, key, each.now) for kind in parts for key in parts[kind].moved(told[each.number][kind])]
    _note_late(connection, lifted)
    return told


def _by_length(people: Sequence[Watched]) -> Iterable[list[Watched]]:
    """People by the parts of a day of glucose that they need, so that each query reads no more than it must."""
    groups: defaultdict[int, list[Watched]] = defaultdict(list)
    for each in people:
        groups[ceil((each.now - each.since) / PART)].append(each)
    return groups.values()


def _of_weight(marks: Sequence[Mark]) -> bool:
    return any(mark.kind is Kind.WEIGHT for mark in marks)


def _note_taken_out(connection: Connection, marks: Sequence[Mark], now: Mapping[int, datetime]) -> None:
    rows = [(person, now[person]) for person in sorted({mark.person for mark in marks if mark.gone})]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO taken_out (person, at) VALUES (%s, %s) ON CONFLICT DO NOTHING", rows)


def _note_late(connection: Connection, lifted: Sequence[tuple[int, bytes, datetime]]) -> None:
    rows = [(person, key.hex(), now) for person, key, now in lifted]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO seen_late (person, key, seen_at) VALUES (%s, %s, %s) "
                "ON CONFLICT (person, key) DO UPDATE SET seen_at = EXCLUDED.seen_at",
                rows,
            )


@dataclass(frozen=True, slots=True)
class _Besides:
    """All but the records, by person."""

    thresholds: Mapping[int, list[Thresholds]]
    acts: Mapping[int, list[Act]]
    notes: Mapping[int, dict[str, str]]
    taken_out: Mapping[int, list[datetime]]
    heard: Mapping[int, list[Heard]]
    foresights: Mapping[tuple[int, bool], list[Foresight]]

    @classmethod
    def of(cls, connection: Connection, people: Sequence[Watched]) -> "_Besides":
        """Those of all these people."""
        since, now = min(walk.at for each in people for walk in each.walks), max(each.now for each in people)
        asked = {"people": [each.number for each in people], "since": since, "now": now}
        acts = connection.execute(_ACTS, asked).fetchall()
        notes: defaultdict[int, dict[str, str]] = defaultdict(dict)
        for person, _, alert, *_, note in acts:
            if note is not None:
                notes[person][alert] = note
        return cls(
            thresholds=_grouped(connection.execute(_THRESHOLDS, asked).fetchall(), _thresholds),
            acts=_grouped([row[:-1] for row in acts], _act),
            notes=notes,
            taken_out=_grouped(connection.execute(_TAKEN_OUT, asked).fetchall(), lambda at: at),
            heard=_heard(connection, people),
            foresights=foresights(connection, [each.number for each in people], since, now),
        )

    def loaded(self, each: Watched, records: Mapping[Kind, Records]) -> Loaded:
        """One person's histories."""
        number = each.number
        versions = [default_thresholds(each.subject.profile), *self.thresholds.get(number, [])]

        def told(of: Mapping[Kind, Records], shown: bool) -> History:
            return history(
                each.subject,
                versions,
                {kind: found.samples for kind, found in of.items() if kind is not Kind.WEIGHT},
                weighings(of[Kind.WEIGHT]) if Kind.WEIGHT in of else (),
                self.heard.get(number, ()),
                self.acts.get(number, ()),
                foresights=self.foresights.get((number, shown), ()),
                taken_out=self.taken_out.get(number, ()),
            )

        histories = [told(records, shown=False)]
        if each.shown is not None:
            others = {kind: found.only(~found.hidden) for kind, found in records.items()}
            histories.append(told(others, shown=True))
        return Loaded(each, tuple(histories), self.notes.get(number, {}))


def _heard(connection: Connection, people: Sequence[Watched]) -> dict[int, list[Heard]]:
    """What explains a silence, looked up for those whose silence, or whose absence from a scale, may be told now."""
    now = max(each.now for each in people)
    silent = [each for each in people if any(walk.look_at and walk.look_at <= each.now for walk in each.walks)]
    weighed = [each for each in people if each.weighed]
    begins = {each.number: min([each.glanced_at, *(walk.at for walk in each.walks[1:])]) for each in people}
    found: defaultdict[int, list[Heard]] = defaultdict(list)

    def note(person: int, at: datetime | None, source: Source) -> None:
        """Who was heard since the alerts were last looked at counts as heard then too, for the instants between."""
        if at is not None:
            found[person] += [Heard(min(at, begins[person]), source), Heard(min(at, now), source)]

    if silent:
        asked = {"people": [each.number for each in silent], "now": now}
        any_at = connection.execute("SELECT max(heard_at) FROM gateway_progress").fetchall()[0][0]
        for person, at in connection.execute(_GATEWAYS, asked):
            note(person, at, Source.GATEWAY)
            note(person, any_at, Source.ANY_GATEWAY)
    if weighed:
        for person, at in connection.execute(_SCALES, {"people": [each.number for each in weighed], "now": now}):
            note(person, at, Source.SHARED_SCALE)
    return found


def _grouped(rows: Sequence[tuple[Any, ...]], make: Callable[..., T]) -> dict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for person, *values in rows:
        found[person].append(make(*values))
    return found


def _thresholds(document: str) -> Thresholds:
    return thresholds_from_json(document.encode())


def _act(at: datetime, alert: str, by: int | None, doing: str, until: datetime | None) -> Act:
    return Act(at, alert, str(by or 0), Doing(doing), until or NEVER)


_THRESHOLDS = "SELECT person, document::text FROM thresholds WHERE person = ANY(%(people)s)"
_ACTS = """
    SELECT person, at, alert, by, doing, until, note FROM alert_act
    WHERE person = ANY(%(people)s) AND at > %(since)s AND at <= %(now)s ORDER BY at
"""
_TAKEN_OUT = "SELECT person, at FROM taken_out WHERE person = ANY(%(people)s) AND at > %(since)s AND at <= %(now)s"
_GATEWAYS = """
    SELECT h.person, max(g.heard_at) FROM holding h JOIN device d ON d.number = h.device AND d.kind = 'cgm'
    JOIN gateway_progress g ON g.gateway = d.gateway
    WHERE h.person = ANY(%(people)s) AND %(now)s <@ h.during GROUP BY h.person
"""
_SCALES = """
    SELECT m.person, max(i.taken_at) FROM household_member m JOIN inbox i ON i.household = m.household
    WHERE m.person = ANY(%(people)s) AND i.kind = 4 AND i.person IS DISTINCT FROM m.person
      AND i.taken_at BETWEEN %(now)s - interval '200 days' AND %(now)s
    GROUP BY m.person
"""
