"""People and events to try prevention on."""

from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import strategies as st

from alerts.prevention import Act, Condition, Event, Facts, Item, State, due
from alerts.prevention.schedule import schedules
from hub.records import Sex

BORN = date(1976, 6, 15)
ENTRIES = [entry for schedule in schedules() for entry in schedule.entry]
IDS = [entry.id for entry in ENTRIES]
DAY = timedelta(days=1)


def woman(
    *conditions: Condition, born: date = BORN, bmi: float | None = None, last_period: date | None = None
) -> Facts:
    """A woman with these conditions."""
    return Facts(born, Sex.FEMALE, frozenset(conditions), bmi, last_period)


def man(*conditions: Condition, born: date = BORN, bmi: float | None = None) -> Facts:
    """A man with these conditions."""
    return Facts(born, Sex.MALE, frozenset(conditions), bmi)


def done(entry: str, *days: date) -> list[Event]:
    """An entry done on these days."""
    return [Event(entry, Act.DONE, day) for day in days]


def declined(entry: str, *days: date) -> list[Event]:
    """An entry declined on these days."""
    return [Event(entry, Act.DECLINED, day) for day in days]


def item(entry: str, facts: Facts, today: date, events: Iterable[Event] = ()) -> Item:
    """The one item of an entry."""
    (found,) = [each for each in due(facts, events, today) if each.entry == entry]
    return found


def state(entry: str, facts: Facts, today: date, events: Iterable[Event] = ()) -> State:
    """Where an entry stands."""
    return item(entry, facts, today, events).state


def concerned(facts: Facts, today: date, events: Iterable[Event] = ()) -> set[str]:
    """The entries that concern somebody."""
    return {each.entry for each in due(facts, events, today)}


days = st.dates(date(1995, 1, 1), date(2045, 12, 31))
people = st.builds(
    Facts,
    birth_date=st.dates(date(1930, 1, 1), date(2025, 1, 1)),
    sex=st.sampled_from(Sex),
    conditions=st.frozensets(st.sampled_from(Condition), max_size=5),
    bmi=st.none() | st.floats(15, 60),
    last_period=st.none() | days,
)
histories = st.lists(st.builds(Event, st.sampled_from(IDS), st.sampled_from(Act), days), max_size=12)
