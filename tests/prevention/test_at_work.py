"""The forecast in the watch: what is in force when a reading comes is what rings, and the journal can be made again."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.daily import of_a_day
from alerts.forecast.keeper import Keeper, Learnt, foresights
from hub.database import Database, Role
from tests.alerts.making import after, every
from tests.alerts.test_predicted_low import FALL
from tests.alerts.watching import BEGIN, Home, a_home

FIRST = "predicted_low"


@pytest.fixture
def database(swept_database: Database) -> Database:
    """The file's database, emptied."""
    return swept_database


def in_force(home: Home, at: datetime, shown: bool = False) -> None:
    """The general model, from then on."""
    with home.database.transaction(Role.WATCH) as connection:
        Keeper(connection).put_in_force(home.person, Learnt(), at, shown)


def said(home: Home, shown: bool = False) -> list[str]:
    """What the journal has of lows to come."""
    return [what for _, rule, what, _ in home.journal(shown) if rule == FIRST]


def test_a_fall_rings_before_the_low_and_the_journal_can_be_made_again(database: Database) -> None:
    home = a_home(database)
    in_force(home, BEGIN)
    for row in every(5, [*FALL, 75, 68, 66, 64, 66, 66]):
        home.keep([row])
        home.look(row.received)
    home.look(after(400))
    assert said(home) == ["raised", "resolved"]
    ring, low = (
        next(at for at, rule, what, _ in home.journal() if (rule, what) == (wanted, "raised"))
        for wanted in (FIRST, "low")
    )
    assert low - ring >= timedelta(minutes=15)
    assert home.replayed(after(400)) == home.journal()


def test_before_anything_is_in_force_nothing_is_foreseen(database: Database) -> None:
    home = a_home(database)
    in_force(home, after(300))
    home.keep(every(5, FALL))
    home.look(after(280))
    assert said(home) == []


def test_each_instant_is_judged_by_what_was_in_force_at_it_however_late_it_is_looked_at(database: Database) -> None:
    home = a_home(database)
    in_force(home, after(200))
    rows = every(5, [*FALL, *[120.0] * 12, *FALL])
    for row in rows:
        home.keep([row])
    home.look(after(600))
    assert said(home) == ["raised", "resolved"]
    assert [at > after(200) for at, rule, *_ in home.journal() if rule == FIRST] == [True, True]


def test_the_same_again_is_no_new_version(database: Database) -> None:
    home = a_home(database)
    for minutes in (0, 1440, 2880):
        in_force(home, after(minutes))
    with database.transaction(Role.WATCH) as connection:
        found = foresights(connection, [home.person], BEGIN, after(9000))
    assert [each.valid_from for each in found[home.person, False]] == [after(0)]


@pytest.mark.parametrize(
    ("since", "now", "wanted"), [(-90, -1, []), (0, 90, [0, 60]), (61, 62, [60]), (61, 121, [60, 120])]
)
def test_the_versions_of_a_time_are_those_in_force_in_it(
    database: Database, since: float, now: float, wanted: list[float]
) -> None:
    home = a_home(database)
    for minutes in (0, 60, 120):
        home.ask(
            "INSERT INTO foresight VALUES (%s, false, %s, %s, 1, 0.4, 30)",
            home.person, after(minutes), [float(minutes)] * 13,
        )  # fmt: skip
    with database.transaction(Role.WATCH) as connection:
        found = foresights(connection, [home.person], after(since), after(now))
    told = [(each.valid_from, each.minutes) for each in found.get((home.person, False), [])]
    assert told == [(after(each), 30) for each in wanted]


@pytest.mark.parametrize("learnt", [False, True])
def test_what_others_see_goes_by_what_was_made_without_what_is_hidden(database: Database, learnt: bool) -> None:
    home = a_home(database)
    home.ask("INSERT INTO hidden (person, kind) VALUES (%s, 4)", home.person)
    home.ask("UPDATE walk SET due_at = %s WHERE person = %s", BEGIN, home.person)
    for shown in {False, learnt}:
        in_force(home, BEGIN, shown)
    for row in every(5, FALL):
        home.keep([row])
        home.look(row.received)
    home.look(after(400))
    assert said(home) == ["raised", "resolved"]
    assert said(home, shown=True) == ["raised", "resolved"] * learnt


def test_a_new_version_is_of_an_instant_nobody_has_looked_at(database: Database) -> None:
    home = a_home(database)
    before = datetime.now(UTC)
    home.look(before)
    with database.transaction(Role.WATCH) as connection:
        of_a_day(connection, home.person, datetime(2026, 5, 4, tzinfo=UTC))
        found = foresights(connection, [home.person], BEGIN, datetime.now(UTC))
    assert [each.valid_from > before for each in found[home.person, False]] == [True]
