"""Everybody the visitor may see, a card each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.quantities import Kind
from ingest_api.pages.views.ages import ago
from ingest_api.pages.views.now import Now, now_of, telling_of
from ingest_api.pages.visitor import Guest
from timeseries.glucose.rate import Arrow
from timeseries.store import Found


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person as read: the glucose they have now with its arrow, the newest weighing, how many alerts go on."""

    id: UUID
    given: str
    family: str
    zone: ZoneInfo
    conditions: tuple[str, ...]
    glucose: Found | None
    arrow: Arrow | None
    weight: Found | None
    alerts: int


@dataclass(frozen=True, slots=True)
class Card:
    """The same in words; what is "" or None is left out."""

    id: UUID
    name: str
    now: Now | None
    weight: str
    alerts: str


def card_of(somebody: Somebody, visitor: Guest, now: datetime) -> Card:
    """One person."""
    telling = telling_of(visitor, somebody.conditions)
    glucose = somebody.glucose
    return Card(
        id=somebody.id,
        name=f"{somebody.given} {somebody.family}",
        now=None if glucose is None else now_of(glucose, somebody.arrow, telling, visitor, somebody.zone, now),
        weight=_weight(somebody.weight, visitor, now),
        alerts=visitor.words("people").count("alerts", somebody.alerts) if somebody.alerts else "",
    )


def _weight(found: Found | None, visitor: Guest, now: datetime) -> str:
    if found is None or found.value is None or found.kind is not Kind.WEIGHT:
        return ""
    return visitor.words("people").say(
        "weight", kg=visitor.numbers.number(found.value, 1), ago=ago(visitor, found.taken_at, now)
    )
