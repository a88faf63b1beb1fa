"""What is due and soon, as a calendar to subscribe to (iCalendar, RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from alerts.prevention.due import Item, State
from alerts.prevention.words import Language, Words

MEDIA_TYPE = "text/calendar; charset=utf-8"

Wording = Callable[[Item], tuple[Words, Words | None]]
"""An event's title, and its description if it has one."""

_SPACE = UUID("5f0c6a1e-3f0b-5d0c-9a52-7b7f3c1d9e42")
_NEUTRAL = Words("Rendez-vous à prévoir", "Appointment to make")


def in_full(item: Item) -> tuple[Words, Words | None]:
    """What it is, why, and its source. Who reads the calendar may learn of a condition from it."""
    source = Words(f"Source : {item.source.fr}.", f"Source: {item.source.en}.")
    return item.title, item.why + source


def neutral(_: Item) -> tuple[Words, Words | None]:
    """Nothing about health, for a calendar that others see."""
    return _NEUTRAL, None


def feed(
    items: Iterable[Item], person: UUID, today: date, made: datetime, language: Language, wording: Wording
) -> bytes:
    """The calendar of one person's items, UTF-8; `made` is the UTC instant it is made at, `today` their local day.

    What is due stands on today, what is soon on its day. No measured value is in it, and neither the person's id nor
    an item's can be read from it. An item keeps its UID while it is due for the same turn.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Vigie//Prevention//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Vigie")
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    for item in items:
        if item.state in (State.DUE, State.SOON):
            calendar.add_component(_event(item, person, today, made, language, wording))
    written: bytes = calendar.to_ical()
    return written


def _event(item: Item, person: UUID, today: date, made: datetime, language: Language, wording: Wording) -> Event:
    title, description = wording(item)
    day = item.next or today
    event = Event()
    event.add("uid", f"{_uid(item, person)}@vigie")
    event.add("dtstamp", made)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title.said(language))
    if description is not None:
        event.add("description", description.said(language))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _uid(item: Item, person: UUID) -> UUID:
    """The same for the same turn, from soon to due, in every language and wording; another for the next turn."""
    return uuid5(_SPACE, f"{person}/{item.entry}/{item.last}/{item.until}")
