"""Any other table, read by a mapping (TOML) that says which column is the time, which are measures, and their units."""

import tomllib
from collections.abc import Mapping, Set
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from device_adapters.export import Contents, Reader, Row, says_its_units
from device_adapters.export_table import Header, Record, find_header, number, plain, table
from device_adapters.export_time import Order, read_stamp
from hub.errors import Malformed, UnitUnknown
from hub.quantities import Kind, Unit, parse_unit
from hub.records import DeviceKind


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Measure(_Strict):
    """One measure of each row: its column, its kind, and its unit or the column that holds it.

    `when` are the cells a row must have for it; without it, every row with something in `column`.
    """

    column: str
    kind: Kind
    unit: Unit | None = None
    unit_column: str | None = None
    when: dict[str, str] = {}

    @model_validator(mode="after")
    def _has_a_unit(self) -> "_Measure":
        if (self.unit is None) == (self.unit_column is None):
            raise ValueError("give unit or unit_column")
        return self


class _Mapping(_Strict):
    """The whole mapping; `units` gives the hub's name of a unit that the file spells in its own way."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")]
    device: DeviceKind
    serial: str = ""
    time: str | list[str]
    dates: Order
    measure: Annotated[list[_Measure], Field(min_length=1)]
    units: dict[str, Unit] = {}

    def stamp_columns(self) -> list[str]:
        """The columns the time is made of."""
        return [self.time] if isinstance(self.time, str) else self.time

    def columns(self) -> set[str]:
        """All it speaks of, by their plain names."""
        named = {m.column for m in self.measure} | {m.unit_column for m in self.measure if m.unit_column}
        asked = {column for m in self.measure for column in m.when}
        return {plain(name) for name in {*self.stamp_columns(), *named, *asked}}


def reader(toml: str) -> Reader:
    """The reader a mapping describes; raises Malformed saying where the mapping is wrong."""
    try:
        mapping = _Mapping.model_validate(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"the mapping is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise Malformed(f"the mapping: {where}: {first['msg']}; see docs/imports.md") from None

    def is_header(columns: Set[str]) -> bool:
        return mapping.columns() <= columns

    def read(text: str, unit: Unit | None) -> Contents:
        says_its_units(unit)
        if find_header(text, is_header) is None:
            raise Malformed(f"the file lacks columns the mapping names: {', '.join(sorted(mapping.columns()))}")
        return _read(mapping, table(text, is_header))

    name = f"mapped-{mapping.name}"
    return Reader(
        name, "as its mapping says", mapping.device, lambda head: find_header(head, is_header) is not None, read
    )


def _read(mapping: _Mapping, found: tuple[Header, list[Record]]) -> Contents:
    contents = Contents()
    for record in found[1]:
        measures = [m for m in mapping.measure if _applies(m, record)]
        if not measures and record.fault is None:
            contents.unmeasured["rows that no measure of the mapping fits"] += 1
        for measure in measures or (mapping.measure[:1] if record.fault else []):
            contents.add(_row(mapping, measure, record))
    return contents


def _applies(measure: _Measure, record: Record) -> bool:
    fits = all(record.cell(plain(column)) == value for column, value in measure.when.items())
    return fits and bool(record.cell(plain(measure.column)))


def _row(mapping: _Mapping, measure: _Measure, record: Record) -> Row:
    stamp = " ".join(record.cell(plain(column)) for column in mapping.stamp_columns())
    written = record.cell(plain(measure.column))
    return Row(
        line=record.line,
        text=record.text,
        serial=mapping.serial,
        series=f"{measure.kind}:{plain(measure.column)}",
        stamp=stamp,
        time=read_stamp(stamp, mapping.dates),
        kind=measure.kind,
        written=written,
        number=number(written),
        unit=measure.unit or _unit(record.cell(plain(measure.unit_column or "")), mapping.units),
        fault=record.fault,
    )


def _unit(written: str, own: Mapping[str, Unit]) -> str:
    """The unit in a cell; what is none stays unnamed, for a cell may hold anything, and refusals are logged."""
    try:
        return own.get(written) or parse_unit(written)
    except UnitUnknown:
        return "in that cell"
