"""Who holds which device: the same answers from memory and from the register's tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from hub.database import Connection, Database, Role
from hub.directory import MOST_UNKNOWN, Directory, MemoryDirectory, PostgresDirectory
from hub.records import Device, DeviceKind, HeldDevice, Holding
from tests.support.record import LONG_AGO, PARIS, Record

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")

Opened = Callable[..., Directory]


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


@pytest.fixture(params=["memory", "postgres"])
def opened(request: pytest.FixtureRequest, database: Database) -> Opened:
    """Opens a directory in which the register's devices are held as said."""
    postgres = PostgresDirectory(database)
    twins: dict[str, Opened] = {"memory": lambda *held: MemoryDirectory(held), "postgres": lambda *_: postgres}
    return twins[request.param]


def held(device: Device, *holdings: Holding) -> HeldDevice:
    return HeldDevice(device, holdings)


def test_a_device_is_found_by_its_id_and_by_any_spelling_of_its_address(opened: Opened, record: Record) -> None:
    person, device = record.person(), record.device(address="AA:BB:CC:00:11:22")
    record.pair(device, person)
    expected = held(device, Holding(LONG_AGO, None, PARIS, person.number))
    names = [str(device.id), "aabbcc001122", "AA-BB-CC-00-11-22", " AA:BB:CC:00:11:22"]
    assert opened(expected).held(names) == dict.fromkeys(names, expected)


def test_unknown_names_are_left_out(opened: Opened, record: Record) -> None:
    device = record.device()
    names = ["", " ", "nobody", "AA:BB", str(uuid4()), "x" * 500, "a\0b", "\ud800", "'; DROP TABLE device --", "%"]
    assert opened(held(device)).held([*names, device.address]) == {device.address: held(device)}


def test_nothing_asked_is_nothing_answered(opened: Opened) -> None:
    assert opened().held([]) == {}


def test_a_device_nobody_holds_is_known_all_the_same(opened: Opened, record: Record) -> None:
    device = record.device(DeviceKind.METER, gateway="attic")
    assert opened(held(device)).held([device.address]) == {device.address: held(device)}


def test_holdings_come_newest_first_and_peoples_before_the_households(opened: Opened, record: Record) -> None:
    ada, bob, scale = record.person(), record.person(zone=TOKYO), record.device(DeviceKind.SCALE)
    record.household([bob, ada], [scale])
    home = record.number_of_household(record.household([bob], []).id) - 1
    record.pair(scale, ada, LONG_AGO, NOON)
    record.pair(scale, bob, NOON)
    expected = held(
        scale,
        Holding(NOON, None, TOKYO, bob.number),
        Holding(LONG_AGO, NOON, PARIS, ada.number),
        Holding(datetime(1970, 1, 1, tzinfo=UTC), None, TOKYO, household=home),
    )
    assert opened(expected).held([scale.address]) == {scale.address: expected}


# ── What only the register's tables can tell ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def directory(database: Database) -> PostgresDirectory:
    """A directory over the register's tables."""
    return PostgresDirectory(database)


def test_a_change_is_seen_after_the_first_answer(directory: PostgresDirectory, record: Record) -> None:
    person, device = record.person(), record.device()
    assert directory.held([device.address, "Sensor X"]) == {device.address: held(device)}
    record.pair(device, person)
    assert directory.held([device.address])[device.address].holdings == (Holding(LONG_AGO, None, PARIS, person.number),)
    late = record.device(address="Sensor X")
    assert directory.held(["Sensor X"]) == {"Sensor X": held(late)}


@pytest.mark.parametrize(
    ("second", "until", "shared"),
    [
        (DeviceKind.CGM, None, True),
        (DeviceKind.CGM, NOON, True),
        (DeviceKind.METER, None, False),
        (DeviceKind.CGM, LONG_AGO.replace(month=6), False),
    ],
)
def test_a_holding_is_shared_while_the_person_has_another_of_the_kind(
    directory: PostgresDirectory, record: Record, second: DeviceKind, until: datetime | None, shared: bool
) -> None:
    person, one, other = record.person(), record.device(), record.device(second)
    record.pair(one, person, LONG_AGO.replace(month=6))
    record.pair(other, person, LONG_AGO, until)
    assert [holding.shared for holding in directory.held([one.address])[one.address].holdings] == [shared]


def test_another_persons_sensor_does_not_make_mine_shared(directory: PostgresDirectory, record: Record) -> None:
    _, device = record.wearer()
    record.wearer()
    assert not directory.held([device.address])[device.address].holdings[0].shared


def test_strangers_names_do_not_fill_the_memory(directory: PostgresDirectory, record: Record) -> None:
    _, device = record.wearer()
    directory.held(f"stranger {n}" for n in range(MOST_UNKNOWN + 1))
    assert device.address in directory.held([device.address])
    assert len(directory.held([device.address, "stranger"])) == 1


class Meanwhile(Database):
    """A database in which something happens once, after the second statement of the next transaction."""

    then: Callable[[], object] | None = None

    @contextmanager
    def transaction(self, role: Role, ticket: UUID | None = None) -> Iterator[Connection]:
        """A transaction that is interrupted."""
        with super().transaction(role, ticket) as connection:
            yield cast(Connection, _Interrupted(connection, self))


class _Interrupted:
    def __init__(self, connection: Connection, database: Meanwhile) -> None:
        self._connection, self._database, self._said = connection, database, 0

    def execute(self, *statement: Any) -> object:
        """Say it, then let happen what happens."""
        cursor = self._connection.execute(*statement)
        self._said += 1
        if self._said == 2 and (happens := self._database.then):
            self._database.then = None
            happens()
        return cursor


def test_an_answer_overtaken_by_a_change_is_not_remembered(database: Database, record: Record) -> None:
    person, device = record.person(), record.device()
    busy = Meanwhile(database.url)
    directory = PostgresDirectory(busy)
    directory.held(["nobody"])

    def happens() -> None:
        record.pair(device, person)
        other = Thread(target=directory.held, args=(["somebody else"],))
        other.start()
        other.join(5)

    busy.then = happens
    directory.held([device.address])
    later = directory.held([device.address])
    busy.close()
    assert later[device.address].holdings == (Holding(LONG_AGO, None, PARIS, person.number),)


def test_an_answer_in_use_is_not_emptied_by_another_thread(database: Database, record: Record) -> None:
    (person, device), (_, other) = record.wearer(), record.wearer()
    busy = Meanwhile(database.url)
    directory = PostgresDirectory(busy)
    directory.held([device.address])

    def happens() -> None:
        record.pair(record.device(DeviceKind.SCALE), person)
        thread = Thread(target=directory.held, args=(["nobody"],))
        thread.start()
        thread.join(5)

    busy.then = happens
    answer = directory.held([device.address, other.address])
    busy.close()
    assert set(answer) == {device.address, other.address}
