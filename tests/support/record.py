"""People, devices and who holds them, made in a line each."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.database import Database, Role
from hub.records import Device, DeviceDraft, DeviceKind, Household, Pairing, Person, PersonDraft, Sex
from hub.register import Register

_NUMBERS = count(1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


class Record:
    """The register's desk of one database, each act a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Write to that database (role `vigie_register`)."""
        self._database = database

    def person(self, given: str = "Ada", zone: ZoneInfo = PARIS) -> Person:
        """Somebody new."""
        draft = PersonDraft(given, "Martin", date(1980, 5, 17), Sex.FEMALE, zone)
        with self._database.transaction(Role.REGISTER) as connection:
            return Register(connection).add_person(draft)

    def device(
        self, kind: DeviceKind = DeviceKind.CGM, address: str | None = None, gateway: str | None = None
    ) -> Device:
        """A device, with an address nobody has yet unless told."""
        spelled = address or f"Sensor {next(_NUMBERS):06}"
        with self._database.transaction(Role.REGISTER) as connection:
            return Register(connection).add_device(DeviceDraft(spelled, kind, gateway=gateway))

    def pair(
        self, device: Device, person: Person, since: datetime = LONG_AGO, until: datetime | None = None
    ) -> Pairing:
        """Give a device to a person, since 2020 unless told."""
        with self._database.transaction(Role.REGISTER) as connection:
            return Register(connection).pair(device.id, person.id, since, until)

    def wearer(self, kind: DeviceKind = DeviceKind.CGM, zone: ZoneInfo = PARIS) -> tuple[Person, Device]:
        """Somebody new with a new device of theirs."""
        person, device = self.person(zone=zone), self.device(kind)
        self.pair(device, person)
        return person, device

    def household(self, members: list[Person], devices: list[Device]) -> Household:
        """People who share devices."""
        with self._database.transaction(Role.REGISTER) as connection:
            return Register(connection).add_household("Home", [m.id for m in members], [d.id for d in devices])

    def number_of_household(self, household: UUID) -> int:
        """The number under which its inbox is kept."""
        with self._database.transaction(Role.REGISTER) as connection:
            row = connection.execute("SELECT number FROM household WHERE id = %s", (household,)).fetchone()
        assert row is not None
        number: int = row[0]
        return number
