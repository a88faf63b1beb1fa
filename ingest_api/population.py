"""The list of everybody whom the actor may see, the most pressing first; for the route and for the clinician's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hub.database import Connection
from hub.quantities import Kind
from ingest_api.opened import enter
from timeseries.glucose.tally import Tally
from timeseries.standing import Need
from timeseries.summaries import tally_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One person; `glucose` and `weight` as timeseries.standing made them, None where they may not be seen."""

    number: int
    id: UUID
    given: str
    family: str
    need: Need
    glucose: Mapping[str, Any] | None
    weight: Mapping[str, Any] | None
    last_glucose: datetime | None
    last_weight: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page, whether there is one after it, and how many people there are of each need on all pages of all needs."""

    people: tuple[Listed, ...]
    more: bool
    counts: Mapping[Need, int]


@dataclass(frozen=True, slots=True)
class Glance:
    """What a list says besides: glucose of the 14 local days up to `yesterday`, open alerts by level, the last review.

    `review` is the mark that the actor may take back, None if it is another's.
    """

    conditions: tuple[str, ...]
    yesterday: date
    days: Mapping[date, Tally]
    urgent: int
    warning: int
    notice: int
    reviewed_at: datetime | None
    reviewed_by: str | None
    review: UUID | None


def population(connection: Connection, needs: Sequence[Need], page: int, limit: int, sought: str = "") -> Page:
    """That page (from 1) of those with these needs and `sought` in their name; each is entered as looked at."""
    asked = ([int(need) for need in needs], limit + 1, (page - 1) * limit, sought)
    rows = connection.execute(_LISTED, asked).fetchall()
    people = tuple(_listed(row) for row in rows[:limit])
    enter(connection, [each.number for each in people], "read", [Kind.GLUCOSE_INTERSTITIAL, Kind.WEIGHT])
    told = rows or connection.execute(_LISTED, ([int(need) for need in Need], 1, 0, sought)).fetchall()
    counts = {Need(int(need)): n for need, n in told[0][-1].items()} if told else {}
    return Page(people, len(rows) > limit, counts)


def glances(connection: Connection, people: Sequence[Listed]) -> dict[int, Glance]:
    """Of those on a page, by number."""
    rows = connection.execute("SELECT * FROM glance(%s)", ([each.number for each in people],))
    return {number: _glance(rest) for number, *rest in rows}


def _listed(row: tuple[Any, ...]) -> Listed:
    number, person, given, family, need, *figures, _ = row
    return Listed(number, person, given, family, Need(need), *figures)


def _glance(row: Sequence[Any]) -> Glance:
    conditions, yesterday, days, *rest = row
    tallies = {date.fromisoformat(day): tally_of(told) for day, told in (days or {}).items()}
    return Glance(tuple(conditions), yesterday, tallies, *rest)


_LISTED = "SELECT * FROM population(%s::smallint[], %s, %s, %s)"  # each row tells the counts
