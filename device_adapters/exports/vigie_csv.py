"""Vigie's own export as CSV: the ZIP archive as it is, or its readings.csv."""

from collections.abc import Set

from device_adapters.export import Contents, Reader, Row, says_its_units
from device_adapters.export_table import Record, find_header, number, table
from device_adapters.export_time import Order, read_stamp
from device_adapters.own_export import condition_of, device_kind_of, key_of
from hub.quantities import Unit
from hub.records import DeviceKind


def _is_header(columns: Set[str]) -> bool:
    return {"raw_value", "raw_unit", "device_kind", "provenance"} <= columns


def recognises(head: str) -> bool:
    """True if the columns are those of our readings.csv."""
    return find_header(head, _is_header) is not None


def read(text: str, unit: Unit | None) -> Contents:
    """Its readings, as their devices said them; raises UnitMismatch, Malformed."""
    says_its_units(unit)
    _, records = table(text, _is_header)
    contents = Contents()
    for record in records:
        contents.add(_row(record))
    return contents


def _row(record: Record) -> Row:
    condition, fault = condition_of(record.cell("condition"))
    stamp = record.cell("taken_at")
    time = read_stamp(stamp, Order.YMD)
    return Row(
        line=record.line,
        text=record.text,
        serial=record.cell("device"),
        series="",
        stamp=stamp,
        time=time if time is not None and time.tzinfo is not None else None,
        kind=record.cell("kind"),
        written=record.cell("raw_value"),
        number=number(record.cell("raw_value")),
        unit=record.cell("raw_unit"),
        condition=condition,
        fault=record.fault or fault,
        key=key_of(record.cell("id")),
        device=device_kind_of(record.cell("device_kind")),
    )


READER = Reader("vigie", "Vigie's own export as CSV", DeviceKind.METER, recognises, read)
