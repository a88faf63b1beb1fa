"""The glucose report: fourteen local days on one page, against the goals of whose they are."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest_api.pages.charts.daily import DAYS, two_weeks
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, stretch
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.views.drawn import Drawn, daily_drawn, profile_drawn, ranges_drawn
from ingest_api.pages.views.figures import Row, figure_rows
from ingest_api.pages.visitor import Guest
from timeseries.glucose.coverage import active_percent_within, sufficient
from timeseries.glucose.tally import tally
from timeseries.standing import TOO_LITTLE
from timeseries.trends import Told


@dataclass(frozen=True, slots=True)
class Fortnight:
    """Fourteen local days up to and with `last`, or up to now if that is today."""

    last: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """The page; `enough` says what may be read from it, `ranges` and all below are None of too little."""

    days: str
    goals: str
    enough: str
    doubtful: bool
    before: str
    after: str | None
    ranges: Drawn | None = None
    figures: tuple[Row, ...] = ()
    profile: Drawn | None = None
    daily: Drawn | None = None


def fortnight_asked(asked: str, zone: ZoneInfo, now: datetime) -> Fortnight:
    """That which ends with the day in an address; with today if it is none, or yet to come."""
    today = now.astimezone(zone).date()
    try:
        last = min(date.fromisoformat(asked), today)
    except ValueError:
        last = today
    since = datetime.combine(last - timedelta(days=DAYS - 1), time(), zone).astimezone(UTC)
    return Fortnight(last, since, min(now, datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)))


def report_of(told: Told, of: Fortnight, telling: Telling, visitor: Guest, today: date) -> Report:
    """What can be told of it; of less than a day's worth of readings nothing (as Tidepool's report holds it)."""
    words, numbers = visitor.words("report"), telling.words
    active = active_percent_within(told.series, of.since, of.until)
    enough = sufficient(told.series, of.since, of.until)
    share = numbers.percent(active or 0.0, 1)
    report = Report(
        days=words.say(
            "days", first=numbers.long_day(of.last - timedelta(days=DAYS - 1)), last=numbers.long_day(of.last)
        ),
        goals=words.say(f"goals.{telling.profile}"),
        enough=words.say("enough" if enough else "doubtful", active=share),
        doubtful=not enough,
        before=(of.last - timedelta(days=DAYS)).isoformat(),
        after=None if of.last >= today else min(of.last + timedelta(days=DAYS), today).isoformat(),
    )
    if active is None or active < TOO_LITTLE:
        return replace(report, enough=words.say("too_little", active=share))
    beyond = [Beyond(*each) for each in told.beyond]
    part = stretch(told.series, Span(of.since, of.until), beyond)
    summed = tally(part.series)
    return replace(
        report,
        ranges=ranges_drawn(summed, telling),
        figures=tuple(figure_rows(part, summed, telling, visitor)),
        profile=profile_drawn(part, telling),
        daily=daily_drawn(two_weeks(told.series, of.last, beyond), telling),
    )
