"""A person's first page: how they are now, and what there is to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from hub.quantities import Unit
from ingest_api.pages.charts.glucose_line import glucose_line, glucose_line_table
from ingest_api.pages.charts.range_bar import range_bar, range_bar_table
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, stretch
from ingest_api.pages.charts.table import details
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.charts.weighed import Weighed, slope_sentence, weight_table
from ingest_api.pages.charts.weight import weight_chart
from ingest_api.pages.views.ages import ago
from ingest_api.pages.visitor import Visitor
from timeseries.glucose.coverage import SUFFICIENT_DAYS, active_percent_within
from timeseries.glucose.ranges import ranges
from timeseries.glucose.tally import tally
from timeseries.standing import LEAST_ACTIVE, TOO_LITTLE
from timeseries.trends import Told
from timeseries.weight import WeightTrend

DAY = timedelta(hours=24)
PERIOD = timedelta(days=SUFFICIENT_DAYS)
WEIGHED = timedelta(days=90)
"""What of the weight is drawn here; its own page has more."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart, the same as a folded table, and a sentence beside it, "" if there is nothing to add."""

    chart: Markup
    table: Markup
    note: str


@dataclass(frozen=True, slots=True)
class Weight:
    """The newest weighing and where the trend goes."""

    value: str
    ago: str
    slope: str
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Seen:
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
    return Drawn(glucose_line("day", part, telling), details(glucose_line_table(part, telling)), "")


def in_ranges(told: Told, telling: Telling, visitor: Visitor, now: datetime) -> Drawn | None:
    """Time in ranges of the last 14 days; under one day's worth of readings it says nothing, so None."""
    active = active_percent_within(told.series, now - PERIOD, now)
    if active is None or active < TOO_LITTLE:
        return None
    share = ranges(tally(told.series))
    note = "" if active >= LEAST_ACTIVE else visitor.words("person").say("little", active=telling.words.percent(active))
    return Drawn(range_bar(share, telling), details(range_bar_table(share, telling)), note)


def weight_of(trend: WeightTrend, visitor: Visitor, zone: ZoneInfo, now: datetime) -> Weight | None:
    """None if nobody ever weighed them, or not in the months the trend looks back over."""
    believed = [point for point in trend.points if not point.outlier]
    if not believed:
        return None
    told = Weighed(Span(now - WEIGHED, now), zone, Unit.KG, visitor.numbers)
    drawn = Drawn(weight_chart(trend, told), details(weight_table(trend, told)), "")
    last = believed[-1]
    return Weight(told.said(last.value), ago(visitor, last.taken_at, now), slope_sentence(trend.slope, told), drawn)


def seen_sentences(seen: Sequence[Seen], visitor: Visitor, zone: ZoneInfo) -> list[str]:
    """Who looked, in words."""
    return [_seen(each, visitor, zone) for each in seen]


def _seen(seen: Seen, visitor: Visitor, zone: ZoneInfo) -> str:
    words = visitor.words("person")
    return words.count(
        "seen.emergency" if seen.emergency else "seen.read",
        seen.times,
        who=seen.who,
        role=visitor.words("common").say(f"role.{seen.role}"),
        last=visitor.numbers.moment(seen.last.astimezone(zone)),
    )
