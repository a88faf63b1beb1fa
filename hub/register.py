"""The register's desk: people, devices, who holds which, households."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.database import Connection, ExclusionViolation, Range, UniqueViolation
from hub.errors import Conflict, NotFound
from hub.records import (
    Device,
    DeviceDraft,
    DeviceKind,
    Household,
    Pairing,
    Person,
    PersonDraft,
    Sex,
    normal_address,
)

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a household holds its devices, unless told otherwise: everything they ever measured is theirs."""


class Register:
    """Changes to the register, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def add_person(self, draft: PersonDraft) -> Person:
        """Open a record."""
        row = self._connection.execute(
            "INSERT INTO person (given, family, birth_date, sex, time_zone, conditions, height_cm) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            (
                draft.given,
                draft.family,
                draft.birth_date,
                draft.sex,
                draft.zone.key,
                list(draft.conditions),
                draft.height_cm,
            ),
        ).fetchone()
        return self.person(_found(row, "person")[0])

    def person(self, person: UUID) -> Person:
        """That person; raises NotFound."""
        row = self._connection.execute(
            "SELECT number, id, given, family, birth_date, sex, time_zone, conditions, height_cm "
            "FROM person WHERE id = %s",
            (person,),
        ).fetchone()
        number, id_, given, family, birth_date, sex, zone, conditions, height = _found(row, "person")
        return Person(
            given, family, birth_date, Sex(sex), ZoneInfo(zone), tuple(conditions), height, number=number, id=id_
        )

    def add_device(self, draft: DeviceDraft) -> Device:
        """Register a device; the same one again changes nothing. Raises Conflict if its address is another device's."""
        address = normal_address(draft.address)
        self._connection.execute(
            "INSERT INTO device (address, kind, model, gateway) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (address) DO NOTHING",
            (address, draft.kind, draft.model, draft.gateway),
        )
        row = self._connection.execute("SELECT id FROM device WHERE address = %s", (address,)).fetchone()
        device = self.device(_found(row, "device")[0])
        if (device.kind, device.model, device.gateway) != (draft.kind, draft.model, draft.gateway):
            raise Conflict("a device with that address is registered with another kind, model or gateway")
        return device

    def device(self, device: UUID) -> Device:
        """That device; raises NotFound."""
        row = self._connection.execute(
            "SELECT number, id, address, kind, model, gateway FROM device WHERE id = %s", (device,)
        ).fetchone()
        number, id_, address, kind, model, gateway = _found(row, "device")
        return Device(address, DeviceKind(kind), model, gateway, number=number, id=id_)

    def pair(self, device: UUID, person: UUID, since: datetime, until: datetime | None = None) -> Pairing:
        """Give a device to a person for a time; the same again changes nothing.

        What a household holds is paired to its members alone: whoever else did would have their weights from then on.

        Raises NotFound; Conflict when it is somebody's in that time, or when `until` is not after `since`.
        """
        if until is not None and until <= since:
            raise Conflict("a pairing must end after it begins")
        holder = self.person(person).number
        thing = self.device(device).number
        during = Range(since, until)
        known = self._connection.execute(
            "SELECT id FROM holding WHERE device = %s AND person = %s AND during = %s", (thing, holder, during)
        ).fetchone()
        if known:
            return Pairing(known[0], device, person, since, until)
        if self._connection.execute(_OTHERS_AT_HOME, (thing, during, holder)).rowcount:
            raise Conflict("the device is a household's in that time, and only its members can have it to themselves")
        return Pairing(self._hold(thing, during, person=holder), device, person, since, until)

    def unpair(self, pairing: UUID, person: UUID, at: datetime) -> None:
        """End a pairing at that moment; one not begun by then is gone. What the device measured stays the person's.

        Raises NotFound for another's, and for one that has ended.
        """
        theirs = (pairing, self.person(person).number, at)
        ended = self._connection.execute(
            "UPDATE holding SET during = tstzrange(lower(during), %s) WHERE id = %s AND person = %s "
            "AND lower(during) < %s AND (upper_inf(during) OR upper(during) > %s)",
            (at, *theirs, at),
        )
        gone = self._connection.execute(
            "DELETE FROM holding WHERE id = %s AND person = %s AND lower(during) >= %s", theirs
        )
        if not ended.rowcount + gone.rowcount:
            raise NotFound("no such pairing")

    def add_household(self, name: str, members: list[UUID], devices: list[UUID]) -> Household:
        """Let people share devices; raises NotFound, Conflict when a device is another household's."""
        people = [self.person(member) for member in dict.fromkeys(members)]
        if not people:
            raise Conflict("a household needs at least one member")
        row = self._connection.execute(
            "INSERT INTO household (name, time_zone) VALUES (%s, %s) RETURNING number, id", (name, people[0].zone.key)
        ).fetchone()
        number, household = _found(row, "household")
        for person in people:
            self._connection.execute(
                "INSERT INTO household_member VALUES (%s, %s) ON CONFLICT DO NOTHING", (number, person.number)
            )
        for device in dict.fromkeys(devices):
            self._hold(self.device(device).number, Range(BEGINNING, None), household=number)
        return Household(household, name, tuple(person.id for person in people), tuple(dict.fromkeys(devices)))

    def _hold(
        self, device: int, during: Range[datetime], person: int | None = None, household: int | None = None
    ) -> UUID:
        try:
            row = self._connection.execute(
                "INSERT INTO holding (device, person, household, during) VALUES (%s, %s, %s, %s) RETURNING id",
                (device, person, household, during),
            ).fetchone()
        except (ExclusionViolation, UniqueViolation):
            raise Conflict("the device is somebody else's in that time; end that first") from None
        holding: UUID = _found(row, "pairing")[0]
        return holding


_OTHERS_AT_HOME = """
    SELECT FROM holding h WHERE h.device = %s AND h.during && %s AND h.household IS NOT NULL
      AND NOT EXISTS (SELECT FROM household_member m WHERE m.household = h.household AND m.person = %s)
"""


def _found(row: tuple[Any, ...] | None, what: str) -> tuple[Any, ...]:
    if row is None:
        raise NotFound(f"no such {what}")
    return row
