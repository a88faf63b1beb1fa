"""A household's inbox: readings given, confirmed, moved and taken back, with their original time and company."""

from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep
from uuid import UUID

import pytest

from hub.accounts import Accounts, ActorRole
from hub.database import Connection, Database, Role
from hub.errors import NotFound
from hub.quantities import Kind, Quantity, Unit
from hub.readings import Attribution, Reading
from hub.records import DeviceKind
from hub.sharing import Sharing, Veil
from tests.support.readings import NOON, a_reading, kg
from tests.support.shared_scale import Home, a_home
from timeseries.household import Inbox, Occasion
from timeseries.postgres_store import PostgresStore
from timeseries.store import Outcome


@pytest.fixture
def home(swept_database: Database) -> Home:
    """An empty inbox."""
    return a_home(swept_database)


def test_what_a_scale_says_at_one_instant_is_one_occasion(home: Home) -> None:
    fat = home.weighing("fat", 0, kind=Kind.BODY_FAT, raw=Quantity(21.5, Unit.PERCENT))
    home.keep(home.weighing("1", 62.5), fat, home.weighing("2", 80.1, after=300))
    first, second = home.undecided()
    assert (first.value(Kind.WEIGHT), first.value(Kind.BODY_FAT)) == (62.5, 21.5)
    assert (second.value(Kind.WEIGHT), second.value(Kind.BODY_FAT)) == (80.1, None)


def test_a_given_weight_comes_with_its_composition_and_its_time(home: Home) -> None:
    home.keep(home.weighing("1", 62.5), home.weighing("fat", 0, kind=Kind.BODY_FAT, raw=Quantity(21.5, Unit.PERCENT)))
    home.give(home.undecided()[0], home.ada, Attribution.GIVEN)
    assert [(f.kind, f.value, f.taken_at) for f in sorted(home.records(home.ada), key=lambda f: f.kind)] == [
        (Kind.BODY_FAT, 21.5, NOON),
        (Kind.WEIGHT, 62.5, NOON),
    ]
    assert home.undecided() == []


def test_a_moved_weight_leaves_nothing_behind(home: Home) -> None:
    home.keep(home.weighing("1", 62.5), home.weighing("fat", 0, kind=Kind.BODY_FAT, raw=Quantity(21.5, Unit.PERCENT)))
    occasion = home.undecided()[0]
    home.give(occasion, home.ada)
    home.give(occasion, home.bob)
    assert home.records(home.ada) == []
    assert {f.kind for f in home.records(home.bob)} == {Kind.WEIGHT, Kind.BODY_FAT}


def test_there_and_back_again_changes_nothing(home: Home) -> None:
    home.keep(home.weighing("1", 62.5))
    occasion = home.undecided()[0]
    home.give(occasion, home.ada)
    before = home.records(home.ada)
    home.give(occasion, home.bob)
    home.give(occasion, home.ada)
    assert home.records(home.ada) == before


def test_a_dismissed_weight_is_nobodys_and_is_not_looked_at_again(home: Home) -> None:
    home.keep(home.weighing("1", 23.0))
    occasion = home.undecided()[0]
    home.give(occasion, home.ada)
    with home.database.transaction(Role.WATCH) as connection:
        inbox = Inbox(connection)
        inbox.dismiss(inbox.of(home.household, occasion.rows[0].key))
        inbox.look_again(home.household)
    assert (home.records(home.ada), home.undecided()) == ([], [])


def test_what_waits_is_looked_at_again_once_somebody_said_something(home: Home) -> None:
    home.keep(home.weighing("1", 62.5), home.weighing("2", 70.0, after=60))
    waiting, told = home.undecided()
    with home.database.transaction(Role.WATCH) as connection:
        inbox = Inbox(connection)
        inbox.leave(waiting, [(home.ada.number, 0.5)])
        inbox.give(told, home.bob.number, Attribution.CONFIRMED)
        inbox.look_again(home.household)
    assert [o.rows[0].key for o in home.undecided()] == [waiting.rows[0].key]


def test_a_weight_said_again_after_it_was_given_is_not_doubled(home: Home) -> None:
    home.keep(home.weighing("1", 62.5))
    home.give(home.undecided()[0], home.ada)
    again = home.keep(home.weighing("1", 62.5), home.weighing("other gateway", 62.5))
    assert again == [Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert (home.weights(home.ada), home.undecided()) == ([62.5], [])


def test_a_weight_the_persons_own_application_reported_is_counted_once(home: Home) -> None:
    own = home.record.device(DeviceKind.SCALE)
    home.record.pair(own, home.ada)
    home.keep(a_reading("app", device=own.number, person=home.ada.number, kind=Kind.WEIGHT, raw=kg(62.5), shared=True))
    home.keep(home.weighing("1", 62.5, after=30))
    home.give(home.undecided()[0], home.ada)
    assert home.weights(home.ada) == [62.5]


def own_report(home: Home) -> Reading:
    """Ada's own application says what the shared scale said, half a minute later."""
    own = home.record.device(DeviceKind.SCALE)
    home.record.pair(own, home.ada)
    return a_reading(
        "app", after=30, shared=True, device=own.number, person=home.ada.number, kind=Kind.WEIGHT, raw=kg(62.5)
    )


def test_what_somebodys_own_application_said_stays_theirs_when_the_shared_scales_report_goes_to_another(
    home: Home,
) -> None:
    home.keep(home.weighing("1", 62.5))
    occasion = home.undecided()[0]
    home.give(occasion, home.ada)
    assert home.keep(own_report(home)) == [Outcome.LINKED]
    home.give(occasion, home.bob)
    assert (home.weights(home.ada), home.weights(home.bob)) == ([62.5], [62.5])
    home.give(occasion, home.ada)
    assert (home.weights(home.ada), home.weights(home.bob)) == ([62.5], [])


def test_what_was_hidden_stays_hidden_when_their_own_applications_report_counts_in_its_place(home: Home) -> None:
    home.keep(home.weighing("1", 62.5))
    occasion = home.undecided()[0]
    home.give(occasion, home.ada)
    home.keep(own_report(home))
    with home.database.transaction(Role.REGISTER) as connection:
        by = Accounts(connection).named(ActorRole.PERSON, str(home.ada.id)).number
        (given,) = home.records(home.ada)
        Sharing(connection).hide(home.ada.number, Veil(reading=UUID(bytes=given.key)), by)
    home.give(occasion, home.bob)
    (kept,) = home.records(home.ada)
    with home.database.transaction(Role.WATCH) as connection:
        hidden = connection.execute("SELECT reading FROM hidden WHERE lifted_at IS NULL").fetchall()
    assert hidden == [(UUID(bytes=kept.key),)]


def test_a_weight_given_while_the_persons_own_application_reports_it_is_counted_once(home: Home) -> None:
    home.keep(home.weighing("1", 62.5))
    occasion, report = home.undecided()[0], own_report(home)
    with ThreadPoolExecutor(1) as others:
        with home.database.transaction(Role.INTAKE) as connection:
            PostgresStore(connection).keep([report])
            giving = others.submit(home.give, occasion, home.ada)
            until_one_waits(connection, giving)
        giving.result()
    assert home.weights(home.ada) == [62.5]


def until_one_waits(connection: Connection, other: Future[None]) -> None:
    """Until a transaction waits for a lock, or what should wait for one is done."""
    waiting = (
        "SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE NOT l.granted AND a.datname = current_database()"
    )
    while not other.done() and not connection.execute(waiting).rowcount:
        sleep(0.01)


def test_of_two_weights_in_one_minute_each_moves_alone(home: Home) -> None:
    fat = home.weighing("fat", 0, kind=Kind.BODY_FAT, raw=Quantity(21.5, Unit.PERCENT))
    home.keep(home.weighing("1", 62.5), home.weighing("2", 80.1), fat)
    (occasion,) = home.undecided()
    for_ada, for_bob = sorted(occasion.weights, key=lambda row: row.value or 0)
    home.give(Occasion((for_ada,)), home.ada)
    home.give(Occasion((for_bob,)), home.bob)
    assert ([f.value for f in home.records(home.ada)], [f.value for f in home.records(home.bob)]) == ([62.5], [80.1])


def test_another_households_reading_is_not_found(home: Home) -> None:
    home.keep(home.weighing("1", 62.5))
    key = home.undecided()[0].rows[0].key
    with pytest.raises(NotFound), home.database.transaction(Role.WATCH) as connection:
        Inbox(connection).of(home.household + 1, key)
