"""Files people hand in over the pages: looked into at once, shown, and imported once they say so.

The file waits in the database, so that any process may take it up and a restart loses nothing; beginning again changes
nothing (ingest_api.imports). One file a person at a time.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hub.database import Connection, Database, Jsonb, OperationalError, Role
from hub.errors import Conflict, DatabaseError, NotFound, VigieError
from hub.faults import named
from hub.quantities import Kind
from hub.register import Register
from ingest_api.imports import Export, Imported, recognised, take_in
from ingest_api.intake import Intake

log = logging.getLogger(__name__)

MOST_TOLD = 50
"""Refused rows that are told one by one."""

_KINDS = frozenset(Kind)
"""A file may name others, as many as it likes: those are counted together."""

_LEASE = timedelta(minutes=2)
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file, what it is called, the unit that was stated for it, and what was recognised in it."""

    name: str
    unit: str | None
    content: bytes
    preview: dict[str, Any]


def looked_into(name: str, unit: str | None, content: bytes) -> HandedIn:
    """A file with what it holds; takes seconds for a long one. Raises Refusal when it is not understood."""
    return HandedIn(name, unit, content, preview(recognised(content, unit)))


def preview(export: Export) -> dict[str, Any]:
    """What was recognised in a file, without any value: its format, how many rows of which kind, devices, days."""
    rows = export.contents.rows
    days = sorted(row.time.date() for row in rows if row.readable and row.time is not None)
    return {
        "format": export.reader.name,
        "place": export.reader.place,
        "rows": len(rows),
        "unreadable": sum(not row.readable for row in rows),
        "devices": len({row.serial for row in rows if row.readable}),
        "kinds": Counter(row.kind if row.kind in _KINDS else "" for row in rows if row.readable),
        "first": days[0].isoformat() if days else None,
        "last": days[-1].isoformat() if days else None,
        "unmeasured": export.contents.unmeasured.total(),
    }


class ImportDesk:
    """Takes files and orders, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def hand_in(self, person: int, by: int, file: HandedIn) -> None:
        """Keep a file until its holder says whether it is to be imported; one handed in before is forgotten.

        Raises Conflict while another is being imported.
        """
        self._connection.execute(
            "DELETE FROM import_file WHERE person = %s AND (wanted_at IS NULL OR ended_at IS NOT NULL)", (person,)
        )
        made = self._connection.execute(
            "INSERT INTO import_file (person, handed_in_by, name, unit, content, preview) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (person) DO NOTHING",
            (person, by, file.name, file.unit, file.content, Jsonb(file.preview)),
        )
        if not made.rowcount:
            raise Conflict("a file is being imported already; wait until it is done")

    def want(self, person: int, file: UUID) -> None:
        """Have it imported; again changes nothing. Raises NotFound."""
        self._change("UPDATE import_file SET wanted_at = coalesce(wanted_at, now()) WHERE person = %s AND id = %s",
                     (person, file))  # fmt: skip

    def drop(self, person: int, file: UUID) -> None:
        """Forget it, or what became of it; raises NotFound, and for one being imported."""
        self._change("DELETE FROM import_file WHERE person = %s AND id = %s "
                     "AND (wanted_at IS NULL OR ended_at IS NOT NULL)", (person, file))  # fmt: skip

    def _change(self, query: str, values: tuple[Any, ...]) -> None:
        if not self._connection.execute(query.encode(), values).rowcount:
            raise NotFound("no such file")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file to import, leased to this process."""

    id: UUID
    person: UUID
    content: bytes
    unit: str | None


class Importing:
    """The work behind the desk; several processes may share it."""

    def __init__(self, database: Database, intake: Intake) -> None:
        """Take files from that database and hand their rows to that door."""
        self._database = database
        self._intake = intake

    def turn(self) -> bool:
        """Import the file that has waited longest; False if none waits. Raises DatabaseError, OperationalError."""
        wanted = self._next()
        if wanted is None:
            return False
        try:
            self._end(wanted, self._import(wanted))
        except (DatabaseError, OperationalError):
            raise  # its lease ends, and somebody begins again
        except VigieError as why:
            self._end(wanted, {"fault": why.code})
        except Exception as error:  # noqa: BLE001
            log.error("%s; a file was not imported", named(error))  # noqa: TRY400
            self._end(wanted, {"fault": "fault"})
        return True

    def _next(self) -> _Wanted | None:
        with self._database.transaction(Role.REGISTER) as connection:
            connection.execute(
                "DELETE FROM import_file WHERE wanted_at IS NULL AND handed_in_at < now() - %s", (_FORGOTTEN,)
            )
            row = connection.execute(_NEXT, {"lease": _LEASE}).fetchone()
        return None if row is None else _Wanted(*row)

    def _import(self, wanted: _Wanted) -> dict[str, Any]:
        with self._database.transaction(Role.REGISTER) as connection:
            person = Register(connection).person(wanted.person)
        imported: Imported | None = None
        for imported in take_in(
            self._database, self._intake, person, recognised(wanted.content, wanted.unit), person.zone
        ):
            self._note(wanted, imported)
        return {} if imported is None else outcome(imported)

    def _note(self, wanted: _Wanted, imported: Imported) -> None:
        with self._database.transaction(Role.REGISTER) as connection:
            connection.execute(
                "UPDATE import_file SET outcome = %s, leased_until = now() + %s WHERE id = %s AND ended_at IS NULL",
                (Jsonb(outcome(imported)), _LEASE, wanted.id),
            )

    def _end(self, wanted: _Wanted, told: Mapping[str, Any]) -> None:
        with self._database.transaction(Role.REGISTER) as connection:
            connection.execute(
                "UPDATE import_file SET outcome = %s, ended_at = now(), content = NULL, leased_until = NULL "
                "WHERE id = %s AND ended_at IS NULL",
                (Jsonb(told), wanted.id),
            )


def outcome(imported: Imported) -> dict[str, Any]:
    """What became of the rows so far, without any value: how many by fate, and the first refused with the error."""
    return {
        "handed_in": imported.handed_in,
        "fates": imported.fates,
        "refused": len(imported.refused),
        "why": [(row.place, row.code) for row in imported.refused[:MOST_TOLD]],
    }


_NEXT = """
    UPDATE import_file f SET leased_until = now() + %(lease)s
    FROM person p
    WHERE p.number = f.person AND f.id = (
        SELECT id FROM import_file
        WHERE wanted_at IS NOT NULL AND ended_at IS NULL AND (leased_until IS NULL OR leased_until < now())
        ORDER BY handed_in_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING f.id, p.id, f.content, f.unit
"""
