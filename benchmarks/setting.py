"""What is measured on: private servers tuned as for people's data, and two hundred people with one sensor each."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from hub.database import Database, Role
from hub.migrate import migrate
from hub.records import DeviceDraft, DeviceKind, PersonDraft, Sex
from hub.register import Register
from vigie import services
from vigie.services.state import Say

PEOPLE = 200
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_EMPTIED = (
    "vigie.reading, vigie.reading_key, vigie.reading_link, vigie.inbox, vigie.gateway_progress, vigie.quarantine, "
    "vigie.stale, vigie.arrival"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the servers answer."""

    database_url: str
    mqtt_url: str

    def empty(self) -> None:
        """Forget every reading, so that each measurement begins alike; what is still to be written is written now."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {_EMPTIED}".encode())
            connection.execute("CHECKPOINT")

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM vigie.{table}".encode()).fetchone()  # noqa: S608
        return int(row[0]) if row else 0

    def committed(self) -> int:
        """How many gateways' messages are committed."""
        query = "SELECT coalesce(sum(upper(run) - lower(run)), 0) FROM vigie.gateway_progress, unnest(committed) AS run"
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Holder:
    """A device of the setting, by its address, with the numbers the database knows it and its person by."""

    address: str
    device: int
    person: int


def home_of(number: int) -> tuple[str, str]:
    """The gateway's name and the sensor's address of the person of that number, from 0 on."""
    return f"bench-{number:03}", f"02:00:00:00:{number >> 8:02X}:{number & 255:02X}"


def holders(database_url: str) -> list[Holder]:
    """Who was registered, in the order of `home_of`."""
    query = "SELECT address, device, person FROM vigie.holding JOIN vigie.device d ON d.number = device ORDER BY 1"
    with psycopg.connect(database_url) as connection:
        return [Holder(*row) for row in connection.execute(query)]


def start_of_chunk() -> datetime:
    """The beginning of the last whole chunk (14 days since 1970) of the past: all readings made up fall into one."""
    span = timedelta(days=14)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((datetime.now(UTC) - epoch) // span - 1) * span


@contextmanager
def setting(say: Say) -> Iterator[Setting]:
    """Servers of our own in a temporary home, people registered; all gone on leaving."""
    home = Path(tempfile.mkdtemp(prefix="vigie-bench-"))
    home.chmod(0o755)  # under root another account runs the servers
    try:
        endpoints = services.start(home, say, services.DURABLE)
        say("making the tables, registering people…")
        migrate(endpoints.database_url)
        _register(endpoints.database_url)
        yield Setting(endpoints.database_url, endpoints.mqtt_url)
    finally:
        services.stop(home, say)
        shutil.rmtree(home)


def _register(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction(Role.REGISTER) as connection:
        register = Register(connection)
        for number in range(PEOPLE):
            gateway, address = home_of(number)
            zone = ZoneInfo("Europe/Paris")
            person = register.add_person(PersonDraft(f"P{number}", "Bench", date(1970, 1, 1), Sex.UNKNOWN, zone))
            device = register.add_device(DeviceDraft(address, DeviceKind.CGM, gateway=gateway))
            register.pair(device.id, person.id, BEGINNING)
    database.close()
