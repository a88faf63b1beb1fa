"""The glucose somebody has now, in words: what a page prints large, and what a stream event replaces.

A number that is no longer true must look so (Nightscout: a warning after 15 minutes, urgent and struck through after
30): then its arrow and its range are not told any more, since nobody knows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np

from hub.measurements import Condition
from hub.quantities import Kind, Unit
from ingest_api.latest import FRESH
from ingest_api.pages.charts.telling import Telling, Zone
from ingest_api.pages.views.ages import ago, moment
from ingest_api.pages.visitor import Guest
from timeseries.glucose.bounds import Bound, Levels, levels
from timeseries.glucose.rate import Arrow
from timeseries.glucose.targets import profile_of
from timeseries.store import Found

SILENT = timedelta(minutes=30)
"""After so long a number is struck through (Nightscout's urgent warning)."""

_LOW = frozenset({"very-low", "low"})
_GLYPHS: Mapping[Arrow, str] = MappingProxyType(
    {
        Arrow.DOUBLE_UP: "⇈",
        Arrow.SINGLE_UP: "↑",
        Arrow.FORTY_FIVE_UP: "↗",
        Arrow.FLAT: "→",
        Arrow.FORTY_FIVE_DOWN: "↘",
        Arrow.SINGLE_DOWN: "↓",
        Arrow.DOUBLE_DOWN: "⇊",
    }
)


class Age(StrEnum):
    """How far a number can still be believed."""

    FRESH = "fresh"
    OLD = "old"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Now:
    """Everything that is displayed of it. `zone` and `age` are classes; `taken_at` is for browsers, UTC."""

    value: str
    unit: str
    arrow: str
    arrow_word: str
    status: str
    source: str
    zone: str
    age: Age
    ago: str
    at: str
    taken_at: str


def telling_of(visitor: Guest, conditions: tuple[str, ...]) -> Telling:
    """How glucose is told to that visitor, against the goals of whose it is."""
    return Telling(visitor.glucose_unit, profile_of(conditions), visitor.numbers)


def now_of(found: Found, arrow: Arrow | None, telling: Telling, visitor: Guest, zone: ZoneInfo, now: datetime) -> Now:
    """That reading, as it is told at this moment."""
    words, age = visitor.words("person"), age_of(found.taken_at, now)
    arrow = None if age is Age.SILENT else arrow
    lies = zone_of(found, telling)
    return Now(
        value=value_of(found, telling),
        unit=str(telling.unit),
        arrow="" if arrow is None else _GLYPHS[arrow],
        arrow_word="" if arrow is None else words.say(f"arrow.{arrow}"),
        status=words.say("silent") if age is Age.SILENT else words.say(f"status.{lies.name}"),
        source=words.say("source.sensor" if found.kind is Kind.GLUCOSE_INTERSTITIAL else "source.meter"),
        zone="" if age is Age.SILENT else lies.name,
        age=age,
        ago=ago(visitor, found.taken_at, now),
        at=_at(found.taken_at, telling, zone, now),
        taken_at=moment(found.taken_at),
    )


def age_of(taken_at: datetime, now: datetime) -> Age:
    """How far it can be believed at this moment."""
    if now - taken_at > SILENT:
        return Age.SILENT
    return Age.OLD if now - taken_at > FRESH else Age.FRESH


def zone_of(found: Found, telling: Telling) -> Zone:
    """The range it lies in, judged in its own device's unit; beyond the device's range, the outermost."""
    if found.condition is Condition.BELOW_RANGE:
        return telling.zones[0]
    if found.condition is Condition.ABOVE_RANGE:
        return telling.zones[-1]
    assert found.value is not None  # noqa: S101 - without a condition there is a number
    level = levels(np.array([found.value]), np.array([found.raw.unit is Unit.MMOL_L]))
    return next(zone for zone in telling.zones if zone.below is None or _within(level, zone, zone.below))


def _within(level: Levels, zone: Zone, top: Bound) -> bool:
    """True if it does not lie over the range; the target holds both its bounds (Battelino 2019)."""
    return bool((level.below(top) if zone.name in _LOW else ~level.above(top))[0])


def value_of(found: Found, telling: Telling) -> str:
    """The number as the device said it if that is in the unit; LO or HI beyond what it can measure."""
    words = telling.words
    if found.condition is not None:
        return words.below_sensor if found.condition is Condition.BELOW_RANGE else words.above_sensor
    assert found.value is not None  # noqa: S101 - without a condition there is a number
    return telling.text(found.raw.value if found.raw.unit is telling.unit else telling.in_unit(found.value))


def _at(taken_at: datetime, telling: Telling, zone: ZoneInfo, now: datetime) -> str:
    """By the person's clock; with its day unless that is today."""
    local = taken_at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else telling.words.moment(local)
