"""The seam every vendor's export file fits: which texts it recognises, and the rows they hold.

A new export is one file in `device_adapters/exports/` with a module-level `READER`; it is found by being there.
A reader drops nothing and mends nothing: what it cannot read it passes on as it stands, so that the door refuses it by
name; what is no measure (insulin, notes, alert settings) it counts by name.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from device_adapters import exports
from hub.errors import DecodeError, UnitMismatch, UnitMissing
from hub.measurements import Condition
from hub.quantities import Unit
from hub.records import DeviceKind

HEAD = 8 * 1024
"""Characters of a file's beginning by which it is recognised."""

NO_VALUE = "rows without a value"
"""What is counted when a row is right but its cell for the measure is empty (real sensors' exports have such rows)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure as its file says it.

    `line` is its place in the file, `text` the whole original line. `serial` names the device, "" where the file does
    not; `series` the sort of record within the format. `stamp` is the time as written, `time` the same read: wall clock
    without a zone, or an instant with its offset, None if it cannot be read; likewise `written` and `number`.
    `fault` is what is wrong with the line as a whole; such a row is never a number. `key` is the reading's own name and
    `device` what measured it, where the file says them (Vigie's own exports do).
    """

    line: int
    text: str
    serial: str
    series: str
    stamp: str
    time: datetime | None
    kind: str
    written: str
    number: float | None
    unit: str
    condition: Condition | None = None
    fault: str | None = None
    key: str | None = None
    device: DeviceKind | None = None

    @property
    def readable(self) -> bool:
        """True if it has a time and a number (which the door may still refuse)."""
        return self.time is not None and self.number is not None and self.fault is None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: its measures in its order, and what is none, counted by name."""

    rows: list[Row] = field(default_factory=list)
    unmeasured: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """One more measure; one with a fault keeps its text, and has no number."""
        self.rows.append(row if row.fault is None else replace(row, number=None))


@dataclass(frozen=True, slots=True)
class Reader:
    """One vendor's export. `read` takes the text and the unit the person stated, if any; it raises Refusal.

    `place` is what a row's `line` counts.
    """

    name: str
    about: str
    device: DeviceKind
    recognises: Callable[[str], bool]
    read: Callable[[str, Unit | None], Contents]
    place: str = "line"


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader in the exports folder, by name."""
    found = (import_module(module.name) for module in iter_modules(exports.__path__, f"{exports.__name__}."))
    return tuple(sorted((module.READER for module in found), key=lambda reader: str(reader.name)))


def reader_for(text: str) -> Reader:
    """The one reader that recognises the text by its beginning; raises DecodeError listing what is understood."""
    for reader in readers():
        if reader.recognises(text[:HEAD]):
            return reader
    known = "; ".join(f"{reader.name} ({reader.about})" for reader in readers())
    raise DecodeError(f"not an export Vigie knows. It understands: {known}; any other table with --mapping")


def says_its_units(stated: Unit | None) -> None:
    """For an export that holds its own units; raises UnitMismatch if the person stated one all the same."""
    if stated is not None:
        raise UnitMismatch("this export says its units itself: leave --unit out")


def stated_unit(stated: Unit | None, possible: tuple[Unit, ...], what: str) -> Unit:
    """For an export that does not say the unit of `what`; raises UnitMissing, UnitMismatch."""
    choice = " or ".join(possible)
    if stated is None:
        raise UnitMissing(f"this export does not say the unit of its {what}: look in the app, and add --unit {choice}")
    if stated not in possible:
        raise UnitMismatch(f"{what} in this export is in {choice}: give one of them as --unit")
    return stated
