"""People, devices, who holds which, households."""

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub import ins
from hub.errors import RecordError
from hub.ins import Ins
from hub.records import Device, DeviceDraft, DeviceKind, Household, Pairing, Person, PersonDraft, Sex
from hub.register import Register
from ingest_api.context import Administrator, Reader, Registrar, TheHub
from ingest_api.moment import Day, Moment, Zone
from ingest_api.opened import acting_for, enter, opened

router = APIRouter(prefix="/v1", tags=["register"])


Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonBody(_Body):
    """Somebody to open a record for."""

    given: Text
    family: Text
    birth_date: Day
    sex: Sex
    time_zone: Zone
    conditions: tuple[Text, ...] = ()
    height_cm: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=30, le=260)] | None = None


def _with_its_key(text: str) -> Ins:
    try:
        return Ins(text)
    except RecordError as why:
        raise ValueError(str(why)) from None


class NewPersonBody(PersonBody):
    """With a national identity, if it is known; nobody vouches for it here, so it is never searched, nor told."""

    ins: Annotated[Annotated[str, Field(max_length=30)], AfterValidator(_with_its_key)] | None = None


class PersonAnswer(PersonBody):
    """A record."""

    id: UUID


class DeviceBody(_Body):
    """A device to register; `gateway`, if given, is the only one that may speak for it."""

    address: Annotated[Text, Field(max_length=120)]
    kind: DeviceKind
    model: Text | None = None
    gateway: Text | None = None


class DeviceAnswer(DeviceBody):
    """A registered device."""

    id: UUID


class PairingBody(_Body):
    """Since when, and until when, a device is a person's."""

    device: UUID
    since: Moment
    until: Moment | None = None


class PairingAnswer(PairingBody):
    """A pairing."""

    id: UUID
    person: UUID


class HouseholdBody(_Body):
    """People who share devices."""

    name: Text
    members: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    devices: Annotated[list[UUID], Field(max_length=50)]


class HouseholdAnswer(HouseholdBody):
    """A household."""

    id: UUID


@router.post("/people", status_code=201)
def add_person(body: NewPersonBody, hub: TheHub, _: Administrator) -> PersonAnswer:
    """Open a record."""
    draft = PersonDraft(
        body.given, body.family, body.birth_date, body.sex, ZoneInfo(body.time_zone), body.conditions, body.height_cm
    )
    with hub.registering() as connection:
        person = Register(connection).add_person(draft)
        if isinstance(body.ins, Ins):
            ins.keep(connection, person.number, body.ins)
        return _person(person)


@router.get("/people/{person}")
def get_person(person: UUID, hub: TheHub, actor: Reader) -> PersonAnswer:
    """A record's head, for whoever may see anything of it."""
    with opened(hub, actor, person, []), hub.registering() as connection:
        return _person(Register(connection).person(person))


@router.post("/devices", status_code=201)
def add_device(body: DeviceBody, hub: TheHub, _: Administrator) -> DeviceAnswer:
    """Register a device by its address (MAC, serial number); the same again changes nothing."""
    with hub.registering() as connection:
        device = Register(connection).add_device(DeviceDraft(body.address, body.kind, body.model, body.gateway))
    return _device(device)


@router.post("/people/{person}/pairings", status_code=201)
def pair(person: UUID, body: PairingBody, hub: TheHub, actor: Registrar) -> PairingAnswer:
    """Say that a device is the person's, and when; 409 if it is somebody else's in that time."""
    with acting_for(hub, actor, person) as record, hub.registering(actor) as connection:
        enter(connection, [record.whose.number], "pair")
        return _pairing(Register(connection).pair(body.device, person, body.since, body.until))


@router.post("/households", status_code=201)
def add_household(body: HouseholdBody, hub: TheHub, _: Administrator) -> HouseholdAnswer:
    """Let people share devices: what those measure waits in the household's inbox."""
    with hub.registering() as connection:
        return _household(Register(connection).add_household(body.name, body.members, body.devices))


def _person(p: Person) -> PersonAnswer:
    return PersonAnswer(
        id=p.id, given=p.given, family=p.family, birth_date=p.birth_date, sex=p.sex, time_zone=p.zone.key,
        conditions=p.conditions, height_cm=p.height_cm,
    )  # fmt: skip


def _device(d: Device) -> DeviceAnswer:
    return DeviceAnswer(id=d.id, address=d.address, kind=d.kind, model=d.model, gateway=d.gateway)


def _pairing(p: Pairing) -> PairingAnswer:
    return PairingAnswer(id=p.id, person=p.person, device=p.device, since=p.since, until=p.until)


def _household(h: Household) -> HouseholdAnswer:
    return HouseholdAnswer(id=h.id, name=h.name, members=list(h.members), devices=list(h.devices))
