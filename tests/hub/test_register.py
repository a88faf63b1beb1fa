"""The register's desk, on a real database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from hub.database import Database, Role
from hub.errors import Conflict, NotFound, RecordError
from hub.records import Device, DeviceDraft, DeviceKind, Person, PersonDraft, Sex
from hub.register import Register
from tests.support.record import PARIS, Record

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRAFT = PersonDraft("Zoë", "O'Hara", date(1951, 2, 28), Sex.OTHER, PARIS, ("diabetes type 1",), 172.5)
SCALE = DeviceDraft("aa:bb:cc:00:00:99", DeviceKind.SCALE, "S400", "attic")


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


def version(database: Database) -> int:
    """The number that tells the intake to read the register anew."""
    with database.transaction(Role.INTAKE) as connection:
        row = connection.execute("SELECT number FROM register_version").fetchone()
    assert row is not None
    number: int = row[0]
    return number


def test_a_person_is_read_back_as_opened(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        person = Register(connection).add_person(DRAFT)
        assert Register(connection).person(person.id) == person
    kept = (person.given, person.family, person.birth_date, person.sex, person.zone, person.conditions)
    assert kept == ("Zoë", "O'Hara", date(1951, 2, 28), Sex.OTHER, PARIS, ("diabetes type 1",))
    assert person.height_cm == 172.5


def test_two_people_of_one_name_are_two_records(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        one, other = Register(connection).add_person(DRAFT), Register(connection).add_person(DRAFT)
    assert one.id != other.id


def test_a_device_registered_twice_is_one(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        first = Register(connection).add_device(SCALE)
        again = Register(connection).add_device(replace(SCALE, address="AABBCC000099"))
    assert first == again
    assert first.address == "AA:BB:CC:00:00:99"


@pytest.mark.parametrize(
    "other",
    [replace(SCALE, kind=DeviceKind.CGM), replace(SCALE, model=None), replace(SCALE, gateway="cellar")],
)
def test_an_address_registered_as_something_else_is_a_conflict(database: Database, other: DeviceDraft) -> None:
    with database.transaction(Role.REGISTER) as connection:
        Register(connection).add_device(SCALE)
    with pytest.raises(Conflict), database.transaction(Role.REGISTER) as connection:
        Register(connection).add_device(other)


def test_a_device_without_an_address_is_refused(database: Database) -> None:
    with pytest.raises(RecordError), database.transaction(Role.REGISTER) as connection:
        Register(connection).add_device(replace(SCALE, address="  "))


@pytest.fixture
def ada(record: Record) -> Person:
    """Somebody."""
    return record.person("Ada")


@pytest.fixture
def bob(record: Record) -> Person:
    """Somebody else."""
    return record.person("Bob")


@pytest.fixture
def sensor(record: Record) -> Device:
    """A device of nobody's."""
    return record.device()


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOON, NOON + HOUR),
        (NOON + HOUR / 2, None),
        (NOON - HOUR, NOON + timedelta(microseconds=1)),
        (NOON - HOUR, None),
        (NOON + HOUR - timedelta(microseconds=1), NOON + 2 * HOUR),
    ],
)
def test_one_device_is_never_two_peoples_at_once(
    record: Record, ada: Person, bob: Person, sensor: Device, since: datetime, until: datetime | None
) -> None:
    record.pair(sensor, ada, NOON, NOON + HOUR)
    with pytest.raises(Conflict, match="somebody else's"):
        record.pair(sensor, bob, since, until)


@pytest.mark.parametrize(("since", "until"), [(NOON + HOUR, None), (NOON - HOUR, NOON)])
def test_pairings_that_touch_are_fine(
    record: Record, ada: Person, bob: Person, sensor: Device, since: datetime, until: datetime | None
) -> None:
    record.pair(sensor, ada, NOON, NOON + HOUR)
    assert record.pair(sensor, bob, since, until).person == bob.id


@pytest.mark.parametrize("until", [NOON + HOUR, None])
def test_the_same_pairing_again_changes_nothing(
    record: Record, ada: Person, sensor: Device, until: datetime | None
) -> None:
    assert record.pair(sensor, ada, NOON, until) == record.pair(sensor, ada, NOON, until)


@pytest.mark.parametrize("until", [NOON, NOON - HOUR])
def test_a_pairing_must_end_after_it_begins(record: Record, ada: Person, sensor: Device, until: datetime) -> None:
    with pytest.raises(Conflict, match="end after it begins"):
        record.pair(sensor, ada, NOON, until)


def test_who_or_what_does_not_exist_is_not_found(database: Database, ada: Person, sensor: Device) -> None:
    with database.transaction(Role.REGISTER) as connection:
        register = Register(connection)
        with pytest.raises(NotFound, match="person"):
            register.pair(sensor.id, uuid4(), NOON)
        with pytest.raises(NotFound, match="device"):
            register.pair(uuid4(), ada.id, NOON)
        with pytest.raises(NotFound, match="person"):
            register.add_household("Home", [ada.id, uuid4()], [])
        with pytest.raises(NotFound, match="device"):
            register.add_household("Home", [ada.id], [uuid4()])


def test_a_household_counts_its_members_and_devices_once(
    record: Record, ada: Person, bob: Person, sensor: Device
) -> None:
    household = record.household([ada, bob, ada], [sensor, sensor])
    assert household.devices == (sensor.id,)
    assert household.members == (ada.id, bob.id)


def test_a_household_needs_somebody(record: Record) -> None:
    with pytest.raises(Conflict, match="at least one member"):
        record.household([], [])


def test_a_device_is_of_one_household_only(record: Record, ada: Person, bob: Person, sensor: Device) -> None:
    record.household([ada], [sensor])
    with pytest.raises(Conflict):
        record.household([bob], [sensor])


def test_a_household_device_is_no_strangers_while_it_is_the_households(
    record: Record, ada: Person, bob: Person, sensor: Device
) -> None:
    record.household([ada], [sensor])
    with pytest.raises(Conflict, match="household's"):
        record.pair(sensor, bob, NOON)


def test_a_household_device_may_also_be_a_persons(record: Record, ada: Person, sensor: Device) -> None:
    record.household([ada], [sensor])
    assert record.pair(sensor, ada, NOON).device == sensor.id


def test_what_is_refused_leaves_nothing_behind(record: Record, database: Database, ada: Person, bob: Person) -> None:
    sensor, other = record.device(), record.device()
    record.household([ada], [sensor])
    before = version(database)
    with pytest.raises(Conflict):
        record.household([bob], [other, sensor])
    with database.transaction(Role.REGISTER) as connection:
        assert connection.execute("SELECT count(*) FROM household").fetchone() == (1,)
    assert version(database) == before


def test_every_change_tells_the_intake_to_read_anew(record: Record, database: Database) -> None:
    seen = [version(database)]
    ada = record.person()
    seen.append(version(database))
    sensor = record.device()
    seen.append(version(database))
    record.pair(sensor, ada)
    seen.append(version(database))
    record.household([ada], [sensor])
    seen.append(version(database))
    assert seen == sorted(set(seen))
