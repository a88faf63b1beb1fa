"""Alerts in words: what is going on, since when, who took it in hand; and what was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.alert import MOST_SNOOZE, AlertState
from alerts.rule import Level
from alerts.wording import sentence, title
from ingest_api.alerts import Burden, Seen
from ingest_api.pages.views.ages import ago
from ingest_api.pages.views.names import called
from ingest_api.pages.visitor import Guest

OPEN = (AlertState.PENDING, AlertState.RAISED, AlertState.SNOOZED, AlertState.ACKNOWLEDGED)

_RESTS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=4), timedelta(days=1),
          timedelta(days=7))  # fmt: skip
_LEAST: Mapping[Level, timedelta] = MappingProxyType(
    {Level.URGENT: timedelta(), Level.WARNING: timedelta(minutes=30), Level.NOTICE: timedelta(days=1)}
)
"""Shorter rests are not worth offering for what does not press."""


@dataclass(frozen=True, slots=True)
class Rest:
    """How long one may rest from an alert."""

    minutes: int
    label: str


@dataclass(frozen=True, slots=True)
class Told:
    """One alert. `level` and `state` are classes too; `acknowledges` and `rests` are what the visitor may do."""

    id: UUID
    title: str
    why: str
    level: str
    level_word: str
    state: str
    state_word: str
    when: str
    note: str
    acknowledges: bool
    rests: tuple[Rest, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one rule asked of people."""

    rule: str
    alerts: str
    rings: str
    acknowledged: str


def alerts_told(seen: Iterable[Seen], visitor: Guest, zone: ZoneInfo, now: datetime) -> list[Told]:
    """Each in words, in the order given."""
    return [_told(each, visitor, zone, now) for each in seen]


def pressing(seen: Iterable[Seen]) -> list[Seen]:
    """Those that go on, the most pressing first, those in hand after all others."""
    going_on = [each for each in seen if each.state in OPEN]
    return sorted(
        going_on, key=lambda each: (_in_hand(each), list(Level).index(each.level), -each.raised_at.timestamp())
    )


def rest_asked(asked: str, now: datetime) -> datetime | None:
    """Until when a form's rest is; None for one that is never offered. How long it may be is the alert's to say."""
    return next((now + rest for rest in _RESTS if str(rest // timedelta(minutes=1)) == asked), None)


def burden_told(of: Sequence[Burden], visitor: Guest) -> list[Asked]:
    """What they asked of people, over all, then by rule; nothing where there were none."""
    return [_asked(each, visitor) for each in of] if of and (of[0].alerts or of[0].rings) else []


def _told(seen: Seen, visitor: Guest, zone: ZoneInfo, now: datetime) -> Told:
    words, going_on = visitor.words("alerts"), seen.state in OPEN
    acts = seen.acts and going_on
    return Told(
        id=seen.id,
        title=title(seen.rule, visitor.language),
        why=sentence(seen.because, visitor.language, visitor.glucose_unit),
        level=seen.level,
        level_word=words.say(f"level.{seen.level}"),
        state=seen.state,
        state_word=_state(seen, visitor, zone),
        when=_when(seen, visitor, zone, now),
        note=seen.note or "",
        acknowledges=acts and seen.acknowledged_at is None,
        rests=tuple(_offered(seen.level, visitor)) if acts and seen.acknowledged_at is None else (),
    )


def _asked(of: Burden, visitor: Guest) -> Asked:
    words, numbers = visitor.words("alerts"), visitor.numbers
    share = numbers.unknown if of.acknowledged_percent is None else numbers.percent(of.acknowledged_percent)
    minutes = of.minutes_to_acknowledgement
    return Asked(
        rule=words.say("all") if of.rule is None else title(of.rule, visitor.language),
        alerts=str(of.alerts),
        rings=str(of.rings),
        acknowledged=share if minutes is None else words.say("within", share=share, minutes=numbers.number(minutes)),
    )


def _in_hand(seen: Seen) -> bool:
    return seen.state in (AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


def _state(seen: Seen, visitor: Guest, zone: ZoneInfo) -> str:
    words, numbers = visitor.words("alerts"), visitor.numbers
    if seen.state is AlertState.SNOOZED and seen.snoozed_until is not None:
        return words.say("state.snoozed", until=f"{seen.snoozed_until.astimezone(zone):%H:%M}")
    if seen.acknowledged_at is not None:
        at = numbers.moment(seen.acknowledged_at.astimezone(zone))
        return words.say("state.acknowledged", who=called(seen.acknowledged_by, visitor, seen.person), at=at)
    return words.say(f"state.{seen.state}")


def _when(seen: Seen, visitor: Guest, zone: ZoneInfo, now: datetime) -> str:
    """Since when it goes on, or from when to when it went."""
    words, since = visitor.words("alerts"), visitor.numbers.moment(seen.since.astimezone(zone))
    if seen.state in OPEN:
        return words.say("since", since=since, ago=ago(visitor, seen.since, now))
    if seen.until is None:
        return since
    return words.say("during", since=since, until=visitor.numbers.moment(seen.until.astimezone(zone)))


def _rests(level: Level) -> list[timedelta]:
    return [rest for rest in _RESTS if _LEAST[level] <= rest <= MOST_SNOOZE[level]]


def _offered(level: Level, visitor: Guest) -> Iterable[Rest]:
    words = visitor.words("alerts")
    for rest in _rests(level):
        minutes = rest // timedelta(minutes=1)
        unit, n = next((unit, minutes // each) for unit, each in _UNITS if minutes % each == 0)
        yield Rest(minutes, words.count(f"rest.{unit}", n))


_UNITS: Sequence[tuple[str, int]] = (("days", 1440), ("hours", 60), ("minutes", 1))
