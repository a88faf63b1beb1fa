"""The calendar of what is due and soon."""

from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar import Event as Entry

from alerts.prevention import Condition, Event, Facts, Item, Language, State, Words, due
from alerts.prevention.feed import Wording, feed, in_full, neutral
from tests.alerts.prevention.making import days, done, histories, item, man, people, woman
from tests.support.examples import so_many

TODAY = date(2026, 11, 22)
MADE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PERSON = UUID("0d2f6a1c-93c5-4ab0-8f30-5d6f53a2b111")
OTHER = UUID("0d2f6a1c-93c5-4ab0-8f30-5d6f53a2b222")


def written(
    items: tuple[Item, ...], wording: Wording = in_full, language: Language = Language.FR, today: date = TODAY
) -> bytes:
    """The feed of one person."""
    return feed(items, PERSON, today, MADE, language, wording)


def entries(calendar: bytes) -> list[Entry]:
    """The events another program reads in it."""
    return list(Calendar.from_ical(calendar).events)


def uids(calendar: bytes) -> list[str]:
    """Their identifiers, in order."""
    return [str(each["uid"]) for each in entries(calendar)]


def of(facts: Facts, *entry: str, events: list[Event] | None = None, today: date = TODAY) -> tuple[Item, ...]:
    """Some items of a person."""
    return tuple(item(each, facts, today, events or []) for each in entry)


def test_what_is_due_stands_on_today_and_what_is_soon_on_its_day() -> None:
    person = man(born=date(1956, 12, 24))
    first, second = entries(written(of(person, "pneumococcus", "bilan-70-75")))
    assert (first.start, first.end) == (TODAY, date(2026, 11, 23))
    assert second.start == date(2026, 12, 24)


def test_what_is_done_declined_or_far_is_not_in_it() -> None:
    person = man(Condition.DIABETES)
    items = due(person, done("ecg", TODAY), TODAY)
    kept = [each for each in items if each.state in (State.DUE, State.SOON)]
    assert len(entries(written(items))) == len(kept) < len(items)


def test_an_entry_says_what_why_and_the_source_in_the_language_asked() -> None:
    person = woman(Condition.DIABETES)
    french, english = (entries(written(of(person, "ecg"), language=each))[0] for each in Language)
    assert french["summary"] == "Électrocardiogramme de repos"
    assert "Chaque année avec un diabète. À faire." in str(french["description"])
    assert english["summary"] == "Resting electrocardiogram"
    assert str(english["description"]).endswith("Source: Fédération française des diabétiques, ameli.fr.")


def test_neutral_titles_say_nothing_of_health() -> None:
    items = due(woman(Condition.DIABETES, Condition.PREGNANCY), [], TODAY)
    events = entries(written(items, neutral))
    assert {str(each["summary"]) for each in events} == {"Rendez-vous à prévoir"}
    assert all("description" not in each for each in events)
    assert all(each.entry.encode() not in written(items, neutral) for each in items)


def test_every_entry_is_private_and_leaves_the_day_free() -> None:
    (event,) = entries(written(of(man(Condition.DIABETES), "ecg")))
    assert (event["class"], event["transp"]) == ("PRIVATE", "TRANSPARENT")


def test_the_identifier_stays_from_soon_to_due_whatever_the_wording() -> None:
    person, before = man(born=date(1956, 12, 24)), of(man(born=date(1956, 12, 24)), "bilan-70-75")
    after = of(person, "bilan-70-75", today=date(2026, 12, 25))
    assert uids(written(before)) == uids(written(after, neutral, Language.EN, date(2026, 12, 25)))


def test_the_next_turn_and_another_person_have_another_identifier() -> None:
    person = man(Condition.DIABETES)
    now = of(person, "ecg")
    later = of(person, "ecg", events=done("ecg", date(2025, 11, 1)))
    assert uids(written(now)) != uids(written(later))
    assert uids(written(now)) != uids(feed(now, OTHER, TODAY, MADE, Language.FR, in_full))


def test_commas_semicolons_and_line_ends_in_a_title_are_escaped() -> None:
    said = Words("A, b; c\\d\nBEGIN:VEVENT", "e")
    (event,) = entries(written(of(man(Condition.DIABETES), "ecg"), lambda _: (said, None)))
    assert event["summary"] == said.fr
    assert b"SUMMARY:A\\, b\\; c\\\\d\\nBEGIN:VEVENT\r\n" in written(
        of(man(Condition.DIABETES), "ecg"), lambda _: (said, None)
    )


@settings(max_examples=so_many(30))
@given(people, histories, days, st.sampled_from(Language), st.sampled_from([in_full, neutral]))
def test_any_feed_is_lines_of_75_octets_that_read_back_with_one_identifier_each(
    facts: Facts, events: list[Event], today: date, language: Language, wording: Wording
) -> None:
    calendar = feed(due(facts, events, today), PERSON, today, MADE, language, wording)
    assert calendar.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in calendar.split(b"\r\n"))
    assert str(PERSON).encode() not in calendar
    assert len(set(uids(calendar))) == len(entries(calendar))


def test_no_measured_value_is_in_it() -> None:
    heavy = due(man(bmi=47.3), [], TODAY)
    assert b"47" not in b"".join(line for line in written(heavy).split(b"\r\n") if not line.startswith((b"UID", b"DT")))


def test_without_anything_due_it_is_an_empty_calendar() -> None:
    assert entries(written(())) == []
    assert written(()).startswith(b"BEGIN:VCALENDAR\r\n")
