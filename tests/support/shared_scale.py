"""A home whose people share a scale."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.database import Database, Role
from hub.quantities import Kind
from hub.readings import Attribution, Reading
from hub.records import Device, DeviceKind, Person
from tests.support.readings import NOON, a_reading, kg
from tests.support.record import Record
from timeseries.household import Inbox, Occasion
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Outcome, Query


@dataclass(frozen=True, slots=True)
class Home:
    """Ada and Bob share a scale."""

    database: Database
    record: Record
    ada: Person
    bob: Person
    scale: Device
    household: int

    def weighing(self, key: str, kilograms: float, after: int = 0, **said: Any) -> Reading:
        """Somebody on the scale."""
        shared = {"household": self.household, "raw": kg(kilograms), "kind": Kind.WEIGHT} | said
        return a_reading(f"{key}", device=self.scale.number, person=None, after=after, **shared)

    def keep(self, *readings: Reading) -> list[Outcome]:
        """As the intake does."""
        with self.database.transaction(Role.INTAKE) as connection:
            return PostgresStore(connection).keep(readings)

    def records(self, person: Person, *kinds: Kind) -> list[Found]:
        """What is in somebody's record."""
        query = Query(person.number, kinds or tuple(Kind), NOON - timedelta(days=1), NOON + timedelta(days=1), 100)
        with self.database.transaction(Role.WATCH) as connection:
            return PostgresStore(connection).find(query)

    def weights(self, person: Person) -> list[float | None]:
        """Their weights."""
        return [found.value for found in self.records(person, Kind.WEIGHT)]

    def undecided(self) -> list[Occasion]:
        """What waits for a look."""
        with self.database.transaction(Role.WATCH) as connection:
            return Inbox(connection).undecided(100)

    def give(self, occasion: Occasion, person: Person, how: Attribution = Attribution.CONFIRMED) -> None:
        """Say whose it was, having read anew what is known of it."""
        with self.database.transaction(Role.WATCH) as connection:
            inbox = Inbox(connection)
            inbox.give(inbox.of(self.household, occasion.rows[0].key), person.number, how)


def a_home(database: Database) -> Home:
    """Ada and Bob, and nothing measured yet."""
    record = Record(database)
    ada, bob, scale = record.person("Ada"), record.person("Bob"), record.device(DeviceKind.SCALE)
    number = record.number_of_household(record.household([ada, bob], [scale]).id)
    return Home(database, record, ada, bob, scale, number)
