"""Withings' weight.csv, in English and French; the unit of each column stands in its name.

Fat mass and hydration are kilograms there, which is no measure of the hub's: they are counted and left out.
"""

import re
from collections.abc import Mapping, Set

from device_adapters.export import NO_VALUE, Contents, Reader, Row, says_its_units
from device_adapters.export_table import Record, find_header, number, table
from device_adapters.export_time import Order, day_or_month_first, read_stamp
from hub.quantities import Kind, Unit
from hub.records import DeviceKind

_NAMED = re.compile(r"(.+) \((kg|lbs?|st)\)")
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("weight", "poids"), Kind.WEIGHT),
    **dict.fromkeys(("bone mass", "masse osseuse"), Kind.BONE_MASS),
    **dict.fromkeys(("muscle mass", "masse musculaire"), Kind.MUSCLE_MASS),
}
_LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(("fat mass", "masse grasse", "masse graisseuse"), "fat mass"),
    **dict.fromkeys(("hydration", "hydratation", "masse hydrique"), "water mass"),
}
_UNITS = {"kg": Unit.KG, "lb": Unit.LB, "lbs": Unit.LB, "st": Unit.ST}


def _is_header(columns: Set[str]) -> bool:
    return "date" in columns and any(_kind(column) is Kind.WEIGHT for column in columns)


def recognises(head: str) -> bool:
    """True if the columns are those of Withings' weights."""
    return find_header(head, _is_header) is not None


def read(text: str, unit: Unit | None) -> Contents:
    """Its measures; raises Malformed, UnitMismatch."""
    says_its_units(unit)
    header, records = table(text, _is_header)
    columns = {column: kind for column in header.columns if (kind := _kind(column)) is not None}
    left_out = {column: _LEFT_OUT[_name(column)] for column in header.columns if _name(column) in _LEFT_OUT}
    order = day_or_month_first((record.cell("date") for record in records), None)
    contents = Contents()
    for record in records:
        if record.fault is None:
            contents.unmeasured.update(what for column, what in left_out.items() if record.cell(column))
        _add(contents, record, columns, order)
    return contents


def _name(column: str) -> str:
    match = _NAMED.fullmatch(column)
    return match[1] if match else ""


def _kind(column: str) -> Kind | None:
    return _KINDS.get(_name(column))


def _add(contents: Contents, record: Record, columns: Mapping[str, Kind], order: Order) -> None:
    filled = [column for column in columns if record.cell(column)]
    if not filled and record.fault is None:
        contents.unmeasured[NO_VALUE] += 1
        return
    for column in filled or list(columns)[:1]:
        stamp, written = record.cell("date"), record.cell(column)
        contents.add(
            Row(
                line=record.line,
                text=record.text,
                serial="",
                series=columns[column],
                stamp=stamp,
                time=read_stamp(stamp, order),
                kind=columns[column],
                written=written,
                number=number(written),
                unit=_UNITS[column[column.rindex("(") + 1 : -1]],
                fault=record.fault,
            )
        )


READER = Reader("withings", "Withings' weight.csv", DeviceKind.SCALE, recognises, read)
