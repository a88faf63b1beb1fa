"""Glucose over one, three, fourteen or ninety days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest_api.latest import counts
from ingest_api.pages.charts.daily import two_weeks
from ingest_api.pages.charts.shares import percent_beside
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, stretch
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.views.drawn import Drawn, Tab, daily_drawn, line_drawn, profile_drawn, ranges_drawn
from ingest_api.pages.views.figures import Row, figure_rows
from ingest_api.pages.views.now import value_of, zone_of
from ingest_api.pages.visitor import Guest
from timeseries.glucose.coverage import active_percent_within
from timeseries.glucose.tally import tally
from timeseries.standing import LEAST_ACTIVE, TOO_LITTLE
from timeseries.store import Found
from timeseries.trends import Told

SPANS = (1, 3, 14, 90)
"""Days that can be asked for."""

USUAL = 14
_DRAWN_AS_LINE = 3
"""Days up to which a line can be read."""


@dataclass(frozen=True, slots=True)
class Glucose:
    """The page; what is None or empty is left out."""

    tabs: list[Tab]
    line: Drawn | None = None
    profile: Drawn | None = None
    daily: Drawn | None = None
    ranges: Drawn | None = None
    figures: tuple[Row, ...] = ()
    metered: tuple[tuple[str, str, str], ...] = ()


def days_asked(asked: str) -> int:
    """The number of days in an address; the usual fourteen of anything else."""
    return next((days for days in SPANS if str(days) == asked), USUAL)


def glucose_of(
    told: Told, metered: Sequence[Found], days: int, telling: Telling, visitor: Guest, now: datetime
) -> Glucose:
    """What there is to tell of so many days up to now."""
    words, beyond = visitor.words("glucose"), [Beyond(*each) for each in told.beyond]
    tabs = [Tab(each, words.count("days", each), each == days) for each in SPANS]
    rows = tuple(_metered(found, telling, told) for found in reversed(metered) if counts(found))
    if not len(told.series):
        return Glucose(tabs, metered=rows)
    span = Span(now - timedelta(days=days), now)
    part = stretch(told.series, span, beyond)
    summed = tally(part.series)
    as_line = days <= _DRAWN_AS_LINE
    return Glucose(
        tabs=tabs,
        line=line_drawn(part, telling) if as_line else None,
        profile=None if as_line else profile_drawn(part, telling),
        daily=_daily(told, beyond, telling, now) if days == USUAL else None,
        ranges=ranges_drawn(summed, telling, little(told, span, telling, visitor)),
        figures=tuple(figure_rows(part, summed, telling, visitor)),
        metered=rows,
    )


def little(told: Told, span: Span, telling: Telling, visitor: Guest) -> str:
    """A warning, where the sensor spoke in less of that time than one can judge by (Battelino 2019); else ""."""
    active = active_percent_within(told.series, span.since, span.until) or 0.0
    if active >= LEAST_ACTIVE:
        return ""
    words, days = visitor.words("glucose"), round((span.until - span.since) / timedelta(days=1))
    return words.say(
        "little", active=percent_beside(active, LEAST_ACTIVE, telling.words), days=words.count("days", days)
    )


def too_little(told: Told, span: Span) -> bool:
    """True if figures would say nothing: less than a day's worth in two weeks (as Tidepool's report holds it)."""
    active = active_percent_within(told.series, span.since, span.until)
    return active is None or active < TOO_LITTLE


def _daily(told: Told, beyond: list[Beyond], telling: Telling, now: datetime) -> Drawn:
    return daily_drawn(two_weeks(told.series, now.astimezone(told.series.zone).date(), beyond), telling)


def _metered(found: Found, telling: Telling, told: Told) -> tuple[str, str, str]:
    lies = telling.words.zones[zone_of(found, telling).name]
    at = telling.words.moment(found.taken_at.astimezone(told.series.zone))
    number = value_of(found, telling)
    return at, number if found.condition else f"{number}\N{NO-BREAK SPACE}{telling.unit}", lies
