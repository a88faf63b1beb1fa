"""Households made by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from timeseries.attribution import Member, Weighing

MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
ANNA, BORIS, CLEO = 1, 2, 3


def weighing(
    day: float, kg: float, impedance: float | None = None, minute: int = 420, hint: str | None = None
) -> Weighing:
    return Weighing(MONDAY + timedelta(days=day), kg, impedance, minute, hint)


def daily(
    kg: Sequence[float], impedance: float | None = None, minute: int = 420, hint: str | None = None
) -> tuple[Weighing, ...]:
    """One weighing a day, alike but for the weight."""
    return tuple(weighing(day, one, impedance, minute, hint) for day, one in enumerate(kg))


def around(kg: float) -> list[float]:
    """A week of ordinary mornings."""
    return [kg + off for off in (0.0, 0.4, -0.3, 0.2, -0.4, 0.3, -0.1)]


def member(person: int, kg: float, **traits: object) -> Member:
    """Somebody with a confirmed week."""
    return Member(person, daily(around(kg), **traits))  # type: ignore[arg-type]
