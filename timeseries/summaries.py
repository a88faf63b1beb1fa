"""One row a person and local day, and one a person, kept in step with every change of what they summarise.

Whatever changes readings leaves a mark in `stale`, in its own transaction (triggers do it). Here marks are taken and
the days they touch are made anew from the readings, in one transaction: so the summaries equal what the readings say
whenever no mark is left, and nothing can be forgotten however the process ends.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.database import Connection, Jsonb
from hub.quantities import Kind
from timeseries.columns import samples
from timeseries.glucose.one_source import one_source
from timeseries.glucose.tally import Tally, tally_by_day
from timeseries.glucose.targets import profile_of
from timeseries.local_time import date_of
from timeseries.standing import PERIOD, standing

AT_ONCE = timedelta(days=60)
"""Days whose readings are held in memory at once when a long history is summarised anew."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Person:
    """Of whom the days are: their number, zone and conditions."""

    number: int
    zone: ZoneInfo
    conditions: tuple[str, ...]

    def day(self, moment: datetime) -> date:
        """Their local day."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When that day of theirs begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


class Summaries:
    """The summaries' keeper, within the transaction of `connection` (role `vigie_watch`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def behind(self, limit: int, besides: Sequence[int] = ()) -> list[int]:
        """People whose summaries are not what their readings, or the calendar, say; without those named."""
        query = (
            "(SELECT DISTINCT person FROM stale WHERE NOT person = ANY(%(besides)s) LIMIT %(limit)s) UNION "
            "(SELECT person FROM standing WHERE turns_at <= now() AND NOT person = ANY(%(besides)s) "
            "ORDER BY turns_at LIMIT %(limit)s)"
        )
        parameters = {"limit": limit, "besides": list(besides)}
        return [person for (person,) in self._connection.execute(query, parameters)]

    def catch_up(self, number: int) -> None:
        """Make anew what is marked of one person, and how they stand today.

        The lock comes first: the statements after it see all that another worker has committed meanwhile.
        """
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('vigie summaries'), %s)", (number,))
        marks = self._connection.execute("DELETE FROM stale WHERE person = %s RETURNING since, until", (number,))
        person = self._person(number)
        touched = marks.fetchall()
        if person is None:
            return
        for first, last in _spans(person, touched):
            self._summarise(person, first, last)
        self._stand(person, person.day(datetime.now(UTC)))

    def _person(self, number: int) -> _Person | None:
        row = self._connection.execute(
            "SELECT time_zone, conditions FROM person WHERE number = %s", (number,)
        ).fetchone()
        return None if row is None else _Person(number, ZoneInfo(row[0]), tuple(row[1]))

    def _summarise(self, person: _Person, first: date, last: date) -> None:
        """The days from `first` to `last`, as far as there is anything to say or to unsay."""
        for start, end in self._pieces(person, first, last):
            since, until = person.midnight(start), person.midnight(end + _DAY)
            found = samples(self._connection, person.number, Kind.GLUCOSE_INTERSTITIAL, since, until)
            tallies = {date_of(day): told for day, told in tally_by_day(one_source(found, person.zone)).items()}
            self._replace(person.number, start, end, tallies)

    def _pieces(self, person: _Person, first: date, last: date) -> Iterator[tuple[date, date]]:
        """Stretches short enough to hold in memory; of a long time, where there are readings or summaries."""
        if last - first > AT_ONCE:
            row = self._connection.execute(_EXTENT, {"person": person.number}).fetchone()
            known = [person.day(each) if isinstance(each, datetime) else each for each in row or () if each is not None]
            first, last = max(first, min(known, default=last + _DAY)), min(last, max(known, default=last))
        while first <= last:
            yield first, min(last, first + AT_ONCE)
            first += AT_ONCE + _DAY

    def _replace(self, person: int, first: date, last: date, tallies: dict[date, Tally]) -> None:
        self._connection.execute(
            "DELETE FROM day WHERE person = %s AND day BETWEEN %s AND %s AND NOT day = ANY(%s)",
            (person, first, last, list(tallies)),
        )
        rows = [(person, day, Jsonb(asdict(told))) for day, told in tallies.items()]
        with self._connection.cursor() as cursor:
            cursor.executemany(_KEEP, rows)

    def _stand(self, person: _Person, today: date) -> None:
        tallies = tallies_of(self._connection, person.number, today - timedelta(days=2 * PERIOD - 1), today)
        now = standing(tallies, today, profile_of(person.conditions))
        row = self._connection.execute(_LATEST, {"person": person.number}).fetchone()
        values = {
            "person": person.number,
            "need": now.need,
            "severity": now.severity,
            "figures": Jsonb(asdict(now)),
            "last_reading": row and row[0],
            "turns_at": person.midnight(today + _DAY),
        }
        self._connection.execute(_STAND, values)


def tallies_of(connection: Connection, person: int, first: date, last: date) -> dict[date, Tally]:
    """The glucose tallies of a person's local days from `first` to `last`; days without readings are left out."""
    rows = connection.execute(
        "SELECT day, glucose FROM day WHERE person = %s AND day BETWEEN %s AND %s AND glucose IS NOT NULL",
        (person, first, last),
    )
    return {day: _tally(told) for day, told in rows}


def _tally(told: dict[str, Any]) -> Tally:
    lists = {name: tuple(told[name]) for name in ("readings", "minutes", "steps")}
    return Tally(**told | lists)


def _spans(person: _Person, marks: Iterable[tuple[datetime, datetime]]) -> list[tuple[date, date]]:
    """The local days that marks touch, as stretches without a gap."""
    stretches: list[tuple[date, date]] = []
    for first, last in sorted((person.day(since), person.day(until)) for since, until in marks):
        if stretches and first <= stretches[-1][1] + _DAY:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], last)
        else:
            stretches.append((first, last))
    return stretches


_EXTENT = """
    SELECT (SELECT min(taken_at) FROM reading WHERE person = %(person)s AND kind IN (1, 4)),
           (SELECT max(taken_at) FROM reading WHERE person = %(person)s AND kind IN (1, 4)),
           (SELECT min(day) FROM day WHERE person = %(person)s), (SELECT max(day) FROM day WHERE person = %(person)s)
"""
_LATEST = """
    SELECT greatest((SELECT max(taken_at) FROM reading WHERE person = %(person)s AND kind = 1),
                    (SELECT max(taken_at) FROM reading WHERE person = %(person)s AND kind = 4))
"""
_KEEP = """
    INSERT INTO day (person, day, glucose) VALUES (%s, %s, %s)
    ON CONFLICT (person, day) DO UPDATE SET glucose = EXCLUDED.glucose
"""
_STAND = """
    INSERT INTO standing (person, need, severity, figures, last_reading, turns_at)
    VALUES (%(person)s, %(need)s, %(severity)s, %(figures)s, %(last_reading)s, %(turns_at)s)
    ON CONFLICT (person) DO UPDATE SET
        (need, severity, figures, last_reading, turns_at) =
        (EXCLUDED.need, EXCLUDED.severity, EXCLUDED.figures, EXCLUDED.last_reading, EXCLUDED.turns_at)
"""
