"""xDrip+'s CSV (SiDiary's layout): sensor values, finger pricks and treatments, one after the other.

Columns and dates are those of xDrip+'s DatabaseUtil.java; other apps write the same layout in their own unit, and the
file does not say which.
"""

from collections.abc import Set

from device_adapters.export import Contents, Reader, Row, stated_unit
from device_adapters.export_table import Record, find_header, number, table
from device_adapters.export_time import Order, read_stamp
from hub.quantities import Kind, Unit
from hub.records import DeviceKind

_KINDS = {"udt_cgms": Kind.GLUCOSE_INTERSTITIAL, "bg_level": Kind.GLUCOSE_CAPILLARY}
_TREATMENTS = {"ch_gr": "food", "bolus": "insulin", "remark": "notes"}


def _is_header(columns: Set[str]) -> bool:
    return {"day", "time", *_KINDS} <= columns


def recognises(head: str) -> bool:
    """True if the columns are SiDiary's, as xDrip+ writes them."""
    return find_header(head, _is_header) is not None


def read(text: str, unit: Unit | None) -> Contents:
    """Its measures; raises UnitMissing, UnitMismatch, Malformed."""
    known = stated_unit(unit, (Unit.MG_DL, Unit.MMOL_L), "glucose")
    _, records = table(text, _is_header)
    contents = Contents()
    for record in records:
        _add(contents, record, known)
    return contents


def _add(contents: Contents, record: Record, unit: Unit) -> None:
    filled = [name for name in _KINDS if record.cell(name)]
    treatments = [what for name, what in _TREATMENTS.items() if record.cell(name)]
    if record.fault is None:
        contents.unmeasured.update(treatments)
    if record.fault is None and treatments and not filled:
        return
    stamp = f"{record.cell('day')} {record.cell('time')}"
    for name in filled or ["udt_cgms"]:
        contents.add(
            Row(
                line=record.line,
                text=record.text,
                serial="",
                series=name,
                stamp=stamp,
                time=read_stamp(stamp, Order.DMY),
                kind=_KINDS[name],
                written=record.cell(name),
                number=number(record.cell(name)),
                unit=unit,
                fault=record.fault,
            )
        )


READER = Reader("xdrip", "xDrip+'s CSV, with --unit", DeviceKind.CGM, recognises, read)
