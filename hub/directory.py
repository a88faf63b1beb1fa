"""Who holds which device, as the intake asks for every message: kept in memory, read anew when the register changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.database import Database, Role
from hub.errors import RecordError
from hub.records import Device, DeviceKind, HeldDevice, Holding, normal_address

MOST_UNKNOWN = 10_000
"""Names of unregistered devices remembered at most, so that strangers' beacons cannot fill the memory."""


class Directory(Protocol):
    """Finds devices with their holders."""

    def held(self, names: Iterable[str]) -> dict[str, HeldDevice]:
        """The devices of those ids or addresses; a name that is not registered is left out."""
        ...


class MemoryDirectory:
    """A directory of given devices, for tests without a database."""

    def __init__(self, devices: Iterable[HeldDevice]) -> None:
        """Know these devices, by address and by id."""
        self._known = {name: held for held in devices for name in (held.device.address, str(held.device.id))}

    def held(self, names: Iterable[str]) -> dict[str, HeldDevice]:
        """See Directory."""
        return {name: self._known[spelled(name)] for name in names if spelled(name) in self._known}


class PostgresDirectory:
    """A directory over the register's tables (role `vigie_intake`). Thread-safe."""

    def __init__(self, database: Database) -> None:
        """Read from that database."""
        self._database = database
        self._remembered = _Remembered(None)

    def held(self, names: Iterable[str]) -> dict[str, HeldDevice]:
        """See Directory; raises DatabaseError."""
        wanted = set(names)
        with self._database.transaction(Role.INTAKE) as connection:
            row = connection.execute("SELECT number FROM register_version").fetchone()
            version = row[0] if row else None
            remembered = self._remembered
            if version != remembered.version or len(remembered.known) > MOST_UNKNOWN:
                remembered = self._remembered = _Remembered(version)
            known = remembered.known
            missing = {name: spelled(name) for name in wanted if name not in known}
            if missing:
                found = _read(connection.execute(_HELD, {"names": list(missing.values())}).fetchall())
                known.update({name: found.get(spelled) for name, spelled in missing.items()})
        return {name: held for name in wanted if (held := known[name]) is not None}


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What is known of one version of the register.

    Replaced whole when the version moves on: what a slower thread still learns of the old one must not enter the new.
    """

    version: int | None
    known: dict[str, HeldDevice | None] = field(default_factory=dict)


_HELD = """
    SELECT d.number, d.id, d.address, d.kind, d.model, d.gateway,
           lower(h.during), upper(h.during), coalesce(p.time_zone, hh.time_zone), h.person, h.household,
           EXISTS (SELECT FROM holding o JOIN device od ON od.number = o.device
                   WHERE (o.person = h.person OR o.household = h.household
                          OR o.household IN (SELECT m.household FROM household_member m WHERE m.person = h.person))
                     AND o.device <> h.device AND od.kind = d.kind AND o.during && h.during)
    FROM device d
    LEFT JOIN holding h ON h.device = d.number
    LEFT JOIN person p ON p.number = h.person
    LEFT JOIN household hh ON hh.number = h.household
    WHERE d.address = ANY(%(names)s) OR d.id::text = ANY(%(names)s)
    ORDER BY d.number, h.person IS NULL, lower(h.during) DESC
"""


def _read(rows: Iterable[tuple[Any, ...]]) -> dict[str, HeldDevice]:
    devices: dict[UUID, Device] = {}
    holdings: dict[UUID, list[Holding]] = {}
    for number, id_, address, kind, model, gateway, *held in rows:
        devices[id_] = Device(address, DeviceKind(kind), model, gateway, number=number, id=id_)
        holdings.setdefault(id_, []).extend(_holding(*held))
    found = {id_: HeldDevice(device, tuple(holdings[id_])) for id_, device in devices.items()}
    return {name: held for held in found.values() for name in (held.device.address, str(held.device.id))}


def _holding(
    since: datetime | None, until: datetime | None, zone: str, person: int | None, household: int | None, shared: bool
) -> list[Holding]:
    if since is None:
        return []
    return [Holding(since, until, ZoneInfo(zone), person, household, shared)]


def spelled(name: str) -> str:
    """A name as devices are looked up by: an address in its one spelling, "" for what can be none."""
    try:
        return normal_address(name)
    except RecordError:
        return ""
