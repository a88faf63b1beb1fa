"""From nothing to a first person, a device, a reading: what is done, what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ValidationError

from hub.records import DeviceKind, Sex
from ingest_api.pages.forms import number_in
from ingest_api.pages.views.ages import ago
from ingest_api.pages.visitor import Guest

CONDITIONS = ("type 1 diabetes", "type 2 diabetes", "pregnancy", "older or high-risk", "heart failure")
"""Those that change goals, rules or schedules most; others are written over the API."""

_FIELD = "condition-"


class Step(StrEnum):
    """Where somebody stands."""

    PERSON = "person"
    DEVICE = "device"
    READING = "reading"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Newest:
    """The person being set up: their devices' addresses, and when their last reading was taken."""

    id: UUID
    given: str
    family: str
    devices: tuple[str, ...]
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Option:
    """One of what can be chosen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The page. `errors` says of a field what is wrong, by its name."""

    step: Step
    id: UUID | None
    name: str
    devices: str
    last: str
    sexes: tuple[Option, ...]
    conditions: tuple[Option, ...]
    kinds: tuple[Option, ...]


def first_run_of(newest: Newest | None, visitor: Guest, now: datetime) -> FirstRun:
    """What is done and what comes next."""
    words = visitor.words("first-run")
    return FirstRun(
        step=step_of(newest),
        id=None if newest is None else newest.id,
        name="" if newest is None else f"{newest.given} {newest.family}",
        devices="" if newest is None else ", ".join(newest.devices),
        last="" if newest is None or newest.last is None else words.say("arrived", ago=ago(visitor, newest.last, now)),
        sexes=tuple(Option(sex, words.say(f"sexes.{sex}")) for sex in Sex),
        conditions=tuple(Option(name, words.say(f"conditions.{name.replace(' ', '-')}")) for name in CONDITIONS),
        kinds=tuple(Option(kind, words.say(f"kinds.{kind}")) for kind in DeviceKind),
    )


def step_of(newest: Newest | None) -> Step:
    """What comes next."""
    if newest is None:
        return Step.PERSON
    if not newest.devices:
        return Step.DEVICE
    return Step.READING if newest.last is None else Step.DONE


def person_said(form: Mapping[str, str]) -> dict[str, object]:
    """A form's fields as the API's body for a new person has them."""
    said: dict[str, object] = {
        name: form.get(name, "").strip() for name in ("given", "family", "birth_date", "sex", "time_zone")
    }
    height = form.get("height_cm", "").strip().replace(",", ".")
    return said | {
        "conditions": tuple(value for name, value in form.items() if name.startswith(_FIELD)),
        "height_cm": number_in(height) if height else None,
    }


def wrong(error: ValidationError) -> Sequence[str]:
    """Names of the fields that cannot be used; never what was entered."""
    return sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]})


def day_said(form: Mapping[str, str]) -> date | None:
    """Since when a device is theirs; None if that is no day."""
    try:
        return date.fromisoformat(form.get("since", ""))
    except ValueError:
        return None
