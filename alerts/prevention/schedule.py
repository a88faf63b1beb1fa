"""What a schedule says: entries as data, read from the TOML files of `schedules/` and checked as they are read."""

import json
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from alerts.prevention.conditions import Condition
from alerts.prevention.words import Words
from hub.errors import SettingsError
from hub.records import Sex

_SHAPE = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_FOLDER = Path(__file__).parent / "schedules"

Months = Annotated[int, Field(ge=1, le=1200)]
Age = Annotated[int, Field(ge=0, le=130)]


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Who:
    """Whom an entry concerns: all that is set must hold. Ages in whole years, both included; BMI in kg/m².

    `any_of`: at least one of these conditions; `all_of`, `none_of`: all, none of them. `bmi_from`: at least this much.
    """

    from_age: Age | None = None
    to_age: Age | None = None
    sex: Literal[Sex.FEMALE, Sex.MALE] | None = None
    any_of: tuple[Condition, ...] = ()
    all_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = ()
    bmi_from: float | None = None
    bmi_over: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for ages the wrong way round."""
        if self.from_age is not None and self.to_age is not None and self.from_age > self.to_age:
            raise ValueError("from_age must not be above to_age")


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of every year; not 29 February."""

    month: int
    day: int

    def __post_init__(self) -> None:
        """Raises ValueError for a day that not every year has."""
        date(2001, self.month, self.day)

    def of(self, year: int) -> date:
        """That day in one year."""
        return date(year, self.month, self.day)


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Once:
    """Once in a lifetime, in so many doses; a day counts as a dose only so many days after the last counted."""

    kind: Literal["once"]
    doses: Annotated[int, Field(ge=1, le=5)] = 1
    months_apart: int = 0
    least_days: int = 0
    ask_again_months: Months = 12


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class InWindow:
    """Once between the two ages of `who`."""

    kind: Literal["window"]


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class FixedAges:
    """At these ages, then every so many years; what was done at most `early_months` before an age stands for it."""

    kind: Literal["ages"]
    ages: Annotated[tuple[Age, ...], Field(min_length=1)]
    then_every_years: Annotated[int, Field(ge=1)] | None = None
    early_months: int = 0


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Every:
    """Again so many months after the first time, the second, …; the last number holds from then on.

    `after`: months to wait after the latest of another entry. `least_days`: a sooner one does not count as the next.
    """

    kind: Literal["every"]
    months: Annotated[tuple[Months, ...], Field(min_length=1)]
    after: dict[str, Months] = field(default_factory=dict)
    least_days: int = 0


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Season:
    """Once a season, its last day included; what was done at most `early_months` before it stands for it."""

    kind: Literal["season"]
    begins: YearDay
    ends: YearDay
    early_months: int = 0
    after: dict[str, Months] = field(default_factory=dict)


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Weeks:
    """Once a pregnancy, from the first to the second week since the last period began, the first day of it included."""

    kind: Literal["weeks"]
    from_week: Annotated[int, Field(ge=0, le=42)]
    to_week: Annotated[int, Field(ge=0, le=42)]
    begins: YearDay | None = None
    ends: YearDay | None = None


How = Annotated[Once | InWindow | FixedAges | Every | Season | Weeks, Field(discriminator="kind")]


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do. `who`: any of these; `read`: when the source was; `recheck`: what is to be checked first."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    reason: Words
    who: Annotated[tuple[Who, ...], Field(min_length=1)]
    how: How
    source: Words
    read: date
    recheck: Words | None = None
    soon_days: Annotated[int, Field(ge=1, le=366)] = 60


@with_config(_SHAPE)
@dataclass(frozen=True, slots=True)
class Schedule:
    """The entries of one topic."""

    topic: str
    title: Words
    entry: tuple[Entry, ...]


_FILE = TypeAdapter(Schedule)


def read_schedule(name: str, toml: str) -> Schedule:
    """A schedule from its text; raises SettingsError saying where it is wrong."""
    try:
        return _FILE.validate_json(json.dumps(tomllib.loads(toml), default=str))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{name}: {where}: {first['msg']}; see docs/prevention.md") from None


@cache
def schedules() -> tuple[Schedule, ...]:
    """Every schedule Vigie comes with, by file name; raises SettingsError."""
    found = tuple(read_schedule(path.name, path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml")))
    check(found)
    return found


def check(found: tuple[Schedule, ...]) -> None:
    """Raises SettingsError if an id stands twice, or an entry waits for one that is not there."""
    ids = Counter(entry.id for schedule in found for entry in schedule.entry)
    if twice := [id_ for id_, times in ids.items() if times > 1]:
        raise SettingsError(f"give these entries of the schedules an id of their own: {', '.join(twice)}")
    waits = [entry.how for schedule in found for entry in schedule.entry if isinstance(entry.how, Every | Season)]
    if lost := {other for how in waits for other in how.after} - set(ids):
        raise SettingsError(f"no entry of the schedules is called {', '.join(sorted(lost))}")
