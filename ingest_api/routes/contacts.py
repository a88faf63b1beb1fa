"""One's own addresses, by which one is told, and the hours in which one is not to be woken."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from alerts.delivery.desk import Desk, Manner
from alerts.push_encryption import public_key
from alerts.wording import Language
from hub.errors import RecordError
from hub.quantities import Unit
from ingest_api.context import Anyone, TheHub
from ingest_api.moment import Clock, Zone
from ingest_api.told import add_address, contacts_of, open_channels

router = APIRouter(prefix="/v1/me", tags=["being told"])

GlucoseUnit = Annotated[Unit, Field(json_schema_extra={"enum": [Unit.MG_DL, Unit.MMOL_L, Unit.G_L]})]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MannerBody(_Body):
    """In which language and unit; with names and values (`reveals`), or only that there is something to read."""

    language: Language = Language.EN
    glucose_unit: GlucoseUnit = Unit.MG_DL
    reveals: bool = False

    def manner(self) -> Manner:
        """As the desk takes it; raises RecordError for a unit that glucose is not told in."""
        if self.glucose_unit not in (Unit.MG_DL, Unit.MMOL_L, Unit.G_L):
            raise RecordError("glucose is told in mg/dL, mmol/L or g/L")
        return Manner(self.language, self.glucose_unit, self.reveals)


class ContactBody(MannerBody):
    """An address: of mail, of a webhook, or a browser's subscription as JSON."""

    channel: Annotated[str, Field(max_length=20)]
    address: Annotated[str, Field(min_length=1, max_length=2000)]


class AddedAnswer(BaseModel):
    """Where nothing is sent until `verified`; webhooks are signed with `secret`, which is told this once."""

    id: UUID
    verified: bool
    secret: str | None = None


class ContactAnswer(BaseModel):
    """An address; `failing_since`: nothing gets through just now; `dead_at`: nothing ever will, add it anew."""

    id: UUID
    channel: str
    address: str
    language: Language
    glucose_unit: Unit
    reveals: bool
    verified_at: datetime | None
    failing_since: datetime | None
    dead_at: datetime | None


class ContactsAnswer(BaseModel):
    """All of them, and the channels that the operator has opened."""

    contacts: list[ContactAnswer]
    channels: list[str]
    push_key: str | None


class CodeBody(_Body):
    """What was sent to the address."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class HoursBody(_Body):
    """From and until when, by the clock of that zone."""

    since: Clock
    until: Clock
    time_zone: Zone


class QuietBody(_Body):
    """Null for none."""

    quiet_hours: HoursBody | None


class Done(BaseModel):
    """It is settled."""

    done: bool = True


@router.get("/contacts")
def get_contacts(hub: TheHub, actor: Anyone) -> ContactsAnswer:
    """One's own addresses."""
    with hub.reading(actor) as connection:
        own = contacts_of(connection)
    return ContactsAnswer(
        contacts=[ContactAnswer(**asdict(each)) for each in own],
        channels=open_channels(hub),
        push_key=None if hub.means.vapid is None else public_key(hub.means.vapid),
    )


@router.post("/contacts", status_code=201)
def add_contact(body: ContactBody, hub: TheHub, actor: Anyone) -> AddedAnswer:
    """Add an address; a code is sent there, to be sent back to `/verify`."""
    added = add_address(hub, actor, body.channel, body.address, body.manner())
    return AddedAnswer(id=added.id, verified=added.verified, secret=added.secret)


@router.put("/contacts/{contact}")
def change_contact(contact: UUID, body: MannerBody, hub: TheHub, actor: Anyone) -> Done:
    """Be told there in another language or unit, or with values or without."""
    with hub.registering() as connection:
        Desk(connection).change(actor.account, contact, body.manner())
    return Done()


@router.delete("/contacts/{contact}")
def remove_contact(contact: UUID, hub: TheHub, actor: Anyone) -> Done:
    """Be told nothing there any more."""
    with hub.registering() as connection:
        Desk(connection).remove(actor.account, contact)
    return Done()


@router.post("/contacts/{contact}/verify")
def verify_contact(contact: UUID, body: CodeBody, hub: TheHub, actor: Anyone) -> Done:
    """Confirm an address with the code that was sent there; after five tries or an hour, add it again."""
    with hub.registering() as connection:
        right = Desk(connection).verify(actor.account, contact, body.code)
    if not right:
        raise RecordError("that is not the code, or it holds no longer; add the address again for another")
    return Done()


@router.get("/quiet-hours")
def get_quiet_hours(hub: TheHub, actor: Anyone) -> QuietBody:
    """When one is not to be woken by what is not urgent."""
    with hub.reading(actor) as connection:
        row = connection.execute("SELECT since, until, time_zone FROM quiet_hours").fetchone()
    return QuietBody(quiet_hours=None if row is None else HoursBody(since=row[0], until=row[1], time_zone=row[2]))


@router.put("/quiet-hours")
def be_quiet(body: QuietBody, hub: TheHub, actor: Anyone) -> Done:
    """Settle them; what is urgent is told at any hour."""
    asked = body.quiet_hours
    hours = None if asked is None else (asked.since, asked.until, ZoneInfo(asked.time_zone))
    with hub.registering() as connection:
        Desk(connection).be_quiet(actor.account, hours)
    return Done()
