"""openScale's CSV, of the releases before 3 and since.

Before 3 (ScaleMeasurement.java): `dateTime,weight,fat,water,muscle,…`, weight and bone in kg, the others in percent, 0
for absent. Since 3 (ImportExportUseCases.kt): `DATE,TIME,BMI,…,WEIGHT`; there each value is in the unit the app is set
to, which the file does not say (MeasurementTypeCrudUseCases.kt). So the weight needs --unit; fat, water, muscle and
bone, each with a unit of its own, are counted and left out (a mapping can say them).
"""

from collections.abc import Mapping, Set

from device_adapters.export import Contents, Reader, Row, says_its_units, stated_unit
from device_adapters.export_table import Record, find_header, number, table
from device_adapters.export_time import Order, day_or_month_first, read_stamp
from hub.quantities import Kind, Unit
from hub.records import DeviceKind

_BEFORE_3: Mapping[str, tuple[Kind, Unit]] = {
    "weight": (Kind.WEIGHT, Unit.KG),
    "fat": (Kind.BODY_FAT, Unit.PERCENT),
    "water": (Kind.BODY_WATER, Unit.PERCENT),
    "muscle": (Kind.MUSCLE_PERCENT, Unit.PERCENT),
    "bone": (Kind.BONE_MASS, Unit.KG),
}
_WITHOUT_UNIT = ("body_fat", "water", "muscle", "bone")
_LEFT_OUT = "fat, water, muscle and bone, whose unit the file does not say"


def _is_before_3(columns: Set[str]) -> bool:
    return {"datetime", "weight"} <= columns and bool({"fat", "water", "muscle"} & columns)


def _is_since_3(columns: Set[str]) -> bool:
    return {"date", "time", "weight", "body_fat"} <= columns


def recognises(head: str) -> bool:
    """True if the columns are openScale's."""
    return find_header(head, _is_before_3) is not None or find_header(head, _is_since_3) is not None


def read(text: str, unit: Unit | None) -> Contents:
    """Its measures; raises UnitMissing, UnitMismatch, Malformed."""
    contents = Contents()
    if find_header(text, _is_before_3):
        says_its_units(unit)
        _, records = table(text, _is_before_3)
        # the app always writes the day first; a spreadsheet between may have changed it, and then it shows or not
        order = day_or_month_first((record.cell("datetime") for record in records), Order.DMY)
        for record in records:
            _add(contents, record, record.cell("datetime"), order, _BEFORE_3)
        return contents
    weight = stated_unit(unit, (Unit.KG, Unit.LB, Unit.ST), "weight")
    _, records = table(text, _is_since_3)
    for record in records:
        contents.unmeasured[_LEFT_OUT] += sum(_filled(record, name) for name in _WITHOUT_UNIT)
        stamp = f"{record.cell('date')} {record.cell('time')}"
        columns = {"weight": (Kind.WEIGHT, weight), "heart_rate": (Kind.HEART_RATE, Unit.PER_MIN)}
        _add(contents, record, stamp, Order.YMD, columns)
    return contents


def _filled(record: Record, name: str) -> bool:
    """0 is absent in openScale."""
    return bool(record.cell(name)) and number(record.cell(name)) != 0


def _add(
    contents: Contents, record: Record, stamp: str, order: Order, columns: Mapping[str, tuple[Kind, Unit]]
) -> None:
    filled = [name for name in columns if _filled(record, name)]
    if not filled and record.fault is None:
        contents.unmeasured["rows without a measure that is kept"] += 1
        return
    for name in filled or ["weight"]:
        kind, unit = columns[name]
        contents.add(
            Row(
                line=record.line,
                text=record.text,
                serial="",
                series=name,
                stamp=stamp,
                time=read_stamp(stamp, order),
                kind=kind,
                written=record.cell(name),
                number=number(record.cell(name)),
                unit=unit,
                fault=record.fault,
            )
        )


READER = Reader("openscale", "openScale's CSV, since release 3 with --unit", DeviceKind.SCALE, recognises, read)
