"""Goals for time in ranges, and whether they are met."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from timeseries.glucose.ranges import Ranges


class Profile(StrEnum):
    """Whose goals: most adults with diabetes, older or high-risk people, pregnancy with type 1 diabetes."""

    ADULT = "adult"
    OLDER = "older"
    PREGNANCY = "pregnancy"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of `Ranges` that should be above or below so many percent (strictly)."""

    figure: str
    above: bool
    percent: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A target, what it is held against, percent, and whether it is met."""

    target: Target
    value: float
    met: bool


def _above(figure: str, percent: float) -> Target:
    return Target(figure, True, percent)


def _below(figure: str, percent: float) -> Target:
    return Target(figure, False, percent)


TARGETS: Mapping[Profile, tuple[Target, ...]] = MappingProxyType(
    {
        Profile.ADULT: (_above("tir", 70), _below("tbr", 4), _below("tbr2", 1), _below("tar", 25), _below("tar2", 5)),
        Profile.OLDER: (_above("tir", 50), _below("tbr", 1), _below("tar", 50), _below("tar2", 10)),
        Profile.PREGNANCY: (
            _above("pregnancy", 70),
            _below("below_pregnancy", 4),
            _below("tbr2", 1),
            _below("above_pregnancy", 25),
        ),
    }
)
"""Percent of time. Source: Battelino 2019 (doi:10.2337/dci19-0028), tables 2 and 3; in pregnancy the range is
63-140 mg/dL (3.5-7.8 mmol/L), and the percentages are for type 1 diabetes only: for others none is agreed."""


def goals(of: Ranges, profile: Profile) -> list[Goal]:
    """Each target of the profile, and whether these ranges meet it; exactly the limit does not."""
    return [_judged(target, getattr(of, target.figure)) for target in TARGETS[profile]]


def _judged(target: Target, value: float) -> Goal:
    return Goal(target, value, value > target.percent if target.above else value < target.percent)
