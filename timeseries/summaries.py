"""One row a person and local day, and one a person, kept in step with every change of what they summarise.

Whatever changes readings leaves a mark in `stale`, in its own transaction (triggers do it). Here marks are taken and
the days they touch are made anew from the readings, in one transaction: so the summaries equal what the readings say
whenever no mark is left, and nothing can be forgotten however the process ends.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.database import Connection, Jsonb
from hub.quantities import KINDS, Kind
from timeseries import trends
from timeseries.columns import samples
from timeseries.glucose.one_source import one_source
from timeseries.glucose.tally import Tally, tally_by_day
from timeseries.glucose.targets import profile_of
from timeseries.local_time import date_of
from timeseries.standing import PERIOD, standing, weight_standing
from timeseries.weight import weight_series

AT_ONCE = timedelta(days=60)
"""Days whose readings are held in memory at once when a long history is summarised anew."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Person:
    """Of whom the days are; `shown` if as others see them, who see nothing of what is hidden."""

    number: int
    zone: ZoneInfo
    conditions: tuple[str, ...]
    hides: bool
    shown: bool = False

    def day(self, moment: datetime) -> date:
        """Their local day."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When that day of theirs begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


Span = tuple[date, date]

_SUMMARISED = {Kind.GLUCOSE_INTERSTITIAL: "glucose", Kind.WEIGHT: "weight"}
"""The kinds with a column of their own in `day`, as the triggers know them."""


class Summaries:
    """The summaries' keeper, within the transaction of `connection` (role `vigie_watch`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def behind(self, limit: int, besides: Sequence[int] = ()) -> list[int]:
        """People whose summaries are not what their readings, or the calendar, say; without those named."""
        parameters = {"limit": limit, "besides": list(besides)}
        return [person for (person,) in self._connection.execute(_BEHIND, parameters)]

    def catch_up(self, number: int) -> None:
        """Make anew what is marked of one person, and how they stand today.

        The lock comes first: the statements after it see all that another worker has committed meanwhile.
        """
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('vigie summaries'), %s)", (number,))
        taken = "DELETE FROM stale WHERE person = %s RETURNING kind, since, until"
        marks = self._connection.execute(taken, (number,)).fetchall()
        person = self._person(number)
        if person is None:
            return
        self._follow(person, marks)
        if person.hides:
            self._connection.execute("SET LOCAL search_path = shown, vigie, public")
            self._follow(replace(person, shown=True), marks)
            self._connection.execute("SET LOCAL search_path = vigie, api, public")
        else:
            self._connection.execute("DELETE FROM day WHERE person = %s AND shown", (number,))
            self._connection.execute("DELETE FROM standing WHERE person = %s AND shown", (number,))

    def _follow(self, person: _Person, marks: Sequence[tuple[int, datetime, datetime]]) -> None:
        """Make the marked days and the standing anew, from what the name `reading` now stands for."""
        for kind in _SUMMARISED:
            for span in _spans(person, [mark[1:] for mark in marks if mark[0] == KINDS[kind].number]):
                self._summarise(person, kind, span)
        self._stand(person, any(mark[0] == KINDS[Kind.WEIGHT].number for mark in marks))

    def _person(self, number: int) -> _Person | None:
        row = self._connection.execute(_WHO, (number,)).fetchone()
        return None if row is None else _Person(number, ZoneInfo(row[0]), tuple(row[1]), row[2])

    def _summarise(self, person: _Person, kind: Kind, span: Span) -> None:
        """Those days, as far as there is anything to say or to unsay."""
        column = _SUMMARISED[kind]
        make = {"glucose": self._glucose, "weight": self._weight}[column]
        for first, last in self._pieces(person, span):
            told = make(person, person.midnight(first), person.midnight(last + _DAY))
            days = {
                "person": person.number,
                "shown": person.shown,
                "first": first,
                "last": last,
                "told": list(told),
            }
            self._connection.execute(_EMPTY.format(column=column), days)
            self._connection.execute(_SWEEP, days)
            with self._connection.cursor() as cursor:
                rows = [(person.number, day, person.shown, Jsonb(summary)) for day, summary in told.items()]
                cursor.executemany(_KEEP.format(column=column), rows)

    def _glucose(self, person: _Person, since: datetime, until: datetime) -> Mapping[date, object]:
        found = samples(self._connection, person.number, Kind.GLUCOSE_INTERSTITIAL, since, until)
        tallies = tally_by_day(one_source(found, person.zone))
        return {date_of(day): asdict(tally) for day, tally in tallies.items()}

    def _weight(self, person: _Person, since: datetime, until: datetime) -> Mapping[date, object]:
        """The day's last weighing, kg, and how many there were."""
        found = trends.weighings(self._connection, person.number, since, until)
        series = weight_series(found, person.zone)
        days: dict[date, list[float]] = {}
        for ordinal, kilograms in zip(series.local_days.tolist(), series.kg.tolist(), strict=True):
            days.setdefault(date.fromordinal(ordinal), []).append(kilograms)
        return {day: {"n": len(weights), "last": weights[-1]} for day, weights in days.items()}

    def _pieces(self, person: _Person, span: Span) -> Iterator[Span]:
        """Stretches short enough to hold in memory; of a long time, where there are readings or summaries."""
        first, last = span
        if last - first > AT_ONCE:
            row = self._connection.execute(_EXTENT, {"person": person.number}).fetchone()
            known = [person.day(each) if isinstance(each, datetime) else each for each in row or () if each is not None]
            first, last = max(first, min(known, default=last + _DAY)), min(last, max(known, default=last))
        while first <= last:
            yield first, min(last, first + AT_ONCE)
            first += AT_ONCE + _DAY

    def _stand(self, person: _Person, weighed: bool) -> None:
        now = datetime.now(UTC)
        today = person.day(now)
        first = today - timedelta(days=2 * PERIOD)
        tallies = tallies_of(self._connection, person.number, first, today, person.shown)
        stands = standing(tallies, today - _DAY, profile_of(person.conditions))
        values = {
            "person": person.number,
            "shown": person.shown,
            "need": stands.need,
            "severity": stands.severity,
            "glucose": Jsonb(asdict(stands)),
            "weighed": weighed,
            "weight": self._weight_standing(person, now) if weighed else None,
            "turns_at": person.midnight(today + _DAY),
        }
        self._connection.execute(_STAND, values)

    def _weight_standing(self, person: _Person, now: datetime) -> Jsonb | None:
        found = trends.weighings(self._connection, person.number, now - trends.BEFORE, now + _DAY)
        told = weight_standing(weight_series(found, person.zone))
        return None if told is None else Jsonb(asdict(told) | {"taken_at": told.taken_at.isoformat()})


def tallies_of(connection: Connection, person: int, first: date, last: date, shown: bool = False) -> dict[date, Tally]:
    """The glucose tallies of a person's local days from `first` to `last`; days without readings are left out.

    `shown`: as others see them, where something is hidden.
    """
    rows = connection.execute(
        "SELECT day, glucose FROM day "
        "WHERE person = %s AND day BETWEEN %s AND %s AND shown = %s AND glucose IS NOT NULL",
        (person, first, last, shown),
    )
    return {day: tally_of(told) for day, told in rows}


def tallies_seen(connection: Connection, person: int, first: date, last: date) -> dict[date, Tally]:
    """The same as whoever acts may see them (role `vigie_api`)."""
    rows = connection.execute(
        "SELECT day, glucose FROM day WHERE person = %s AND day BETWEEN %s AND %s AND glucose IS NOT NULL",
        (person, first, last),
    )
    return {day: tally_of(told) for day, told in rows}


def tally_of(told: dict[str, Any]) -> Tally:
    """A tally as a day's row holds it."""
    lists = {name: tuple(told[name]) for name in ("readings", "minutes", "steps")}
    return Tally(**told | lists)


def _spans(person: _Person, marks: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """The local days that marks touch, as stretches without a gap."""
    stretches: list[Span] = []
    for first, last in sorted((person.day(since), person.day(until)) for since, until in marks):
        if stretches and first <= stretches[-1][1] + _DAY:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], last)
        else:
            stretches.append((first, last))
    return stretches


_BEHIND = """
    (SELECT DISTINCT person FROM stale WHERE NOT person = ANY(%(besides)s) LIMIT %(limit)s) UNION
    (SELECT person FROM standing WHERE turns_at <= now() AND NOT person = ANY(%(besides)s)
     ORDER BY turns_at LIMIT %(limit)s)
"""
_EXTENT = """
    SELECT (SELECT min(taken_at) FROM reading WHERE person = %(person)s AND kind IN (1, 4)),
           (SELECT max(taken_at) FROM reading WHERE person = %(person)s AND kind IN (1, 4)),
           (SELECT min(day) FROM day WHERE person = %(person)s), (SELECT max(day) FROM day WHERE person = %(person)s)
"""
_EMPTY = """
    UPDATE day SET {column} = NULL
    WHERE person = %(person)s AND shown = %(shown)s AND day BETWEEN %(first)s AND %(last)s AND NOT day = ANY(%(told)s)
"""
_SWEEP = """
    DELETE FROM day WHERE person = %(person)s AND shown = %(shown)s AND day BETWEEN %(first)s AND %(last)s
      AND glucose IS NULL AND weight IS NULL
"""
_KEEP = """
    INSERT INTO day (person, day, shown, {column}) VALUES (%s, %s, %s, %s)
    ON CONFLICT (person, day, shown) DO UPDATE SET {column} = EXCLUDED.{column}
"""
_WHO = """
    SELECT time_zone, conditions, EXISTS (SELECT FROM hidden h WHERE h.person = p.number AND h.lifted_at IS NULL)
    FROM person p WHERE p.number = %s
"""
_STAND = """
    INSERT INTO standing (person, shown, need, severity, glucose, weight, last_glucose, last_weight, turns_at)
    VALUES (%(person)s, %(shown)s, %(need)s, %(severity)s, %(glucose)s, %(weight)s,
            (SELECT max(taken_at) FROM reading WHERE person = %(person)s AND kind = 1),
            (SELECT max(taken_at) FROM reading WHERE person = %(person)s AND kind = 4), %(turns_at)s)
    ON CONFLICT (person, shown) DO UPDATE SET
        (need, severity, glucose, last_glucose, last_weight, turns_at) = (EXCLUDED.need, EXCLUDED.severity,
            EXCLUDED.glucose, EXCLUDED.last_glucose, EXCLUDED.last_weight, EXCLUDED.turns_at),
        weight = CASE WHEN %(weighed)s THEN EXCLUDED.weight ELSE standing.weight END
"""
