"""An alert, what people do about it, and what the journal says of it; all values that JSON can carry."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from alerts.rule import Because, Ended, Evidence, Level, Pace

MOST_SNOOZE = {Level.URGENT: timedelta(minutes=30), Level.WARNING: timedelta(hours=4), Level.NOTICE: timedelta(days=7)}
"""How long one snooze may last: an urgent low sounds again after 30 minutes at most (Dexcom G5 guide p. 208), others
up to what Nightscout and the sensors offer. [own rule]"""


NEVER = datetime(1, 1, 1, tzinfo=UTC)


class AlertState(StrEnum):
    """How an alert stands, as the API names it."""

    PENDING = "pending"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    RETROSPECTIVE = "retrospective"


class Doing(StrEnum):
    """What somebody does about an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Somebody (`by`) acted on one alert; a snooze is theirs alone, and ends at `until`."""

    at: datetime
    alert: str
    by: str
    doing: Doing
    until: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Snooze:
    """One recipient's rest from one alert."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One episode of one rule. `last` is the newest reading seen that shows it; `rang_at` when it last rang for all.

    `until` is when the episode itself ended, `resolved_at` when that was known.
    """

    key: str
    rule: str
    level: Level
    since: datetime
    last: datetime
    raised_at: datetime
    rang_at: datetime
    because: Because
    pace: Pace
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    snoozes: tuple[Snooze, ...] = ()
    until: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True while its episode goes on."""
        return self.resolved_at is None

    def state_for(self, recipient: str, now: datetime) -> AlertState:
        """How it stands for one recipient: another's snooze is not theirs."""
        if not self.is_open:
            return AlertState.RESOLVED
        if self.acknowledged_at is not None:
            return AlertState.ACKNOWLEDGED
        rests = any(snooze.by == recipient and snooze.until > now for snooze in self.snoozes)
        return AlertState.SNOOZED if rests else AlertState.RAISED

    @property
    def due(self) -> datetime | None:
        """When it rings next: for all, or for somebody whose snooze ends; None if never."""
        if not self.is_open:
            return None
        ends = [] if self.acknowledged_at is not None else [snooze.until for snooze in self.snoozes]
        return min([*ends, *([] if self.next_for_all is None else [self.next_for_all])], default=None)

    @property
    def next_for_all(self) -> datetime | None:
        """When it rings next for whoever does not rest."""
        pace = self.pace.until_acknowledged if self.acknowledged_at is None else self.pace.after
        return None if pace is None else self.rang_at + pace

    def without_ended(self, now: datetime) -> "Alert":
        """The same, snoozes that have ended forgotten."""
        return replace(self, snoozes=tuple(snooze for snooze in self.snoozes if snooze.until > now))


class What(StrEnum):
    """What an entry of the journal says happened. The first four ring."""

    RAISED = "raised"
    WORSENED = "worsened"
    REOPENED = "reopened"
    RANG = "rang"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    RETROSPECTIVE = "retrospective"

    @property
    def rings(self) -> bool:
        """True if somebody is to be told now."""
        return self in (What.RAISED, What.WORSENED, What.REOPENED, What.RANG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the journal.

    `quiet` are recipients who rest; `only`, if any, those whom alone it concerns. `until` is when the episode ended,
    or to when somebody snoozes.
    """

    at: datetime
    what: What
    alert: str
    rule: str
    level: Level
    since: datetime
    because: Because
    evidence: tuple[Evidence, ...] = ()
    until: datetime | None = None
    ended: Ended | None = None
    by: str | None = None
    quiet: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
