"""Dexcom Clarity's CSV, in English and French.

The first rows, without a time, hold the person's name, the device and its alert settings, whose thresholds stand in the
glucose column: only EGV and calibration rows are glucose. "Low" and "High" stand for less than 40 and more than 400
mg/dL (2.2 and 22.2 mmol/L), the sensor's range (Dexcom G6 and G7 user guides).
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass

from device_adapters.export import NO_VALUE, Contents, Reader, Row, says_its_units
from device_adapters.export_table import Header, Record, find_header, number, plain, table
from device_adapters.export_time import Order, read_stamp
from hub.errors import Malformed
from hub.measurements import Condition
from hub.quantities import Kind, Unit
from hub.records import DeviceKind

_TIME = re.compile(r"(?:timestamp|horodatage) \((?:yyyy-mm-dd|aaaa-mm-jj).*\)")
_GLUCOSE = re.compile(r"(?:glucose value|valeur du glucose|valeur de glycémie) \((mg/dl|mmol/l)\)")
_EVENT = re.compile(r"event type|type d'événement")
_SOURCE = re.compile(r"source device id|(?:id|identifiant) de l'appareil source")
_SENSOR = {"egv", "vge"}
_KINDS: Mapping[str, Kind] = dict.fromkeys(_SENSOR, Kind.GLUCOSE_INTERSTITIAL) | dict.fromkeys(
    ("calibration", "étalonnage", "calibrage"), Kind.GLUCOSE_CAPILLARY
)
_SETTINGS = "the person, devices and alert settings"
_UNMEASURED: Mapping[str, str] = {
    **dict.fromkeys(("insulin", "insuline"), "insulin"),
    **dict.fromkeys(("carbs", "glucides", "meal", "repas"), "food"),
    **dict.fromkeys(("exercise", "exercice", "activity", "activité"), "exercise"),
    **dict.fromkeys(("health", "santé", "notes", "note", "remarques"), "notes"),
}
_BOUNDS: Mapping[Unit, tuple[float, float]] = {Unit.MG_DL: (40, 400), Unit.MMOL_L: (2.2, 22.2)}
_WORDS: Mapping[str, Condition] = {
    **dict.fromkeys(("low", "bas", "faible"), Condition.BELOW_RANGE),
    **dict.fromkeys(("high", "haut", "élevé"), Condition.ABOVE_RANGE),
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what, and the file's unit."""

    time: str
    event: str
    glucose: str
    source: str | None
    unit: Unit


def _is_header(columns: Set[str]) -> bool:
    return all(any(wanted.fullmatch(column) for column in columns) for wanted in (_TIME, _EVENT, _GLUCOSE))


def recognises(head: str) -> bool:
    """True if the columns are Clarity's."""
    return find_header(head, _is_header) is not None


def read(text: str, unit: Unit | None) -> Contents:
    """Its measures; raises Malformed, UnitMismatch."""
    says_its_units(unit)
    header, records = table(text, _is_header)
    layout = _layout(header)
    contents = Contents()
    for record in records:
        _add(contents, record, layout)
    return contents


def _layout(header: Header) -> _Layout:
    glucose = _column(header, _GLUCOSE)
    unit = Unit.MG_DL if glucose.endswith("(mg/dl)") else Unit.MMOL_L
    sources = [column for column in header.columns if _SOURCE.fullmatch(column)]
    return _Layout(_column(header, _TIME), _column(header, _EVENT), glucose, sources[0] if sources else None, unit)


def _column(header: Header, wanted: re.Pattern[str]) -> str:
    found = [column for column in header.columns if wanted.fullmatch(column)]
    if len(found) != 1:
        raise Malformed("a column stands here twice, in two units or languages: export it again")
    return found[0]


def _add(contents: Contents, record: Record, layout: _Layout) -> None:
    event, stamp, written = plain(record.cell(layout.event)), record.cell(layout.time), record.cell(layout.glucose)
    kind = _KINDS.get(event)
    if record.fault is None and kind is None and (not stamp or event in _UNMEASURED):
        contents.unmeasured[_UNMEASURED.get(event, _SETTINGS)] += 1
        return
    if record.fault is None and kind is not None and not written:
        contents.unmeasured[NO_VALUE] += 1
        return
    condition = _WORDS.get(plain(written)) if event in _SENSOR else None
    contents.add(
        Row(
            line=record.line,
            text=record.text,
            serial=record.cell(layout.source),
            series="egv" if event in _SENSOR else "calibration" if kind else "other",
            stamp=stamp,
            time=read_stamp(stamp, Order.YMD),
            kind=kind or "unknown event type",
            written=written,
            number=_bound(condition, layout.unit) if condition else number(written),
            unit=layout.unit,
            condition=condition,
            fault=record.fault,
        )
    )


def _bound(condition: Condition, unit: Unit) -> float:
    low, high = _BOUNDS[unit]
    return low if condition is Condition.BELOW_RANGE else high


READER = Reader("clarity", "Dexcom's CSV from Clarity", DeviceKind.CGM, recognises, read)
