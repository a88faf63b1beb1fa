"""LibreView's CSV (FreeStyle Libre), in English and French.

Line 1 says who made it and when, line 2 names the columns; the glucose columns hold their unit in their name. Record
types: 0 the sensor's history, 1 scans, 2 strips, 3 ketones, 4 insulin, 5 food, 6 notes. The country decides how dates
are written, so the file itself must show it. "LO" and "HI" have no bound in the file: they are refused, never guessed.
"""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from device_adapters.export import NO_VALUE, Contents, Reader, Row, says_its_units
from device_adapters.export_table import Header, Record, find_header, number, table
from device_adapters.export_time import Order, day_or_month_first, find_stamps, read_stamp
from hub.errors import Malformed
from hub.quantities import Kind, Unit
from hub.records import DeviceKind

_TIMES = ("device timestamp", "meter timestamp", "horodatage de l'appareil", "horodatage du lecteur")
_TYPES = ("record type", "type d'enregistrement")
_SERIALS = ("serial number", "numéro de série")
_NAMES: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "0": (Kind.GLUCOSE_INTERSTITIAL, ("historic glucose", "historique de la glycémie")),
    "1": (Kind.GLUCOSE_SCAN, ("scan glucose", "numérisation de la glycémie", "scan de la glycémie")),
    "2": (Kind.GLUCOSE_CAPILLARY, ("strip glucose", "glycémie par bandelette")),
    "3": (Kind.KETONES, ("ketone", "cétone")),
}
_UNMEASURED = {"4": "insulin", "5": "food", "6": "notes"}
_UNITS = {"mg/dl": Unit.MG_DL, "mmol/l": Unit.MMOL_L}


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a record type's measure stands, and its unit."""

    name: str
    kind: Kind
    unit: Unit


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what."""

    time: str
    type: str
    serial: str | None
    measures: Mapping[str, _Column]
    order: Order


def _is_header(columns: Set[str]) -> bool:
    return any(name in columns for name in _TIMES) and any(name in columns for name in _TYPES)


def recognises(head: str) -> bool:
    """True if the columns are LibreView's."""
    return find_header(head, _is_header) is not None


def read(text: str, unit: Unit | None) -> Contents:
    """Its measures; raises Malformed when its dates do not tell day from month, UnitMismatch."""
    says_its_units(unit)
    header, records = table(text, _is_header)
    layout = _layout(header, text, records)
    contents = Contents()
    for record in records:
        _add(contents, record, layout)
    return contents


def _layout(header: Header, text: str, records: Iterable[Record]) -> _Layout:
    time = _first(header, _TIMES) or ""
    above = "\n".join(text.split("\n", header.index)[: header.index])
    stamps = [record.cell(time) for record in records]
    shapes = {_shape(stamp) for stamp in stamps}
    stamps += [stamp for stamp in find_stamps(above) if _shape(stamp) in shapes]  # written by the same country's rule
    # a French account writes the day first; a spreadsheet that saved the file anew (slashes) writes as it likes
    french = time.startswith("horodatage") and not any("/" in stamp for stamp in stamps)
    order = day_or_month_first(stamps, Order.DMY if french else None)
    measures = {
        record_type: column
        for record_type, (kind, names) in _NAMES.items()
        if (column := _measure(header, kind, names)) is not None
    }
    if "0" not in measures and "1" not in measures and "2" not in measures:
        raise Malformed("no glucose column with a unit in its name: export it again, and change nothing in it")
    return _Layout(time, _first(header, _TYPES) or "", _first(header, _SERIALS), measures, order)


def _shape(stamp: str) -> str:
    """How a time is written, whatever the time: 99-99-9999 99:99 AM."""
    return re.sub("[0-9]", "9", stamp).upper().replace("PM", "AM")


def _first(header: Header, names: Iterable[str]) -> str | None:
    return next((name for name in names if name in header.columns), None)


def _measure(header: Header, kind: Kind, names: tuple[str, ...]) -> _Column | None:
    """The column of that measure: its name, then its unit, with or without brackets."""
    pattern = re.compile(rf"(?:{'|'.join(names)}) ?\(?(mg/dl|mmol/l)\)?")
    for column in header.columns:
        if match := pattern.fullmatch(column):
            return _Column(column, kind, _UNITS[match[1]])
    return None


def _add(contents: Contents, record: Record, layout: _Layout) -> None:
    record_type = record.cell(layout.type)
    measured = [column.name for column in layout.measures.values() if record.cell(column.name)]
    if record.fault is None and not measured and record_type in (*_UNMEASURED, *layout.measures):
        contents.unmeasured[_UNMEASURED.get(record_type, NO_VALUE)] += 1
        return
    column = layout.measures.get(record_type)
    written = record.cell(column.name) if column else ""
    stamp = record.cell(layout.time)
    contents.add(
        Row(
            line=record.line,
            text=record.text,
            serial=record.cell(layout.serial),
            series=record_type,
            stamp=stamp,
            time=read_stamp(stamp, layout.order),
            kind=column.kind if column else "unknown record type",
            written=written,
            number=number(written),
            unit=column.unit if column else "unknown",
            fault=record.fault,
        )
    )


READER = Reader("libreview", "FreeStyle Libre's CSV from LibreView", DeviceKind.CGM, recognises, read)
