"""A shared scale's weights find their people: given when clear, else waiting with candidates."""

from datetime import timedelta
from typing import Any

import pytest

from hub.database import Database, Role
from hub.quantities import Kind, Quantity, Unit
from hub.readings import Attribution
from hub.records import DeviceKind
from tests.support.clock import begun
from tests.support.readings import a_reading, kg
from tests.support.shared_scale import Home, a_home
from timeseries.attribution import model_of
from timeseries.attributor import Attributor, members
from timeseries.household import Inbox
from timeseries.upkeep import Upkeep


@pytest.fixture
def home(swept_database: Database) -> Home:
    """An empty inbox of Ada and Bob."""
    return a_home(swept_database)


def on_the_scale(home: Home, days_ago: float, kilograms: float, **said: Any) -> None:
    at = begun().replace(hour=7, minute=0, second=0) - timedelta(days=days_ago)
    home.keep(home.weighing(f"{at} {kilograms} {said}", kilograms, taken_at=at, **said))


def decided(home: Home) -> int:
    with home.database.transaction(Role.WATCH) as connection:
        return Attributor(connection).turn()


def told_apart(home: Home) -> None:
    """A week of weights that somebody confirmed: Ada's 62, Bob's 80."""
    for day in range(10, 3, -1):
        for person, kilograms in ((home.ada, 62.0 + 0.1 * (day % 3)), (home.bob, 80.0 + 0.1 * (day % 3))):
            on_the_scale(home, day, kilograms)
            (occasion,) = home.undecided()
            home.give(occasion, person, Attribution.CONFIRMED)


def in_record(home: Home, person: int) -> list[float]:
    with home.database.transaction(Role.WATCH) as connection:
        return [
            value
            for (value,) in connection.execute(
                "SELECT value FROM reading WHERE person = %s AND kind = 4 AND attribution = 1 ORDER BY taken_at",
                (person,),
            )
        ]


def waiting(home: Home) -> list[tuple[float, list[int]]]:
    with home.database.transaction(Role.WATCH) as connection:
        rows = connection.execute(
            "SELECT value, candidates FROM inbox WHERE person IS NULL AND NOT confirmed AND decided_at IS NOT NULL"
        )
        return [(value, [person for person, _ in candidates]) for value, candidates in rows]


def test_before_anybody_confirmed_anything_all_is_asked(home: Home) -> None:
    on_the_scale(home, 1, 62.0)
    assert decided(home) == 1
    assert waiting(home) == [(62.0, [home.ada.number, home.bob.number])]


def test_a_clear_weight_is_given_and_stays_unconfirmed(home: Home) -> None:
    told_apart(home)
    on_the_scale(home, 2, 62.3)
    on_the_scale(home, 1, 80.4)
    decided(home)
    assert (in_record(home, home.ada.number), in_record(home, home.bob.number), waiting(home)) == ([62.3], [80.4], [])


def test_a_guest_waits_in_the_inbox(home: Home) -> None:
    told_apart(home)
    on_the_scale(home, 1, 71.0)
    decided(home)
    assert [value for value, _ in waiting(home)] == [71.0]


def test_composition_that_comes_later_goes_where_its_weight_went(home: Home) -> None:
    told_apart(home)
    on_the_scale(home, 1, 62.3)
    decided(home)
    on_the_scale(home, 1, 0, kind=Kind.BODY_FAT, raw=Quantity(24.0, Unit.PERCENT))
    decided(home)
    with home.database.transaction(Role.WATCH) as connection:
        fat = connection.execute("SELECT person, value FROM reading WHERE kind = 6").fetchall()
    assert fat == [(home.ada.number, 24.0)]


def test_composition_that_comes_first_goes_with_its_weight(home: Home) -> None:
    told_apart(home)
    on_the_scale(home, 1, 0, kind=Kind.BODY_FAT, raw=Quantity(24.0, Unit.PERCENT))
    decided(home)
    on_the_scale(home, 1, 62.3)
    decided(home)
    with home.database.transaction(Role.WATCH) as connection:
        fat = connection.execute("SELECT person, value FROM reading WHERE kind = 6").fetchall()
    assert fat == [(home.ada.number, 24.0)]


def test_two_people_within_one_minute_are_asked_and_nothing_given_before_is_moved(home: Home) -> None:
    told_apart(home)
    on_the_scale(home, 1, 62.3)
    decided(home)
    on_the_scale(home, 1, 80.4)
    decided(home)
    assert in_record(home, home.ada.number) == [62.3]
    assert [value for value, _ in waiting(home)] == [80.4]


def test_what_was_given_unconfirmed_teaches_nothing(home: Home) -> None:
    told_apart(home)
    for day in (3.0, 2.0, 1.0):
        on_the_scale(home, day, 62.3)
    with home.database.transaction(Role.WATCH) as connection:
        before = model_of(members(connection, home.household))
    decided(home)
    assert in_record(home, home.ada.number) == [62.3, 62.3, 62.3]
    with home.database.transaction(Role.WATCH) as connection:
        assert model_of(members(connection, home.household)) == before


def test_a_wrong_confirmation_moved_to_the_right_person_leaves_no_trace(home: Home) -> None:
    told_apart(home)
    on_the_scale(home, 1, 62.3)
    (occasion,) = home.undecided()
    home.give(occasion, home.ada, Attribution.CONFIRMED)
    with home.database.transaction(Role.WATCH) as connection:
        never_wrong = model_of(members(connection, home.household))
    home.give(occasion, home.bob, Attribution.CONFIRMED)
    home.give(occasion, home.ada, Attribution.CONFIRMED)
    with home.database.transaction(Role.WATCH) as connection:
        assert model_of(members(connection, home.household)) == never_wrong


def test_what_the_database_refuses_to_give_waits_in_the_inbox_and_keeps_nothing_else_waiting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_apart(home)
    on_the_scale(home, 1, 62.3)
    monkeypatch.setattr(Inbox, "give", lambda inbox, *_: inbox._connection.execute("SELECT 1 / 0"))
    assert (decided(home), decided(home)) == (1, 0)
    assert [value for value, _ in waiting(home)] == [62.3]


def test_what_can_neither_be_given_nor_left_keeps_nobodys_summaries_waiting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_apart(home)
    on_the_scale(home, 1, 62.3)
    for way in ("give", "leave"):
        monkeypatch.setattr(Inbox, way, lambda inbox, *_: inbox._connection.execute("SELECT 1 / 0"))
    assert decided(home) == 0
    monkeypatch.setattr(Attributor, "turn", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Upkeep(home.database).turn()
    with home.database.transaction(Role.WATCH) as connection:
        assert connection.execute("SELECT FROM day WHERE person = %s", (home.ada.number,)).rowcount


def test_a_persons_own_scale_teaches_too(home: Home) -> None:
    """Bob is known by his own scale alone; Ada by what was confirmed."""
    own = home.record.device(DeviceKind.SCALE)
    home.record.pair(own, home.bob)
    for day in range(10, 3, -1):
        at = begun().replace(hour=7, minute=0, second=0) - timedelta(days=day)
        home.keep(
            a_reading(f"{day}", device=own.number, person=home.bob.number, kind=Kind.WEIGHT, raw=kg(80), taken_at=at)
        )
        on_the_scale(home, day, 62.0)
        home.give(home.undecided()[0], home.ada, Attribution.CONFIRMED)
    on_the_scale(home, 1, 80.2)
    decided(home)
    assert in_record(home, home.bob.number) == [80.2]
