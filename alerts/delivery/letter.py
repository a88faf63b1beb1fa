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


def letter(connection: Connection, number: int, origin: str) -> Letter:
    """The message of an outbox row; `origin` is where it leads."""
    row = connection.execute(_LETTER, {"number": number}).fetchone()
    assert row is not None  # noqa: S101 - the row is in our hands
    key, channel, address, secret, home, level, *told = row
    name, text, details = _said(Level(level), *told)
    message = Message(
        key=key, address=address, title=name, text=text, level=Level(level), url=f"{origin}/", secret=secret,
        details=details, home=home,
    )  # fmt: skip
    return Letter(channel, message)


def _said(
    level: Level, what: str, language: str, unit: str, code: str | None, says: dict[str, str] | None, reveals: bool,
    given: str | None, zone: str | None, person: UUID | None, rule: str | None, because: Any, at: datetime | None,
    since: datetime | None,
) -> tuple[str, str, dict[str, str]]:  # fmt: skip
    """Title, text, and details for programs."""
    speech = Language(language)
    if reveals and given and zone and rule and at and since:
        told = sentence(_BECAUSE.validate_python(because), speech, Unit(unit))
        if what != What.RAISED:
            told = revealing("again", speech, since=clock(since, at, ZoneInfo(zone), speech), sentence=told)
        details = {"person": str(person), "rule": rule, "since": since.isoformat()}
        return revealing("title", speech, given=given, title=title(rule, speech)), told, details
    if reveals and says:
        return SENDER, says[language], {}
    return SENDER, discreet(level if what in _TOLD else what, speech, code=code or ""), {}


def clock(since: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """A time on the person's clock, with its day unless that is today."""
    local, today = since.astimezone(zone), now.astimezone(zone).date()
    day = "" if local.date() == today else f"{day_in_words(local.date()).said(language)} "
    return f"{day}{local:%H:%M}"


_LETTER = """
    SELECT o.key, c.channel, c.address, c.secret, me.id, o.level, o.what, c.language, c.glucose_unit, c.code, n.says,
           c.reveals AND (w.person IS NOT DISTINCT FROM o.person OR coalesce(h.reveals, false)),
           p.given, p.time_zone, p.id, e.rule, e.because, e.at, a.since
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
