"""The glucose report: some whole days of a sensor on one page, and why a part of it is missing where one is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.readings import EARLIEST
from ingest_api.pages.charts.daily import DAYS, two_weeks
from ingest_api.pages.charts.shares import percent_beside
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, Stretch, stretch
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.views.drawn import Drawn, Tab, daily_drawn, profile_drawn, ranges_drawn
from ingest_api.pages.views.figures import Row, glucose_rows
from ingest_api.pages.views.glucose import little, too_little
from ingest_api.pages.visitor import Guest
from timeseries.glucose.coverage import active_percent_within
from timeseries.glucose.tally import tally
from timeseries.standing import LEAST_ACTIVE
from timeseries.trends import Told

LENGTHS = (14, 28, 90)
"""Days that can be asked for: the consensus' fourteen; four weeks for lows; a season (Battelino 2019)."""

USUAL = 14


@dataclass(frozen=True, slots=True)
class Days:
    """So many whole days by the person's clock, the last one over: printed again tomorrow they say the same."""

    count: int
    last: date
    zone: ZoneInfo

    @property
    def first(self) -> date:
        """The day they begin with."""
        return self.last - timedelta(days=self.count - 1)

    @property
    def span(self) -> Span:
        """From midnight to midnight."""
        after = self.last + timedelta(days=1)
        return Span(*(datetime.combine(day, time(), self.zone) for day in (self.first, after)))


@dataclass(frozen=True, slots=True)
class Report:
    """The page. `missing` says of each part that is left out, or that is weak, why."""

    period: str
    goals_for: str
    missing: tuple[str, ...]
    ranges: Drawn | None
    figures: tuple[Row, ...]
    profile: Drawn | None
    daily: Drawn | None
    daily_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Ways:
    """To other days: other lengths, the days before, the days after ("" if they are not over yet)."""

    days: int
    tabs: tuple[Tab, ...]
    earlier: str
    later: str


def days_asked(asked: str, to: date | None, zone: ZoneInfo, now: datetime) -> Days:
    """The days of an address: of anything else the usual fourteen, and at the latest those that ended yesterday."""
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    count = next((days for days in LENGTHS if str(days) == asked), USUAL)
    return Days(count, yesterday if to is None else max(min(to, yesterday), EARLIEST.date()), zone)


def ways_of(days: Days, visitor: Guest, now: datetime) -> Ways:
    """Where one can go from those days."""
    words, yesterday = visitor.words("glucose"), now.astimezone(days.zone).date() - timedelta(days=1)
    tabs = tuple(Tab(each, words.count("days", each), each == days.count) for each in LENGTHS)
    later = min(days.last + timedelta(days=days.count), yesterday)
    return Ways(days.count, tabs, f"{days.first - timedelta(days=1)}", f"{later}" if later > days.last else "")


def report_of(told: Told, days: Days, telling: Telling, visitor: Guest, now: datetime) -> Report:
    """What those days of a sensor amount to."""
    words, beyond = visitor.words("report"), [Beyond(*each) for each in told.beyond]
    part = stretch(told.series, days.span, beyond)
    enough, summed = not too_little(told, days.span), tally(part.series)
    drawn_days = min(days.count, DAYS)
    return Report(
        period=_period(part, days, telling, visitor),
        goals_for=words["goals"][telling.profile],
        missing=tuple(_missing(told, part, days, telling, visitor)),
        ranges=ranges_drawn(summed, telling) if enough else None,
        figures=tuple(glucose_rows(part, summed, telling, visitor)) if enough else (),
        profile=profile_drawn(part, telling) if enough else None,
        daily=daily_drawn(two_weeks(told.series, days.last, beyond), telling) if len(part.series) else None,
        daily_of="" if drawn_days == days.count else words.say("daily_of", n=drawn_days),
        source=words.say("source", made=day_told(now.astimezone(days.zone).date(), visitor), zone=days.zone.key),
    )


def day_told(day: date, visitor: Guest) -> str:
    """4 May 1984."""
    return f"{visitor.numbers.month_day(day)} {day.year}"


def _period(of: Stretch, days: Days, telling: Telling, visitor: Guest) -> str:
    active = active_percent_within(of.series, of.span.since, of.span.until) or 0.0
    return visitor.words("report").say(
        "period",
        first=day_told(days.first, visitor),
        last=day_told(days.last, visitor),
        n=days.count,
        active=percent_beside(active, LEAST_ACTIVE, telling.words),
    )


def _missing(told: Told, of: Stretch, days: Days, telling: Telling, visitor: Guest) -> Iterator[str]:
    """The most that is wanting first; what follows from it is not said again."""
    words = visitor.words("report")
    if not len(of.series):
        yield words["nothing"]
    elif too_little(told, of.span):
        yield words["too_little"]
    else:
        if weak := little(told, of.span, telling, visitor):
            yield weak
