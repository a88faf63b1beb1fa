"""What holds for anybody, whatever was done."""

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.prevention import Act, Event, Facts, State, due
from hub.records import Sex
from tests.alerts.prevention.making import DAY, ENTRIES, days, histories, people
from tests.support.examples import so_many

OPEN = (State.DUE, State.ASK)
SOON = {entry.id: timedelta(days=entry.soon_days) for entry in ENTRIES}


@given(people, histories, days)
def test_an_entry_is_said_once_at_most(facts: Facts, events: list[Event], today: date) -> None:
    said = [item.entry for item in due(facts, events, today)]
    assert len(said) == len(set(said))


@given(people, histories, days, st.randoms(use_true_random=False))
def test_order_and_repetition_of_what_was_done_change_nothing(
    facts: Facts, events: list[Event], today: date, random: Random
) -> None:
    shuffled = events * 2
    random.shuffle(shuffled)
    assert due(facts, shuffled, today) == due(facts, events, today)


@given(people, histories, days)
def test_what_is_dated_after_today_changes_nothing(facts: Facts, events: list[Event], today: date) -> None:
    assert due(facts, events, today) == due(facts, [event for event in events if event.day <= today], today)


@given(people, histories, days)
def test_the_dates_of_an_item_fit_its_state(facts: Facts, events: list[Event], today: date) -> None:
    items = due(facts, events, today)
    assert all(item.since is None or item.since <= today for item in items)
    assert all(item.next is None for item in items if item.state in OPEN)
    assert all(item.since is None for item in items if item.state not in OPEN)
    assert all(item.until is None or item.until >= today for item in items if item.state in OPEN)
    assert all(item.next is None or item.next > today for item in items if item.state not in OPEN)
    soon = [(item.next, SOON[item.entry]) for item in items if item.state is State.SOON]
    assert all(following is not None and following - today <= within for following, within in soon)


@given(people, histories, days, st.sampled_from(Act))
def test_what_is_answered_today_is_no_longer_asked_today(
    facts: Facts, events: list[Event], today: date, act: Act
) -> None:
    asked = {item.entry for item in due(facts, events, today) if item.state in OPEN}
    answered = [*events, *(Event(entry, act, today) for entry in asked)]
    assert asked.isdisjoint(item.entry for item in due(facts, answered, today) if item.state in OPEN)


@settings(max_examples=so_many(50))
@given(people, histories, days)
def test_an_item_said_to_come_is_due_on_its_day(facts: Facts, events: list[Event], today: date) -> None:
    until_now = [event for event in events if event.day <= today]
    coming = [item for item in due(facts, until_now, today) if item.state in (State.SOON, State.NOT_YET) and item.next]
    assert all(
        item.entry in {each.entry for each in due(facts, until_now, item.next) if each.state in OPEN}
        for item in coming
        if item.next is not None and item.next < date(2100, 1, 1)
    )


@given(st.builds(Facts, st.dates(date(1930, 1, 1), date(2025, 1, 1)), st.sampled_from(Sex)), days)
def test_what_age_alone_makes_due_was_not_due_the_day_before_its_since(facts: Facts, today: date) -> None:
    since = {item.entry: item.since for item in due(facts, [], today) if item.since and item.entry not in _SEVERAL}
    assert all(entry not in _due(facts, first - DAY) for entry, first in since.items())


def _due(facts: Facts, day: date) -> set[str]:
    return {item.entry for item in due(facts, [], day) if item.state in OPEN}


_SEVERAL = {"dtp"}
"""Never done, it is due since the last of its ages, and before that since the one before."""
