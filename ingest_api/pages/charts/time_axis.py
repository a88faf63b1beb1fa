"""Where the person's clock strikes along an axis of real time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.words import Words

_DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
"""Days between dates on an axis; from a week on they fall on one weekday."""

_MOST_DATES = 7


@dataclass(frozen=True, slots=True)
class Tick:
    """A place from the left (fraction), what stands there, whether a narrow screen can do without, and midnight."""

    place: float
    text: str
    minor: bool
    midnight: bool


def hour_ticks(span: Span, zone: ZoneInfo, words: Words) -> list[Tick]:
    """Every three hours of up to 36, every twelve of up to four days, else by dates; midnight bears its day."""
    hours = (span.until - span.since) / timedelta(hours=1)
    if hours > 96:
        return day_ticks(span, zone, words)
    step, kept = (3, 6) if hours <= 36 else (12, 24)
    return [
        Tick(
            place=span.place(at),
            text=f"{wall:%H:%M}" if wall.hour else words.short_day(wall),
            minor=wall.hour % kept != 0,
            midnight=wall.hour == 0,
        )
        for at, wall in _strikes(span, zone, step)
    ]


def day_ticks(span: Span, zone: ZoneInfo, words: Words) -> list[Tick]:
    """At most seven dates."""
    days = (span.until - span.since) / timedelta(days=1)
    step = next((step for step in _DAY_STEPS if days / step <= _MOST_DATES), round(days / _MOST_DATES))
    midnights = [(at, wall) for at, wall in _strikes(span, zone, 24) if wall.toordinal() % step == 0]
    return [Tick(span.place(at), words.month_day(wall), n % 2 == 1, False) for n, (at, wall) in enumerate(midnights)]


def _strikes(span: Span, zone: ZoneInfo, step: int) -> Iterator[tuple[datetime, datetime]]:
    """Real and wall time of each multiple of `step` hours within; an hour that clocks skip does not strike."""
    first, last = span.since.astimezone(zone).date(), span.until.astimezone(zone).date()
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        for hour in range(0, 24, step):
            wall = datetime.combine(date.fromordinal(ordinal), time(hour), zone)
            at = wall.astimezone(UTC)
            if span.since <= at <= span.until and at.astimezone(zone).hour == hour:
                yield at, wall


def clock(minute: int) -> str:
    """Minutes after midnight as a clock shows them."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
