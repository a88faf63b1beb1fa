"""An export as a FHIR R4 Bundle (type collection): Patient, Observation, Device, Consent, AuditEvent.

An Observation says what the device said, in its own unit; beyond the device's range it is a bound with a comparator.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from hub.measurements import Condition
from hub.quantities import KIND_BY_NUMBER, KINDS, UCUM, Kind, Quantity
from ingest_api.portability.source import Kept, Row, Source, kinds_of

Resource = dict[str, Any]

LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_COMPARATORS = {Condition.BELOW_RANGE: "<", Condition.ABOVE_RANGE: ">"}
_V3 = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_PRIVACY = "59284-0"
"""LOINC: Patient consent, the category of FHIR's own consent examples."""


def write(source: Source) -> Iterator[bytes]:
    """The bundle, in parts."""
    head = {"resourceType": "Bundle", "identifier": {"system": "urn:vigie:export", "value": str(source.person)}}
    head |= {"type": "collection", "timestamp": _time(datetime.now(UTC))}
    yield to_json(head)[:-1] + b',"entry":['
    before = b"\n"
    for page in _pages(source):
        yield before + b",\n".join(to_json(_entry(resource)) for resource in page)
        before = b",\n"
    yield b"\n]}\n"


def _pages(source: Source) -> Iterator[list[Resource]]:
    """Resources in pages that are not empty; devices after the readings, which tell which they are."""
    who = {"reference": f"urn:uuid:{source.person}"}
    yield [_patient(row) for row in source.head()]
    for page in source.readings():
        yield [_observation(each, who) for each in page]
    others = [_device(row, who) for row in source.devices()]
    others += [_grant(row, who) for row in source.grants()]
    others += [_hidden(row, who) for row in source.hidden()]
    others += [_emergency(row, who) for row in source.emergencies()]
    if others:
        yield others
    for rows in source.accesses():
        yield [_access(row, who, source.person) for row in rows]


def _entry(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _patient(row: Row) -> Resource:
    id_, given, family, birth, sex, *_ = row
    name = [{"family": family, "given": [given]}]
    return {"resourceType": "Patient", "id": id_, "name": name, "gender": sex, "birthDate": birth}


def _observation(r: Kept, who: Resource) -> Resource:
    said: Resource = {
        "resourceType": "Observation",
        "id": r.key,
        "status": "final",
        "code": {"coding": _codes(r.kind)},
        "subject": who,
        "effectiveDateTime": _time(r.taken_at),
        "issued": _time(r.received_at),
        "valueQuantity": _quantity(r.raw, r.condition),
        "device": {"reference": f"urn:uuid:{r.device}"},
        "extension": [
            {"url": "urn:vigie:provenance", "valueCode": r.channel},
            {"url": "urn:vigie:device-kind", "valueCode": r.device_kind},
        ],
    }
    if r.condition is not None:
        said["interpretation"] = [{"coding": [{"system": "urn:vigie:condition", "code": r.condition}]}]
    return said


def _codes(kind: Kind) -> list[Resource]:
    loinc = KINDS[kind].loinc
    ours = {"system": "urn:vigie:kind", "code": kind}
    return [ours] if loinc is None else [{"system": LOINC, "code": loinc}, ours]


def _quantity(raw: Quantity, condition: Condition | None) -> Resource:
    """The number as the device said it; a unit without a UCUM code is named only."""
    said: Resource = {"value": raw.value, "unit": raw.unit}
    if condition in _COMPARATORS:
        said["comparator"] = _COMPARATORS[condition]
    code = UCUM[raw.unit]
    return said if code is None else said | {"system": _UCUM, "code": code}


def _device(row: Row, who: Resource) -> Resource:
    id_, kind, model = row
    said: Resource = {"resourceType": "Device", "id": id_, "type": {"text": kind}, "patient": who}
    return said if model is None else said | {"modelNumber": model}


def _grant(row: Row, who: Resource) -> Resource:
    id_, to, _, kinds, since, until, _, made_at, *_ = row
    actor = [{"role": {"coding": [{"code": "IRCP"}]}, "reference": {"display": to}}]
    provision: Resource = {"type": "permit", "period": _period(since, until), "actor": actor}
    return _consent(id_, who, made_at, provision, kinds_of(kinds))


def _hidden(row: Row, who: Resource) -> Resource:
    id_, kind, device, reading, since, until, made_at = row
    data = [d for d in (device, reading) if d is not None]
    provision: Resource = {"type": "deny", "period": _period(since, until)}
    if data:
        provision["data"] = [{"meaning": "instance", "reference": {"reference": f"urn:uuid:{d}"}} for d in data]
    return _consent(id_, who, made_at, provision, None if kind is None else [KIND_BY_NUMBER[kind]])


def _consent(id_: UUID, who: Resource, at: datetime, provision: Resource, kinds: list[Kind] | None) -> Resource:
    if kinds is not None:
        provision["code"] = [{"coding": _codes(kind)} for kind in kinds]
    return {
        "resourceType": "Consent",
        "id": id_,
        "status": "active",
        "scope": {"coding": [{"system": _SCOPE, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": LOINC, "code": _PRIVACY}]}],
        "patient": who,
        "dateTime": _time(at),
        "policyRule": {"coding": [{"system": _V3, "code": "OPTIN" if provision["type"] == "permit" else "OPTOUT"}]},
        "provision": provision,
    }


def _emergency(row: Row, who: Resource) -> Resource:
    id_, name, way, reason, opened_at, until = row
    said = _event(id_, opened_at, "emergency", name, who)
    said["period"] = _period(opened_at, until)
    said["outcomeDesc"] = f"{way}: {reason}"
    return said


def _access(row: Row, who: Resource, person: UUID) -> Resource:
    number, at, _, name, act, _, emergency = row
    # an entry has a number, not an id: one that is always the same of the same entry
    id_ = UUID(int=person.int ^ (number << 64))
    return _event(id_, at, "emergency" if emergency else act, name, who)


def _event(id_: UUID, at: datetime, act: str, name: str, who: Resource) -> Resource:
    said: Resource = {
        "resourceType": "AuditEvent",
        "id": id_,
        "type": {"system": "urn:vigie:act", "code": act},
        "recorded": _time(at),
        "agent": [{"who": {"display": name}, "requestor": True}],
        "source": {"observer": {"display": "Vigie"}},
        "entity": [{"what": who}],
    }
    if act == "emergency":
        said["purposeOfEvent"] = [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "BTG"}]}
        ]
    return said


def _period(since: datetime | None, until: datetime | None) -> Resource:
    bounds = {"start": since, "end": until}
    return {name: _time(at) for name, at in bounds.items() if at is not None}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
