"""What a person's settings pages share: their frame, the words of kinds, roles and times, days typed into forms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.database import Connection
from hub.errors import Malformed
from hub.quantities import FAMILIES, Kind
from ingest_api.pages.visitor import Guest, Visitor
from ingest_api.whose import Whose

PAGES = ("sharing", "hidden", "access-log", "devices", "import", "leave")

GROUPS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "glucose": (*FAMILIES["glucose"], Kind.HBA1C, Kind.KETONES),
        "weight": (
            Kind.WEIGHT, Kind.HEIGHT, Kind.BODY_FAT, Kind.BODY_WATER, Kind.MUSCLE_MASS, Kind.MUSCLE_PERCENT,
            Kind.BONE_MASS, Kind.IMPEDANCE,
        ),
        "heart": (*FAMILIES["blood_pressure"], Kind.HEART_RATE, Kind.SPO2),
        "other": (Kind.TEMPERATURE, Kind.STEPS),
    }
)  # fmt: skip
"""Kinds as people think of them: every kind is in one group."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page; `current` is the one it is on."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a form."""

    value: str
    label: str
    chosen: bool = False


def frame(visitor: Visitor, connection: Connection, whose: Whose, person: UUID, page: str) -> dict[str, Any]:
    """What templates/settings.html needs: whose record it is, and the ways to its other pages."""
    words = visitor.words("settings")
    row = connection.execute("SELECT given, family FROM person WHERE number = %s", (whose.number,)).fetchone()
    name = " ".join(row or ())
    return {
        "whose": name if visitor.own == person else words.say("record_of", name=name),
        "back": Link(words["back"], f"/people/{person}", current=False),
        "nav": [Link(words["nav"][each], f"/people/{person}/{each}", each == page) for each in PAGES],
        "nav_label": words["nav_label"],
        "problem": None,
    }


def kinds_told(visitor: Guest, kinds: Iterable[Kind] | None) -> str:
    """Kinds in words: whole groups by their names, other kinds by their own; None is everything."""
    words = visitor.words("settings")
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


def group_choices(visitor: Guest) -> list[Choice]:
    """The groups, to choose from."""
    return [Choice(group, visitor.words("settings")["group"][group]) for group in GROUPS]


def day_told(visitor: Guest, at: datetime, zone: ZoneInfo) -> str:
    """The day, by the person's clock."""
    return visitor.numbers.long_day(at.astimezone(zone).date())


def moment_told(visitor: Guest, at: datetime, zone: ZoneInfo) -> str:
    """Day and minute, by the person's clock."""
    return visitor.numbers.moment(at.astimezone(zone))


def span_told(visitor: Guest, since: datetime | None, until: datetime | None, zone: ZoneInfo) -> str:
    """From when until when, the last day or minute included; either may be open."""
    words = visitor.words("settings")
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


def ago_told(visitor: Guest, ago: timedelta) -> str:
    """How long ago, in the largest unit that fits."""
    words = visitor.words("settings")
    minutes = int(ago.total_seconds() // 60)
    if minutes < 1:
        return str(words["just_now"])
    unit, length = next(each for each in _LENGTHS if minutes >= 2 * each[1] or each[1] == 1)
    return words.count(f"ago.{unit}", minutes // length)


_LENGTHS = (("days", 1440), ("hours", 60), ("minutes", 1))
