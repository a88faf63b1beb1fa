"""Vigie's own export as a FHIR R4 Bundle: its Observations; everything else in it is counted, and left."""

from typing import Any

from pydantic_core import to_json

from device_adapters.export import Contents, Reader, Row, says_its_units
from device_adapters.export_time import Order, read_stamp
from device_adapters.own_export import condition_of, device_kind_of, key_of
from device_adapters.strict_json import parse
from hub.errors import Malformed
from hub.quantities import Unit
from hub.records import DeviceKind

_MOST = 1e15
"""Beyond anything measured; JSON holds numbers of any size."""


def recognises(head: str) -> bool:
    """True if it is a Bundle that names itself an export of ours."""
    return head.lstrip().startswith("{") and '"Bundle"' in head and '"urn:vigie:export"' in head


def read(text: str, unit: Unit | None) -> Contents:
    """Its Observations, `line` counting entries; raises Malformed, NotANumber, UnitMismatch."""
    says_its_units(unit)
    bundle = parse(text.encode())
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    if not isinstance(entries, list):
        raise Malformed("a Bundle has a list of entries: export it again, and change nothing in it")
    contents = Contents()
    for place, entry in enumerate(entries, start=1):
        resource = _object(_object(entry).get("resource"))
        if resource.get("resourceType") == "Observation":
            contents.add(_row(place, resource))
        else:
            contents.unmeasured[_text(resource.get("resourceType")) or "nothing"] += 1
    return contents


def _row(place: int, said: dict[str, Any]) -> Row:
    quantity = _object(said.get("valueQuantity"))
    condition, fault = condition_of(_code(said.get("interpretation"), "urn:vigie:condition"))
    stamp, value = _text(said.get("effectiveDateTime")), quantity.get("value")
    time = read_stamp(stamp, Order.YMD)
    return Row(
        line=place,
        text=to_json(said).decode(),
        serial=_text(_object(said.get("device")).get("reference")).removeprefix("urn:uuid:"),
        series="",
        stamp=stamp,
        time=time if time is not None and time.tzinfo is not None else None,
        kind=_code([said.get("code")], "urn:vigie:kind"),
        written=_text(value),
        number=_number(value),
        unit=_text(quantity.get("unit")),
        condition=condition,
        fault=fault,
        key=key_of(_text(said.get("id"))),
        device=device_kind_of(_device_kind(said)),
    )


def _code(concepts: object, system: str) -> str:
    """The code of that system in the first concept; "" where there is none."""
    first = _object(concepts[0]) if isinstance(concepts, list) and concepts else {}
    codings = first.get("coding")
    found = [_object(each) for each in codings] if isinstance(codings, list) else []
    return next((_text(each.get("code")) for each in found if each.get("system") == system), "")


def _device_kind(said: dict[str, Any]) -> str:
    extensions = said.get("extension")
    found = [_object(each) for each in extensions] if isinstance(extensions, list) else []
    return next((_text(each.get("valueCode")) for each in found if each.get("url") == "urn:vigie:device-kind"), "")


def _number(value: object) -> float | None:
    """A JSON number that a float can hold; an integer may have any length."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _MOST:
        return None
    return float(value)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value)[:200]


READER = Reader("vigie-fhir", "Vigie's own export as FHIR", DeviceKind.METER, recognises, read, place="entry")
