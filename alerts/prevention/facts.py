"""What is known of a person and what was done: all that `due` reads. Somebody else asks the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from alerts.prevention.conditions import Condition
from hub.records import Sex

LONGEST = timedelta(weeks=44)
"""A pregnancy counted from the last period is over by then: own rule, two weeks beyond the latest delivery."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A person: `bmi` in kg/m², `last_period` the first day of it before this pregnancy; None where not known."""

    birth_date: date
    sex: Sex
    conditions: frozenset[Condition] = frozenset()
    bmi: float | None = None
    last_period: date | None = None

    def on(self, today: date) -> Self:
        """The facts as they may be used on a day: without a last period that cannot be of a pregnancy of that day."""
        start = self.last_period
        if start is None or start <= today < start + LONGEST:
            return self
        return replace(self, last_period=None)


class Act(StrEnum):
    """What somebody said of an entry."""

    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Event:
    """An entry's id, what was said of it, and the day it was done or declined."""

    entry: str
    act: Act
    day: date


@dataclass(frozen=True, slots=True)
class Past:
    """What happened until today, by entry; days ascending, each once. What is dated later has not happened."""

    done: dict[str, tuple[date, ...]]
    declined: dict[str, tuple[date, ...]]

    def last_done(self, entry: str) -> date | None:
        """The last day an entry was done."""
        return max(self.done.get(entry, ()), default=None)

    def last_declined(self, entry: str) -> date | None:
        """The day of a refusal that nothing done has overtaken; done on the same day, it was done."""
        declined, done = max(self.declined.get(entry, ()), default=None), self.last_done(entry)
        return None if declined is None or (done is not None and done >= declined) else declined


def past(events: Iterable[Event], today: date) -> Past:
    """The events up to today, in any order, said once or twice."""
    happened = {event for event in events if event.day <= today}
    return Past(_by_entry(happened, Act.DONE), _by_entry(happened, Act.DECLINED))


def _by_entry(events: Iterable[Event], act: Act) -> dict[str, tuple[date, ...]]:
    of_act = sorted((event.entry, event.day) for event in events if event.act is act)
    return {entry: tuple(day for of, day in of_act if of == entry) for entry, _ in of_act}
