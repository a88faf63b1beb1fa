"""The person's record: who there is, which devices they hold, and when."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.errors import RecordError

KEY_BYTES = 16
"""Length of the bind key of a device that encrypts what it advertises (AES-128: BTHome 2, MiBeacon 4 and 5)."""


GATEWAY_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""How a gateway may be called: its name stands in topics as itself."""


class Sex(StrEnum):
    """Administrative sex, as FHIR names it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class DeviceKind(StrEnum):
    """What a device is; it decides what a plain "glucose" from it means."""

    CGM = "cgm"
    METER = "meter"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What it takes to open a record."""

    given: str
    family: str
    birth_date: date
    sex: Sex
    zone: ZoneInfo
    conditions: tuple[str, ...] = ()
    height_cm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(PersonDraft):
    """Somebody with a record. `number` is internal, `id` is what the outside sees."""

    number: int
    id: UUID


@dataclass(frozen=True, slots=True)
class DeviceDraft:
    """What it takes to register a device; `gateway`, if set, is the only gateway that may speak for it."""

    address: str
    kind: DeviceKind
    model: str | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(DeviceDraft):
    """Something that measures, known by its address. `number` is internal, `id` is what the outside sees."""

    number: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose a device is, from `since` up to but not including `until`: a person's, or a household's.

    `shared` is true when the holder, or a household of theirs, has another device of the same kind in that time.
    """

    since: datetime
    until: datetime | None
    zone: ZoneInfo
    person: int | None = None
    household: int | None = None
    shared: bool = False

    def covers(self, moment: datetime) -> bool:
        """True if the device was theirs at that moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class HeldDevice:
    """A device with all its holdings over time, as tie needs it; a person's come before a household's."""

    device: Device
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A device given to a person for a time."""

    id: UUID
    device: UUID
    person: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Household:
    """People who share devices: what those measure waits in the household's inbox until it is clear whose it is."""

    id: UUID
    name: str
    members: tuple[UUID, ...]
    devices: tuple[UUID, ...]


def normal_address(text: str) -> str:
    """One spelling for an address: a MAC as AA:BB:CC:DD:EE:FF, anything else trimmed; raises RecordError."""
    trimmed = text.strip()
    if not trimmed or len(trimmed) > 120 or not trimmed.isprintable():
        raise RecordError("a device's address must be 1 to 120 printable characters: its MAC or serial number")
    digits = trimmed.replace(":", "").replace("-", "").upper()
    if len(digits) == 12 and all(c in "0123456789ABCDEF" for c in digits):
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
    return trimmed
