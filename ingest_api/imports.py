"""A vendor's export file into one person's record, through the same door as everything else; again changes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from device_adapters import mapped_export
from device_adapters.devices.native_file import ADAPTER
from device_adapters.export import Contents, Reader, Row, reader_for
from device_adapters.export_items import Owner, payloads
from device_adapters.export_table import text_of
from hub.database import Database, Role
from hub.errors import Malformed
from hub.measurements import RawPayload
from hub.quantities import parse_unit
from hub.records import DeviceDraft, Person
from hub.register import BEGINNING, Register
from ingest_api.intake import Fate, Intake, Receipt

BATCH = 500
"""Rows in one transaction."""

MOST_DEVICES = 100
"""Devices in one file; more means that the serial numbers are none."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was recognised, and what it holds."""

    reader: Reader
    contents: Contents

    @property
    def batches(self) -> int:
        """Transactions it takes."""
        return (len(self.contents.rows) + BATCH - 1) // BATCH


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row in quarantine: its place in the file, the error's name, and what to do; never what was measured."""

    place: int
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows handed in so far, and what in the file is no measure, counted by name."""

    unmeasured: Counter[str]
    fates: Counter[Fate] = field(default_factory=Counter)
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def handed_in(self) -> int:
        """Rows so far."""
        return self.fates.total() + len(self.refused)

    def count(self, rows: Sequence[Row], receipts: Sequence[Receipt]) -> None:
        """Add a batch, one receipt a row."""
        for row, receipt in zip(rows, receipts, strict=True):
            if receipt.refused:
                why = receipt.refused[0].why
                code = why.code if row.fault is None else Malformed().code
                self.refused.append(RefusedRow(row.line, code, row.fault or str(why)))
            else:
                self.fates[receipt.fates[0]] += 1


def recognised(file: bytes, unit: str | None, mapping: bytes | None = None) -> Export:
    """What the file holds; `unit` is for exports that do not say theirs. Raises Refusal: it is not understood."""
    stated = None if unit is None else parse_unit(unit)
    text = text_of(file)
    reader = reader_for(text) if mapping is None else mapped_export.reader(text_of(mapping))
    return Export(reader, reader.read(text, stated))


def take_in(database: Database, intake: Intake, person: Person, export: Export, zone: ZoneInfo) -> Iterator[Imported]:
    """Register the file's devices for that person, and hand its rows in; says how far it is after each commit.

    Wall-clock times are read in `zone`. Raises Malformed when the column of serial numbers holds none.
    """
    rows = export.contents.rows
    owner = Owner(export.reader.name, person.id.hex[:8], _held(database, person, rows))
    _register(database, export.reader, owner, person, rows)
    imported = Imported(export.contents.unmeasured)
    for batch in _batches(zip(rows, payloads(owner, rows, zone), strict=True)):
        received = datetime.now(UTC)
        raws = [RawPayload(ADAPTER.channel, ADAPTER.sources[0], payload, received) for _, payload in batch]
        receipts, _ = intake.accept(raws)
        imported.count([row for row, _ in batch], receipts)
        yield imported


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
