"""What a person's settings pages share: their frame, the words of kinds, roles and times, days typed into forms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import Malformed
from hub.measurements import Condition
from hub.quantities import FAMILIES, GLUCOSE_KINDS, KINDS, Kind, Unit, from_canonical
from ingest_api.holdings import Held
from ingest_api.opened import Opened
from ingest_api.pages.head import head_of
from ingest_api.pages.visitor import Guest, Visitor
from timeseries.store import Found

GROUPS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "glucose": (*FAMILIES["glucose"], Kind.HBA1C, Kind.KETONES),
        "weight": (
            Kind.WEIGHT, Kind.BODY_FAT, Kind.BODY_WATER, Kind.MUSCLE_MASS, Kind.MUSCLE_PERCENT,
            Kind.BONE_MASS, Kind.IMPEDANCE,
        ),
        "heart": (*FAMILIES["blood_pressure"], Kind.HEART_RATE, Kind.SPO2),
        "other": (Kind.HEIGHT, Kind.TEMPERATURE, Kind.STEPS),
    }
)  # fmt: skip
"""Kinds as people think of them: every kind is in one group."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a form."""

    value: str
    label: str
    chosen: bool = False


def frame(visitor: Visitor, record: Opened) -> dict[str, Any]:
    """What templates/settings.html needs of an opened record; no problem to tell of yet."""
    return {"head": head_of(record, visitor), "problem": None}


def kinds_told(visitor: Guest, kinds: Iterable[Kind] | None) -> str:
    """Kinds in words: whole groups by their names, other kinds by their own; None is everything."""
    words = visitor.words("settling")
    if kinds is None:
        return str(words["every_kind"])
    wanted = set(kinds)
    told: list[str] = []
    for group, members in GROUPS.items():
        if wanted.issuperset(members):
            told.append(words["group"][group])
        else:
            told += [words["kind"][kind] for kind in members if kind in wanted]
    return ", ".join(told)


def device_name(visitor: Guest, each: Held) -> str:
    """What it is, and its model, where that is known."""
    kind = str(visitor.words("settling")["device"][each.kind])
    return kind if each.model is None else f"{kind} {each.model}"


def group_choices(visitor: Guest) -> list[Choice]:
    """The groups, to choose from."""
    return [Choice(group, visitor.words("settling")["group"][group]) for group in GROUPS]


def day_told(visitor: Guest, at: datetime, zone: ZoneInfo) -> str:
    """The day, by the person's clock."""
    return visitor.numbers.long_day(at.astimezone(zone).date())


def moment_told(visitor: Guest, at: datetime, zone: ZoneInfo) -> str:
    """Day and minute, by the person's clock."""
    return visitor.numbers.moment(at.astimezone(zone))


def span_told(visitor: Guest, since: datetime | None, until: datetime | None, zone: ZoneInfo) -> str:
    """From when until when, the last day or minute included; either may be open."""
    words = visitor.words("settling")
    begin = None if since is None else _edge_told(visitor, since, zone, timedelta(0))
    end = None if until is None else _edge_told(visitor, until, zone, timedelta(minutes=1))
    if begin is None:
        return words.say("until", end=end) if end is not None else str(words["always"])
    return words.say("since", begin=begin) if end is None else words.say("between", begin=begin, end=end)


def _edge_told(visitor: Guest, at: datetime, zone: ZoneInfo, before: timedelta) -> str:
    """A midnight is told as the day alone: as the day before where a span ends in it."""
    local = at.astimezone(zone)
    if (local.hour, local.minute) == (0, 0):
        return day_told(visitor, at - before, zone)
    return moment_told(visitor, at, zone)


def typed_name(form: Mapping[str, str], field: str) -> str:
    """A name as it was typed; empty, which is nobody's, for what no name can be."""
    name = form.get(field, "").strip()
    return name if name.isprintable() and len(name) <= 200 else ""


def first_moment(written: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day, or the minute, as a form's field says it; None if it is empty. Raises Malformed."""
    return _moment(written, zone, timedelta(0))


def end_of(written: str, zone: ZoneInfo) -> datetime | None:
    """The end of a day, or the minute, as a form's field says it; None if it is empty. Raises Malformed."""
    return _moment(written, zone, timedelta(days=1))


def _moment(written: str, zone: ZoneInfo, further: timedelta) -> datetime | None:
    if not written.strip():
        return None
    try:
        if "T" in written:
            local = datetime.fromisoformat(written.strip())
        else:
            local = datetime.combine(date.fromisoformat(written.strip()) + further, time())
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("a day is written as 2026-11-22") from None


def value_told(visitor: Guest, found: Found) -> str:
    """A reading's number and unit, as its device said it where the unit is the visitor's; LO or HI beyond its range."""
    facts, numbers = KINDS[found.kind], visitor.numbers
    unit = visitor.glucose_unit if visitor.glucose_unit in facts.factors and found.kind in GLUCOSE_KINDS else facts.unit
    if found.condition is not None and found.condition.bounds_only:
        return numbers.below_sensor if found.condition is Condition.BELOW_RANGE else numbers.above_sensor
    if found.value is None:
        return numbers.unknown
    value = found.raw.value if found.raw.unit is unit else from_canonical(found.kind, found.value, unit)
    return measured(visitor, value, unit)


def measured(visitor: Guest, value: float, unit: Unit) -> str:
    """A number with its unit, as precise as devices are."""
    return f"{visitor.numbers.number(value, _DECIMALS.get(unit, 0))} {_SIGNS.get(unit, unit)}"


_DECIMALS: Mapping[Unit, int] = MappingProxyType({Unit.MMOL_L: 1, Unit.KG: 1, Unit.PERCENT: 1, Unit.CELSIUS: 1})
_SIGNS: Mapping[Unit, str] = MappingProxyType({Unit.CELSIUS: "°C", Unit.OHM: "Ω"})
