"""What attribution is told: weighings, and which of them a person has confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Weighing:
    """Somebody on a shared scale: `at` aware, `kg`, `impedance` in ohm, `minute_of_day` 0-1439 of the home's clock.

    `hint` is the scale's own user index or name, with the scale it came from: "1" of two scales is two users.
    """

    at: datetime
    kg: float
    impedance: float | None
    minute_of_day: int
    hint: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household who uses its scale, and the weighings known to be theirs.

    Known: confirmed by a person, or from a device that is theirs alone. A weighing given by `decide` is not known, and
    belongs here only once somebody has confirmed it.
    """

    person: int
    confirmed: Sequence[Weighing]
