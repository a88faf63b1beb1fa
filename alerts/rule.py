"""The seam every rule fits: what is known at an instant goes in, findings come out.

A new rule is one file in `alerts/rules/` with a module-level `RULE`; it is found by being there. Rules are pure: no
clock, no database, no memory of their own. What they said before is the lifecycle's business.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from zoneinfo import ZoneInfo

from alerts import rules as folder
from alerts.forecast.foresight import Foresight
from alerts.thresholds import Thresholds
from hub.measurements import Condition
from hub.quantities import Kind
from timeseries.glucose.bounds import Bound, Levels
from timeseries.glucose.series import Series
from timeseries.glucose.tally import Tally
from timeseries.glucose.targets import Profile

LIVE = timedelta(minutes=20)
"""How old glucose may be and still ring: as long as its sensor counts as heard (Dexcom's signal loss, 20 minutes)."""

LIVE_WEIGHT = timedelta(hours=48)
"""How old a weighing may be and still be news: water comes within days (ESC: 2 kg in 3 days). [own rule]"""

ALWAYS = timedelta(days=3650)
"""What is missing never grows too old to be told."""


class Level(StrEnum):
    """How much it presses, the most pressing first."""

    URGENT = "urgent"
    WARNING = "warning"
    NOTICE = "notice"

    def worse_than(self, other: "Level") -> bool:
        """True if this presses more."""
        return _RANK[self] < _RANK[other]


_RANK = {level: n for n, level in enumerate(Level)}


class Ended(StrEnum):
    """Why something no longer holds: it is over, or nothing was heard any more and nobody can tell."""

    BACK = "back"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a reason, by name, with its unit."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Because:
    """Why: a key that text is made from in any language, and its numbers, which text may leave out."""

    key: str
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reading that decided it: its device's number, and when it was taken."""

    device: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an open alert rings again, until somebody acknowledges it and after; None for never.

    Urgent 5 minutes, then 30: Dexcom G5 guide p. 208. Low 30, high 60: clinical reference, proposed for the hub.
    """

    until_acknowledged: timedelta | None = None
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that holds, or held until `until`.

    `since` is when it began, `last` the newest that shows it; it rings only while `last` is not older than `live`.
    `held` is false while it has not lasted long enough to be told.
    """

    rule: str
    level: Level
    since: datetime
    last: datetime
    because: Because
    evidence: tuple[Evidence, ...] = ()
    until: datetime | None = None
    ended: Ended | None = None
    held: bool = True
    live: timedelta = LIVE
    pace: Pace = Pace()


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules may know of the person; no name, no number."""

    zone: ZoneInfo
    birth_date: date
    height_cm: float | None = None
    profile: Profile = Profile.ADULT


class Source(StrEnum):
    """Whose last sign of life explains a silence: their own gateway, any gateway, others on the scale they share."""

    GATEWAY = "gateway"
    ANY_GATEWAY = "any_gateway"
    SHARED_SCALE = "shared_scale"


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one device said of one kind of glucose, as known at the instant; each device is judged by itself.

    `levels` are the series' own, in its sensor's unit; `step` the usual one, minutes.
    """

    device: int
    kind: Kind
    series: Series
    levels: Levels
    step: int | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """One weighing as stored, kg; `attribution` as timeseries.household has it: 1 is given, by nobody confirmed."""

    taken_at: datetime
    received_at: datetime
    value: float | None
    device: int
    key: bytes
    attribution: int | None = None
    condition: Condition | None = None
    kind: Kind = Kind.WEIGHT


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """All that is known of a person at an instant.

    `traces` reach back a day (or as far as was asked); `newest` is when the newest sensor reading was taken of those
    that came within a day, `arrived` when the last one of any age came; `weighings` reach back 200 days; `tallies`
    gives the last whole local days; `foresight` is what of the forecast was in force, None before any was.
    """

    now: datetime
    subject: Subject
    thresholds: Thresholds
    traces: tuple[Trace, ...]
    newest: datetime | None
    arrived: datetime | None
    weighings: tuple[Weighed, ...]
    heard: Mapping[Source, datetime]
    tallies: Callable[[], Mapping[date, Tally]]
    foresight: Foresight | None = None


class Looks(StrEnum):
    """When a rule is looked at: at each glucose reading; at each weighing and once a day; once a day."""

    GLUCOSE = "glucose"
    WEIGHT = "weight"
    DAY = "day"


ANY = Bound(0, 0), Bound(1e9, 1e9)
"""Under the one is no glucose, over the other neither."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Sensor readings of which a rule that finds nothing going on finds nothing still (alerts.calm).

    Neither under `least` nor over `most`, in the sensor's own unit; each taken less than `fresh` before anybody looks,
    and by `latest`; and none from which `sight` expects glucose under `low`.
    """

    least: Bound = ANY[0]
    most: Bound = ANY[1]
    fresh: timedelta = timedelta(days=1)
    sight: Foresight | None = None
    low: Bound = ANY[0]
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it finds, oldest first, and (`wake`) when to look again though nothing comes.

    `quiet`: which readings need not be looked at while nothing goes on; `stays`: which leave what goes on as it is.
    None, if every one must be looked at.
    """

    name: str
    about: str
    looks: Looks
    find: Callable[[Known], tuple[Finding, ...]]
    wake: Callable[[Known], datetime | None] = lambda _: None
    quiet: Callable[[Known], Quiet | None] = lambda _: None
    stays: Callable[[Known, Finding], Quiet | None] = lambda _, __: None


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule in the folder, by name."""
    return tuple(sorted(_load(), key=lambda rule: rule.name))


def _load() -> Iterator[Rule]:
    for module in iter_modules(folder.__path__, f"{folder.__name__}."):
        loaded = import_module(module.name)
        if not isinstance(getattr(loaded, "RULE", None), Rule):
            raise TypeError(f"{module.name} must name its Rule RULE")
        yield loaded.RULE
