"""What one message says: that there is something to read; what it is only to whom the person lets have it there.

An address belongs to whoever gave it, and the values to the person: it takes the word of both.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from alerts.alert import What
from alerts.channel import Message
from alerts.delivery.afterwards import LOST, WAS
from alerts.prevention.words import day_in_words
from alerts.rule import Because, Level
from alerts.wording import Language, discreet, revealing, sentence, title
from hub.database import Connection
from hub.quantities import Unit

SENDER = "Vigie"
_BECAUSE = TypeAdapter(Because)
_TOLD = {What.RAISED, What.WORSENED, What.REOPENED, What.RANG}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, and the name of the channel it goes by."""

    channel: str
    message: Message


@dataclass(frozen=True, slots=True)
class _Told:
    """What a row is about; of an alert also whose, why, and from when until when, as seen `at` that moment."""

    level: Level
    what: str
    language: Language
    unit: Unit
    code: str | None
    says: dict[str, str] | None
    reveals: bool
    person: UUID | None
    given: str
    zone: ZoneInfo
    rule: str | None
    pressed: str
    because: Any
    at: datetime
    since: datetime
    until: datetime

    @property
    def span(self) -> dict[str, str]:
        """From when until when it went on, on the person's clock."""
        return {
            "since": clock(self.since, self.at, self.zone, self.language),
            "until": clock(self.until, self.at, self.zone, self.language),
        }


def letter(connection: Connection, number: int, origin: str) -> Letter:
    """The message of an outbox row; `origin` is where it leads."""
    row = connection.execute(_LETTER, {"number": number}).fetchone()
    assert row is not None  # noqa: S101 - the row is in our hands
    key, channel, address, secret, home, level, what, language, unit, code, says, reveals, person, given, zone, *of = (
        row
    )
    told = _Told(
        Level(level), what, Language(language), Unit(unit), code, says, reveals, person, given or "",
        ZoneInfo(zone or "UTC"), *of,
    )  # fmt: skip
    name, text, details = _said(told)
    message = Message(
        key=key, address=address, title=name, text=text, level=told.level, url=f"{origin}/", secret=secret,
        details=details, home=home,
    )  # fmt: skip
    return Letter(channel, message)


def _said(told: _Told) -> tuple[str, str, dict[str, str]]:
    """Title, text, and details for programs."""
    if told.reveals and told.rule is not None:
        name = revealing("title", told.language, given=told.given, title=title(told.rule, told.language))
        return name, _revealed(told), {"person": str(told.person), "rule": told.rule, "since": told.since.isoformat()}
    if told.reveals and told.says:
        return SENDER, told.says[told.language], {}
    if told.what in (WAS, LOST):
        return SENDER, discreet(f"{told.what}_{told.pressed}", told.language, **told.span), {}
    return SENDER, discreet(told.level if told.what in _TOLD else told.what, told.language, code=told.code or ""), {}


def _revealed(told: _Told) -> str:
    """The alert's own sentence, and when that was unless it is now."""
    text = sentence(_BECAUSE.validate_python(told.because), told.language, told.unit)
    if told.what == What.RAISED:
        return text
    return revealing(told.what if told.what in (WAS, LOST) else "again", told.language, sentence=text, **told.span)


def clock(since: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """A time on the person's clock, with its day unless that is today."""
    local, today = since.astimezone(zone), now.astimezone(zone).date()
    day = "" if local.date() == today else f"{day_in_words(local.date()).said(language)} "
    return f"{day}{local:%H:%M}"


_LETTER = """
    SELECT o.key, c.channel, c.address, c.secret, me.id, o.level, o.what, c.language, c.glucose_unit, c.code, n.says,
           c.reveals AND (w.person IS NOT DISTINCT FROM o.person OR coalesce(h.reveals, false)),
           p.id, p.given, p.time_zone, e.rule, e.level, e.because,
           CASE WHEN o.what IN ('was', 'lost') THEN now() ELSE e.at END, a.since, coalesce(a.until, e.at)
    FROM outbox o
    JOIN contact c ON c.id = o.contact
    JOIN account w ON w.number = o.account
    LEFT JOIN person me ON me.number = w.person
    LEFT JOIN person p ON p.number = o.person
    LEFT JOIN chain h ON (h.person, h.account) = (o.person, o.account)
    LEFT JOIN notice n ON (n.person, n.key) = (o.person, o.notice)
    LEFT JOIN alert_event e ON e.number = o.event
    LEFT JOIN alert a ON (a.person, a.shown, a.key) = (e.person, e.shown, e.alert)
    WHERE o.number = %(number)s
"""
