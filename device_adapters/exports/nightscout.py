"""Nightscout's entries as JSON (`/api/v1/entries.json`, or a dump of the collection).

`sgv` and `mbg` are mg/dL whatever `units` says (cgm-remote-monitor keeps them so). `sgv` below 39 is a Dexcom error
code, no glucose. `date` is milliseconds since 1970; without it `dateString` counts, if it has an offset.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import to_json

from device_adapters.export import Contents, Reader, Row, says_its_units
from device_adapters.export_time import Order, read_stamp
from device_adapters.strict_json import parse
from hub.errors import Malformed
from hub.measurements import Condition
from hub.quantities import Kind, Unit
from hub.records import DeviceKind

_KINDS = {"sgv": Kind.GLUCOSE_INTERSTITIAL, "mbg": Kind.GLUCOSE_CAPILLARY}
_FIRST_GLUCOSE = 39
"""Below it `sgv` is an error code (Nightscout's simplealarms.js counts only what is above 38)."""

_MOST = 1e15
"""Beyond any glucose and any date in milliseconds; JSON holds numbers of any size."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def recognises(head: str) -> bool:
    """True if it is a list of objects with glucose entries' keys."""
    return head.lstrip().startswith("[") and any(f'"{key}"' in head for key in _KINDS) and '"date' in head


def read(text: str, unit: Unit | None) -> Contents:
    """Its measures, `line` counting entries; raises Malformed, NotANumber, UnitMismatch."""
    says_its_units(unit)
    entries = parse(text.encode())
    if not isinstance(entries, list):
        raise Malformed("Nightscout's entries are a list: export /api/v1/entries.json")
    contents = Contents()
    for place, entry in enumerate(entries, start=1):
        _add(contents, place, entry)
    return contents


def _add(contents: Contents, place: int, entry: object) -> None:
    said: dict[str, Any] = entry if isinstance(entry, dict) else {}
    sort = said.get("type") or ("sgv" if "sgv" in said else None)
    if sort == "cal":
        contents.unmeasured["sensor calibrations"] += 1
        return
    name = sort if isinstance(sort, str) and sort in _KINDS else None
    value = said.get(name) if name else None
    number = _number(value)
    time = _time(said)
    contents.add(
        Row(
            line=place,
            text=to_json(entry).decode(),
            serial=_text(said.get("device")),
            series=name or "other",
            stamp=_text(said.get("date") or said.get("dateString")),
            time=time,
            kind=_KINDS[name] if name else "unknown entry type",
            written=_text(value),
            number=number,
            unit=Unit.MG_DL,
            condition=Condition.SENSOR_FAULT
            if name == "sgv" and number is not None and number < _FIRST_GLUCOSE
            else None,
        )
    )


def _number(value: object) -> float | None:
    """A JSON number that a float can hold; 1e400 is read as infinity, and an integer may have any length."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _MOST:
        return None
    return float(value)


def _text(value: object) -> str:
    return "" if value is None else str(value)[:200]


def _time(said: dict[str, Any]) -> datetime | None:
    date = _number(said.get("date"))
    if date is None:
        time = read_stamp(_text(said.get("dateString")), Order.YMD)
        return time if time is not None and time.tzinfo is not None else None
    try:
        return _BEGINNING + timedelta(milliseconds=date)
    except OverflowError:
        return None


READER = Reader("nightscout", "Nightscout's entries as JSON", DeviceKind.CGM, recognises, read, place="entry")
