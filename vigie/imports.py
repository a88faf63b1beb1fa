"""`vigie import`: a vendor's export file into one person's record, from the command line."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console
from rich.progress import track

from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.errors import NotFound, SettingsError
from hub.records import Person
from hub.register import Register
from ingest_api.imports import Export, Imported, recognised, take_in
from ingest_api.intake import Fate, Intake

MOST_TOLD = 20
"""Refused rows that are told one by one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    file: Path
    person: str
    unit: str | None = None
    mapping: Path | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A file that was imported, and what became of its rows."""

    export: Export
    imported: Imported

    def lines(self) -> Iterator[str]:
        """The summary; it never holds a measured value."""
        reader, fates, refused = self.export.reader, self.imported.fates, self.imported.refused
        yield (
            f"{reader.name}: {fates[Fate.STORED]} stored, {fates[Fate.DUPLICATE]} already there, "
            f"{fates[Fate.LINKED]} linked to the same measure from elsewhere, {len(refused)} refused"
        )
        # adding drops what was counted zero times
        unmeasured = self.imported.unmeasured + Counter({"sensor errors": fates[Fate.IGNORED]})
        if unmeasured:
            yield "not measures: " + ", ".join(f"{number} {what}" for what, number in sorted(unmeasured.items()))
        for row in refused[:MOST_TOLD]:
            yield f"{reader.place} {row.place}: {row.why}"
        if len(refused) > MOST_TOLD:
            yield f"… and {len(refused) - MOST_TOLD} more; vigie quarantine list"


def run(wanted: Wanted, database_url: str, console: Console) -> Done:
    """Import the file; again changes nothing. Shows progress on a terminal, and only there.

    Raises Refusal (the file is not understood), NotFound (no such person or file), SettingsError, DatabaseError.
    """
    export = recognised(_bytes(wanted.file), wanted.unit, None if wanted.mapping is None else _bytes(wanted.mapping))
    imported = Imported(export.contents.unmeasured)
    database = Database(database_url)
    try:
        person = _person(database, wanted.person)
        zone = person.zone if wanted.zone is None else zone_named(wanted.zone)
        steps = take_in(database, Intake(database, PostgresDirectory(database)), person, export, zone)
        quiet = not console.is_terminal
        for imported in track(steps, export.reader.name, total=export.batches, console=console, disable=quiet):  # noqa: B007
            pass
    finally:
        database.close()
    return Done(export, imported)


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


def zone_named(name: str) -> ZoneInfo:
    """That place's zone; raises SettingsError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError("--zone must be a place's time zone, as Europe/Paris") from None
