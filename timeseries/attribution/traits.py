"""Evidence beside the weight: impedance, time of day, the scale's own idea.

Each is a log ratio to somebody else's chance of the same, 0 where it says nothing, and bounded: none of them outweighs
a weight that does not fit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, pi, sqrt

from timeseries.attribution.student import log_density

LEAST = 3
"""Confirmed values before a trait says anything. [own rule]"""

OHM_SD = 15.0
OHM_PRIOR_WEIGHT = 4.0
"""Impedance: a person's prior SD from one weighing to the next, and the values that prior is worth. [own rule]"""

OHM_RANGE = 800.0
"""Somebody else's impedance lies anywhere in so many ohm. [own rule]"""

OHM_BOUND = log(10)
MINUTES_A_DAY = 1440
HABIT_MINUTES = 60.0
"""Width of a habit around each confirmed time of day. [own rule]"""

IRREGULAR = 0.5
"""Share of weighings at any time of day whatever the habit: week-ends, illness. [own rule]"""

HINT_BOUND = log(3)
"""A hint multiplies one member's chance by 3 and divides another's by 3 at most. [own rule]"""


@dataclass(frozen=True, slots=True)
class Impedance:
    """A member's confirmed impedances, ohm."""

    mean: float
    scale: float
    freedom: float

    def log_ratio(self, ohm: float) -> float:
        """How much better the member explains this impedance than somebody else does."""
        ratio = log_density(ohm - self.mean, self.scale, self.freedom) + log(OHM_RANGE)
        return min(max(ratio, -OHM_BOUND), OHM_BOUND)


def impedance(ohms: Sequence[float]) -> Impedance | None:
    """What is expected of the next value, `ohms` (n,); None of fewer than LEAST."""
    n = len(ohms)
    if n < LEAST:
        return None
    mean = sum(ohms) / n
    freedom = OHM_PRIOR_WEIGHT + n - 1
    variance = (OHM_PRIOR_WEIGHT * OHM_SD**2 + sum((ohm - mean) ** 2 for ohm in ohms)) / freedom
    return Impedance(mean, sqrt(variance * (1 + 1 / n)), freedom)


def habit_log_ratio(minutes: Sequence[int], minute: int) -> float:
    """How much better these confirmed minutes of the day (n,) explain this one than any time of day does."""
    if len(minutes) < LEAST:
        return 0.0
    peak = MINUTES_A_DAY / (HABIT_MINUTES * sqrt(2 * pi))
    habit = sum(peak * exp(-((_apart(own, minute) / HABIT_MINUTES) ** 2) / 2) for own in minutes) / len(minutes)
    return log(IRREGULAR + (1 - IRREGULAR) * habit)


def _apart(one: int, other: int) -> int:
    """Minutes between two times of day, the short way round."""
    ahead = (one - other) % MINUTES_A_DAY
    return min(ahead, MINUTES_A_DAY - ahead)


Hints = tuple[tuple[str, int], ...]
"""How often each hint came with a member's confirmed weighings."""


def count_hints(hints: Sequence[str | None]) -> Hints:
    """The hints of a member's confirmed weighings, counted."""
    return tuple(sorted(Counter(hint for hint in hints if hint is not None).items()))


def hint_log_ratios(members: Sequence[Hints], hint: str | None) -> list[float]:
    """For each member, how much better they explain this hint than chance; all 0 until it is known to the household.

    Learnt from confirmations as any other trait, with one imagined confirmation of every hint (Laplace).
    """
    counts = [dict(hints) for hints in members]
    if hint is None or sum(count.get(hint, 0) for count in counts) < LEAST:
        return [0.0] * len(members)
    kinds = len({hint}.union(*counts))
    shares = [(count.get(hint, 0) + 1) / (sum(count.values()) + kinds) for count in counts]
    return [min(max(log(share * kinds), -HINT_BOUND), HINT_BOUND) for share in shares]


def hinted(members: Sequence[Hints], hint: str | None) -> int | None:
    """The place of the member this hint is mapped to: LEAST confirmed weighings with it or more, and 4 in 5 of them."""
    if hint is None or not members:
        return None
    counts = [dict(hints).get(hint, 0) for hints in members]
    most = max(counts)
    return counts.index(most) if most >= LEAST and most * 5 >= sum(counts) * 4 else None
