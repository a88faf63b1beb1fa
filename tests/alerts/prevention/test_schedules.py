"""The schedules as data: every entry, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from alerts.prevention.page import rewritten
from alerts.prevention.schedule import Entry, InWindow, check, read_schedule, schedules
from hub.errors import SettingsError
from tests.alerts.prevention.making import ENTRIES, IDS

PAGE = Path(__file__).parents[3] / "docs" / "prevention.md"
GOOD = """
topic = "t"
title = { fr = "f", en = "e" }
[[entry]]
id = "one"
title = { fr = "f", en = "e" }
reason = { fr = "f.", en = "e." }
who = [{ from_age = 18, to_age = 25 }]
how = { kind = "window" }
source = { fr = "quelqu’un 2026", en = "somebody 2026" }
read = 2026-11-22
"""


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_every_entry_says_its_reason_as_a_sentence_in_both_languages(entry: Entry) -> None:
    assert entry.reason.fr.endswith(".")
    assert entry.reason.en.endswith(".")
    assert entry.reason.fr != entry.reason.en


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_every_entry_was_read_in_its_source_on_a_day_gone_by(entry: Entry) -> None:
    assert date(2026, 1, 1) <= entry.read <= date.today()  # noqa: DTZ011
    assert [any(map(str.isalpha, said)) for said in (entry.source.fr, entry.source.en)] == [True, True]


@pytest.mark.parametrize("entry", [e for e in ENTRIES if isinstance(e.how, InWindow)], ids=lambda e: str(e.id))
def test_every_window_has_both_its_ages(entry: Entry) -> None:
    assert all(who.from_age is not None and who.to_age is not None for who in entry.who)


def test_the_five_topics_are_there() -> None:
    topics = [schedule.topic for schedule in schedules()]
    assert topics == ["check-ups", "screenings", "vaccinations", "diabetes", "pregnancy"]


def test_the_page_is_what_the_data_makes_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page, "run: .venv/bin/python -m alerts.prevention.page"


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="keep the lines"):
        rewritten("# Prevention")


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("from_age = 18", "from_age = 26"),
        ("from_age = 18", 'from_age = "18"'),
        ("from_age = 18", 'any_of = ["diabetis"]'),
        ("from_age = 18", 'sex = "unknown"'),
        ("from_age = 18", "form_age = 18"),
        ('kind = "window"', 'kind = "sometimes"'),
        ('kind = "window"', 'kind = "every", months = []'),
        ('kind = "window"', 'kind = "season", begins = { month = 2, day = 29 }, ends = { month = 3, day = 1 }'),
        ('reason = { fr = "f.", en = "e." }', 'reason = { fr = "f." }'),
        ('reason = { fr = "f.", en = "e." }', 'reason = { fr = "f.", en = " " }'),
        ("read = 2026-11-22", ""),
        ('id = "one"', 'id = "One thing"'),
        ("[[entry]]", "[[entry"),
    ],
)
def test_a_schedule_that_is_wrong_says_where(said: str, instead: str) -> None:
    assert said in GOOD
    with pytest.raises(SettingsError, match=r"mine\.toml"):
        read_schedule("mine.toml", GOOD.replace(said, instead))


def test_an_id_stands_once() -> None:
    one = read_schedule("a.toml", GOOD)
    with pytest.raises(SettingsError, match="one"):
        check((one, one))


def test_an_entry_cannot_wait_for_one_that_is_not_there() -> None:
    waiting = GOOD.replace('kind = "window"', 'kind = "every", months = [3], after = { "two" = 3 }')
    with pytest.raises(SettingsError, match="two"):
        check((read_schedule("a.toml", waiting),))
