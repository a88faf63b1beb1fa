"""A person's first page: how they are now, and what there is to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, stretch
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.views.drawn import Drawn, line_drawn, ranges_drawn
from ingest_api.pages.views.glucose import USUAL, little, too_little
from ingest_api.pages.views.names import with_role
from ingest_api.pages.visitor import Guest, Visitor
from timeseries.glucose.tally import tally
from timeseries.trends import Told

DAY = timedelta(hours=24)
PERIOD = timedelta(days=USUAL)


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody who looked at the record of late, as the access log has it."""

    who: str
    role: str
    times: int
    last: datetime
    emergency: bool


def last_day(told: Told, telling: Telling, now: datetime) -> Drawn | None:
    """The last 24 hours, gaps open; None if the sensor said nothing in the last 14 days."""
    if not len(told.series):
        return None
    part = stretch(told.series, Span(now - DAY, now), [Beyond(*each) for each in told.beyond])
    return line_drawn(part, telling)


def in_ranges(told: Told, telling: Telling, visitor: Guest, now: datetime) -> Drawn | None:
    """Time in ranges of the last 14 days; None of too little."""
    span = Span(now - PERIOD, now)
    if too_little(told, span):
        return None
    return ranges_drawn(tally(told.series), telling, little(told, span, telling, visitor))


def looked_sentences(seen: Sequence[Looked], visitor: Visitor, record: UUID, zone: ZoneInfo) -> list[str]:
    """Who looked at that record, in words."""
    return [_looked(each, visitor, record, zone) for each in seen]


def _looked(seen: Looked, visitor: Visitor, record: UUID, zone: ZoneInfo) -> str:
    words = visitor.words("person")
    return words.count(
        "seen.emergency" if seen.emergency else "seen.read",
        seen.times,
        who=with_role(seen.who, seen.role, visitor, record),
        last=visitor.numbers.moment(seen.last.astimezone(zone)),
    )
