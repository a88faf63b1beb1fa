"""`vigie import`: a vendor's export file into one person's record, through the same door as everything else."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console
from rich.progress import track

from device_adapters import mapped_export
from device_adapters.devices.native_file import ADAPTER
from device_adapters.export import Contents, Reader, Row, reader_for
from device_adapters.export_items import Owner, payloads
from device_adapters.export_table import text_of
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.errors import Malformed, NotFound, SettingsError
from hub.measurements import RawPayload
from hub.quantities import parse_unit
from hub.records import DeviceDraft, Person
from hub.register import BEGINNING, Register
from ingest_api.intake import Fate, Intake, Receipt

BATCH = 500
"""Rows in one transaction."""

MOST_DEVICES = 100
"""Devices in one file; more means that the serial numbers are none."""

MOST_TOLD = 20
"""Refused rows that are told one by one."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    file: Path
    person: str
    unit: str | None = None
    mapping: Path | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows; `refused` are their places with why."""

    reader: Reader
    unmeasured: Counter[str]
    fates: Counter[Fate] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def count(self, rows: Sequence[Row], receipts: Sequence[Receipt]) -> None:
        """Add a batch, one receipt a row."""
        for row, receipt in zip(rows, receipts, strict=True):
            if receipt.refused:
                self.refused.append((row.line, row.fault or str(receipt.refused[0].why)))
            elif receipt.fates[0] is Fate.IGNORED:
                self.unmeasured["sensor errors"] += 1
            else:
                self.fates[receipt.fates[0]] += 1

    def lines(self) -> Iterator[str]:
        """The summary; it never holds a measured value."""
        yield (
            f"{self.reader.name}: {self.fates[Fate.STORED]} stored, {self.fates[Fate.DUPLICATE]} already there, "
            f"{self.fates[Fate.LINKED]} linked to the same measure from elsewhere, {len(self.refused)} refused"
        )
        if self.unmeasured:
            yield "not measures: " + ", ".join(f"{number} {what}" for what, number in sorted(self.unmeasured.items()))
        for place, why in self.refused[:MOST_TOLD]:
            yield f"{self.reader.place} {place}: {why}"
        if len(self.refused) > MOST_TOLD:
            yield f"… and {len(self.refused) - MOST_TOLD} more; vigie quarantine list"


def run(wanted: Wanted, database_url: str, console: Console) -> Imported:
    """Import the file; again changes nothing. Shows progress on a terminal, and only there.

    Raises Refusal (the file is not understood), NotFound (no such person or file), SettingsError, DatabaseError.
    """
    reader, contents = _read(wanted)
    database = Database(database_url)
    try:
        person = _person(database, wanted.person)
        zone = person.zone if wanted.zone is None else _zone(wanted.zone)
        owner = Owner(reader.name, person.id.hex[:8], _held(database, person, contents.rows))
        _register(database, reader, owner, person, contents.rows)
        intake = Intake(database, PostgresDirectory(database))
        imported = Imported(reader, contents.unmeasured)
        handed_in = zip(contents.rows, payloads(owner, contents.rows, zone), strict=True)
        batches = (len(contents.rows) + BATCH - 1) // BATCH
        shown = track(_batches(handed_in), reader.name, total=batches, console=console, disable=not console.is_terminal)
        for batch in shown:
            received = datetime.now(UTC)
            raws = [RawPayload(ADAPTER.channel, ADAPTER.sources[0], payload, received) for _, payload in batch]
            receipts, _ = intake.accept(raws)
            imported.count([row for row, _ in batch], receipts)
    finally:
        database.close()
    return imported


def _read(wanted: Wanted) -> tuple[Reader, Contents]:
    unit = None if wanted.unit is None else parse_unit(wanted.unit)
    text = text_of(_bytes(wanted.file))
    reader = reader_for(text) if wanted.mapping is None else mapped_export.reader(text_of(_bytes(wanted.mapping)))
    return reader, reader.read(text, unit)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from None


def _person(database: Database, id_: str) -> Person:
    try:
        number = UUID(id_)
    except ValueError:
        raise NotFound("no such person: --person is the id that POST /v1/people answered") from None
    with database.transaction(Role.REGISTER) as connection:
        return Register(connection).person(number)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError("--zone must be a place's time zone, as Europe/Paris") from None


def _register(database: Database, reader: Reader, owner: Owner, person: Person, rows: Iterable[Row]) -> None:
    """Each device of the file is the person's, since ever; lines that cannot be read name none."""
    kinds = {row.serial: row.device or reader.device for row in rows if row.readable}
    serials = sorted(set(kinds) - owner.held)
    if len(serials) > MOST_DEVICES:
        raise Malformed(f"more than {MOST_DEVICES} devices in one file: the column of serial numbers holds none")
    with database.transaction(Role.REGISTER) as connection:
        register = Register(connection)
        for serial in serials:
            device = register.add_device(DeviceDraft(owner.address(serial), kinds[serial]))
            register.pair(device.id, person.id, BEGINNING)


def _held(database: Database, person: Person, rows: Iterable[Row]) -> frozenset[str]:
    """Ids in the file of devices that only this person ever held; another's readings cannot come in by them."""
    serials = list({row.serial for row in rows})
    with database.transaction(Role.REGISTER) as connection:
        held = connection.execute(_HELD, {"serials": serials, "person": person.number}).fetchall()
    return frozenset(serial for (serial,) in held)


_HELD = """
    SELECT d.id::text FROM device d JOIN holding h ON h.device = d.number
    WHERE d.id::text = ANY(%(serials)s) GROUP BY d.id HAVING bool_and(h.person IS NOT DISTINCT FROM %(person)s)
"""


def _batches(items: Iterator[_T]) -> Iterator[list[_T]]:
    while batch := list(islice(items, BATCH)):
        yield batch
