"""The demo's cast: who lives in the simulated homes, what measures them, and what a later run must remember."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from device_adapters.mqtt import MqttSource
from hub.database import Database, Role
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Unit
from hub.records import DeviceDraft, DeviceKind, Sex
from hub.register import BEGINNING, Register
from ingest_api.access import Access, ActorRole
from vigie import traces
from vigie.lefevre import ODILE, PARIS, Lefevres, person
from vigie.simulate import Application, Gateway, HeardScale, Home, Mistakes, Sensor

BACKLOG = timedelta(days=7)
"""How much past the first run begins with."""

ALICE, BRUNO, CHLOE, DAVID, EMMA = "Alice Martin", "Bruno Petit", "Chloé Durand", "David Durand", "Emma Durand"
_ABOUT = {
    ALICE: (date(1984, 3, 12), Sex.FEMALE, "type 1 diabetes"),
    BRUNO: (date(1957, 11, 2), Sex.MALE, "type 2 diabetes"),
    CHLOE: (date(1979, 6, 30), Sex.FEMALE, None),
    DAVID: (date(1978, 1, 17), Sex.MALE, "heart failure"),
    EMMA: (date(2009, 9, 5), Sex.FEMALE, None),
}


@dataclass(slots=True)
class Cast:
    """Everybody, and how far their homes have sent; kept in the demo's home between runs."""

    file: Path
    suffix: str
    token: str
    people: dict[str, str]
    epoch: datetime
    sent_until: datetime

    def save(self) -> None:
        """Remember it for the next run."""
        told = asdict(self) | {"epoch": self.epoch.isoformat(), "sent_until": self.sent_until.isoformat()}
        del told["file"]
        fresh = self.file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(told))
        fresh.replace(self.file)

    def senders(self) -> Sequence[str]:
        """Who needs a connection to the broker."""
        return [f"{name}-{self.suffix}" for name in ("home-alice", "home-bruno", "phone-bruno", "home-durand")]

    def homes(self, lines: Mapping[str, MqttSource]) -> list[Home]:
        """The simulated homes, each on its line."""
        alice, bruno, phone, durand = (lines[name] for name in self.senders())
        g6, libre = traces.glucose("cgmq_dexcom.csv", 7), traces.glucose("cgmq_libre.csv", 14)
        mirrored = Sensor(self.address("phone"), "glucose", Unit.MMOL_L, libre, 1 / GLUCOSE_MG_DL_PER_MMOL_L, 1)
        durands = [traces.weights(subject) for subject in ("1", "5", "9")]
        return [
            Gateway(self.senders()[0], alice, [Sensor(self.address("g6"), "glucose", Unit.MG_DL, g6)]),
            Gateway(self.senders()[1], bruno, [Sensor(self.address("libre"), "glucose", Unit.MG_DL, libre)]),
            Gateway(self.senders()[2], phone, [mirrored]),
            HeardScale(self.mac(), durands, PARIS, durand),
            Application(f"chloe-{self.suffix}", traces.weights("2"), PARIS, durand),
            Mistakes(self.address("g6"), f"home-alice-{self.suffix}", alice),
        ]

    def address(self, device: str) -> str:
        """The address of one of their devices."""
        return f"demo-{device}-{self.suffix}"

    def mac(self) -> str:
        """The address of the Durands' scale."""
        return ":".join(["C8", "47", *(self.suffix[i : i + 2].upper() for i in range(0, 8, 2))])


def open_cast(home: Path, database_url: str) -> Cast:
    """The cast of an earlier run in this home, or a new one, registered."""
    file = home / "demo.json"
    if file.exists():
        told = json.loads(file.read_text())
        times = {name: datetime.fromisoformat(told[name]) for name in ("epoch", "sent_until")}
        return Cast(**{**told, **times, "file": file})
    begin = (datetime.now(UTC) - BACKLOG).replace(minute=0, second=0, microsecond=0)
    database = Database(database_url)
    cast = Cast(file, secrets.token_hex(4), Access(database).create(ActorRole.ADMIN), {}, begin, begin)
    with database.transaction(Role.REGISTER) as connection:
        _enrol(cast, Register(connection))
    database.close()
    cast.save()
    return cast


def move_in(cast: Cast, lefevres: Lefevres, database_url: str) -> None:
    """Register the Lefèvres, unless an earlier run did."""
    if ODILE in cast.people:
        return
    database = Database(database_url)
    with database.transaction(Role.REGISTER) as connection:
        enrolled = lefevres.enrol(Register(connection))
    database.close()
    cast.people |= {name: str(known) for name, known in enrolled.items()}
    cast.save()


def _enrol(cast: Cast, register: Register) -> None:
    people = {name: register.add_person(person(name, *about)).id for name, about in _ABOUT.items()}
    cast.people = {name: str(known) for name, known in people.items()}
    owned = {"g6": ALICE, "libre": BRUNO, "phone": BRUNO}
    for device, owner in owned.items():
        known = register.add_device(DeviceDraft(cast.address(device), DeviceKind.CGM))
        register.pair(known.id, people[owner], BEGINNING)
    own = register.add_device(DeviceDraft(f"openscale:chloe-{cast.suffix}", DeviceKind.SCALE, "openScale"))
    register.pair(own.id, people[CHLOE], BEGINNING)
    shared = register.add_device(DeviceDraft(cast.mac(), DeviceKind.SCALE, "Mi Smart Scale"))
    register.add_household("Durand", [people[CHLOE], people[DAVID], people[EMMA]], [shared.id])
