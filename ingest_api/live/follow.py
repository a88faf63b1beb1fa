"""One stream: what it has told, and what it tells next. Each look asks anew, as whoever follows, what they may see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from hub.database import Connection
from hub.quantities import GLUCOSE_KINDS, Kind
from ingest_api.access import Actor
from ingest_api.live import news, told
from ingest_api.live.mark import Mark
from ingest_api.live.news import Arrived, Stirring
from ingest_api.live.redrawn import redrawn
from ingest_api.live.told import Current, Event
from ingest_api.pages.views.ages import moment
from ingest_api.pages.views.now import Age, age_of
from ingest_api.pages.visitor import Guest
from ingest_api.parts import Hub
from ingest_api.whose import Whose, whose

ASKED_ANEW = 2.0
"""Seconds after which a stream with nothing new asks whether it may still be there."""


@dataclass(slots=True)
class Follow:
    """Somebody's look at a record, going on. `again` says who they are by now, None once they are signed out.

    With `drawn`, what a page draws is told as well.
    """

    hub: Hub
    stirring: Stirring
    again: Callable[[], Actor | None]
    visitor: Guest
    person: UUID
    whose: Whose
    mark: Mark
    current: Current | None
    drawn: bool = False
    age: Age = Age.FRESH
    _stirred: int = field(default=-1, init=False)
    _asked: float = field(default=0.0, init=False)

    def look(self) -> list[Event] | None:
        """What is new to tell; None once it is no longer theirs to see."""
        stirred = self.stirring.times(self.whose.number)
        fresh = stirred != self._stirred
        if fresh or monotonic() - self._asked >= ASKED_ANEW:
            events = self._ask(fresh)
            if events is None:
                return None
            # a look that told all it may at once has left something for the next
            self._stirred = stirred if self.mark.upto is None else -1
            self._asked = monotonic()
        else:
            events = []
        return [*events, *self._silence()]

    def alive(self) -> Event:
        """A sign of life, by which pages notice a dead connection, and what time it is here."""
        now = datetime.now(UTC)
        self.mark = replace(self.mark, at=now)
        return Event("alive", {"told_at": moment(now)}, str(self.mark))

    def _ask(self, fresh: bool) -> list[Event] | None:
        actor = self.again()
        if actor is None:
            return None
        found = self._found(self.mark) if fresh else None
        with self.hub.reading(actor) as connection:
            still = whose(connection, self.person)
            if still is None:
                return None
            self.whose = still
            return [] if found is None else self._tell(connection, *found)

    def _found(self, mark: Mark) -> tuple[str, list[news.News]]:
        with self.hub.watching() as connection:
            return news.since(connection, self.whose.number, mark)

    def _tell(self, connection: Connection, upto: str, found: list[news.News]) -> list[Event]:
        now = datetime.now(UTC)
        events = list(self._events(connection, upto, found, now))
        done = len(found) < news.AT_ONCE
        self.mark = Mark(now, upto) if done else Mark(now, self.mark.seen, upto, found[-1].number + 1)
        if kinds := {each.kind for each in found if isinstance(each, Arrived)}:
            events = self._displaying(connection, events, kinds, now)
        return [*events[:-1], replace(events[-1], id=str(self.mark))] if events else []

    def _events(self, connection: Connection, upto: str, found: list[news.News], now: datetime) -> Iterator[Event]:
        """In the order of the news; each bears where the stream stands once it is told."""
        said = told.alerts(connection, self.whose.number, [n for n in found if isinstance(n, news.Said)], self.visitor)
        for each in found:
            after = Mark(now, self.mark.seen, upto, each.number + 1)
            if isinstance(each, news.Said):
                if each.event in said:
                    yield Event("alert", said[each.event], str(after))
                continue
            place = self.mark.place if each.number == self.mark.number else None
            readings = told.readings(connection, self.whose, each, place)
            for reading in readings:
                here = replace(after, number=each.number, place=told.place_of(reading))
                data = told.reading_data(reading, self.visitor, self.whose)
                yield Event("reading", data, str(after if reading is readings[-1] else here))

    def _displaying(self, connection: Connection, events: list[Event], kinds: set[Kind], now: datetime) -> list[Event]:
        """With all that a page displays of those kinds by now on the last reading told.

        Should none be told although another is the newest by now (one was taken back, or hidden), by itself.
        """
        glucose, before = not kinds.isdisjoint(GLUCOSE_KINDS), self.current
        if glucose:
            self.current = told.current(connection, self.whose, now)
        last = next((n for n, each in reversed(list(enumerate(events))) if each.name == "reading"), None)
        if last is None and told.same(before, self.current):
            return events
        parts = {"parts": redrawn(connection, self.whose, self.visitor, kinds, now)} if self.drawn else {}
        if last is None:
            return [*events, Event("now", self._displayed(None, now) | parts)]
        data = events[last].data | parts | (self._displayed(events[last].data["id"], now) if glucose else {})
        return [*events[:last], replace(events[last], data=data), *events[last + 1 :]]

    def opening(self) -> list[Event]:
        """For a stream that resumes no other: the glucose they have now, as a reading."""
        newest = self._newest()
        return [Event("reading", newest | self._displayed(newest["id"], datetime.now(UTC)))] if newest else []

    def resuming(self) -> list[Event]:
        """For one that does: what is displayed by now, though nothing came; readings since are told after it."""
        return [Event("now", self._displayed(None, datetime.now(UTC)))]

    def _newest(self) -> dict[str, object]:
        return {} if self.current is None else told.reading_data(self.current.found, self.visitor, self.whose)

    def _silence(self) -> Iterator[Event]:
        """Once when the sensor has not been heard for 15 minutes, and once for 30."""
        now = datetime.now(UTC)
        if self.current is None:
            return
        age = age_of(self.current.found.taken_at, now)
        if age is not self.age and age is not Age.FRESH:
            yield Event("silence", told.silence_data(age, self.current) | self._displayed(None, now))
        self.age = age

    def _displayed(self, reading: object, now: datetime) -> dict[str, object]:
        """Every displayed string of the glucose they have now; the arrow too, beside the reading it is of."""
        if self.current is None:
            return {"now": None, "told_at": moment(now)}
        theirs = str(UUID(bytes=self.current.found.key)) == reading
        shown = told.shown(self.current.shown(self.visitor, self.whose, now))
        return {"arrow": self.current.arrow if theirs else None, "now": shown, "told_at": moment(now)}
