"""The Lefèvres, who live in the demo's virtual Bluetooth home: who they are, what they own, what the hub has of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.database import Database, Role
from hub.records import DeviceDraft, DeviceKind, PersonDraft, Sex
from hub.register import BEGINNING, Register

PARIS = ZoneInfo("Europe/Paris")
ODILE, MARCEL = "Odile Lefèvre", "Marcel Lefèvre"


class Thing(StrEnum):
    """What they measure themselves with, each named by what it gives."""

    SENSOR = "sensor values"
    METER = "meter records"
    SCALE = "weights"
    SHARED_SCALE = "weights in the household's inbox"


_MODELS = {
    Thing.SENSOR: (DeviceKind.CGM, "Virtual CGM"),
    Thing.METER: (DeviceKind.METER, "Virtual meter"),
    Thing.SCALE: (DeviceKind.SCALE, "Virtual scale"),
    Thing.SHARED_SCALE: (DeviceKind.SCALE, "Mi Body Composition Scale"),
}
_OWNERS = {Thing.SENSOR: ODILE, Thing.METER: MARCEL, Thing.SCALE: MARCEL}
_ABOUT = {
    ODILE: (date(1961, 4, 21), Sex.FEMALE, "type 1 diabetes"),
    MARCEL: (date(1958, 10, 8), Sex.MALE, "type 2 diabetes"),
}


@dataclass(frozen=True, slots=True)
class Lefevres:
    """Their names in this demo: `suffix` (8 hex digits) sets it apart from other demos at the same hub."""

    suffix: str

    @property
    def gateway(self) -> str:
        """Their gateway's name at the hub."""
        return f"home-lefevre-{self.suffix}"

    @property
    def addresses(self) -> dict[Thing, str]:
        """Their devices' Bluetooth addresses: static random ones, whose first two bits are set."""
        tail = [self.suffix[i : i + 2].upper() for i in range(0, 8, 2)]
        return {thing: ":".join(["F0", f"{place:02X}", *tail]) for place, thing in enumerate(Thing, 1)}

    def enrol(self, register: Register) -> Mapping[str, UUID]:
        """Register them, their devices and their gateway; their records by name."""
        people = {name: register.add_person(person(name, *about)).id for name, about in _ABOUT.items()}
        devices = {
            thing: register.add_device(DeviceDraft(address, *_MODELS[thing], gateway=self.gateway)).id
            for thing, address in self.addresses.items()
        }
        for thing, owner in _OWNERS.items():
            register.pair(devices[thing], people[owner], BEGINNING)
        register.add_household("Lefèvre", list(people.values()), [devices[Thing.SHARED_SCALE]])
        return people

    def models(self) -> Mapping[str, str]:
        """Their devices' models by address, as their gateway pairs them."""
        return {address: _MODELS[thing][1] for thing, address in self.addresses.items()}

    def stored(self, database_url: str, since: datetime) -> dict[Thing, int]:
        """How many readings the hub has stored of each device since then, by way of their gateway."""
        database = Database(database_url)
        with database.transaction(Role.WATCH) as connection:
            rows = connection.execute(_STORED, {"gateway": self.gateway, "since": since}).fetchall()
        database.close()
        counted: dict[str, int] = dict(rows)
        return {thing: counted.get(address, 0) for thing, address in self.addresses.items()}


def person(name: str, birth: date, sex: Sex, condition: str | None) -> PersonDraft:
    """Somebody of the demo, who lives in Paris."""
    given, family = name.split()
    return PersonDraft(given, family, birth, sex, PARIS, (condition,) if condition else ())


_STORED = """
    SELECT d.address, count(*)
    FROM device d JOIN (
        SELECT device, received_at FROM reading UNION ALL SELECT device, received_at FROM inbox
    ) r ON r.device = d.number
    WHERE d.gateway = %(gateway)s AND r.received_at >= %(since)s
    GROUP BY d.address
"""
