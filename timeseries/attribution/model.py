"""What a household's confirmed weighings say of each member; nothing else is learnt from.

A pure function of the confirmed set: order and repetition do not matter, and a wrong confirmation moved to the right
person leaves no trace.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from timeseries.attribution.level import Track, track
from timeseries.attribution.traits import Hints, Impedance, count_hints, impedance
from timeseries.attribution.weighing import Member, Weighing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ENROLMENT = 3
"""Confirmed weighings a member needs before the household's weighings are given without asking."""

HABIT_MEMORY = 60
"""How many of the latest confirmed weighings make a habit of time of day: habits change."""

SETTLED = 20
"""Confirmed weighings of a household after which a member who has none is taken not to use its scale; they stay a
candidate. Else one such member would have everybody asked for ever. [own rule]"""


@dataclass(frozen=True, slots=True)
class Known:
    """One member as their confirmed weighings show them."""

    person: int
    confirmed: int
    track: Track | None
    impedance: Impedance | None
    minutes: tuple[int, ...]
    hints: Hints

    @property
    def enrolled(self) -> bool:
        """True once enough is confirmed to give this member anything."""
        return self.confirmed >= ENROLMENT


@dataclass(frozen=True, slots=True)
class Model:
    """The members, by person."""

    members: tuple[Known, ...]

    @property
    def enrolled(self) -> bool:
        """True once every member who uses the scale is: until then it may be somebody the model has hardly seen."""
        settled = sum(member.confirmed for member in self.members) >= SETTLED
        return all(member.enrolled or (settled and not member.confirmed) for member in self.members)

    @property
    def hints(self) -> list[Hints]:
        """The members' hints, in their order."""
        return [member.hints for member in self.members]


def model_of(members: Iterable[Member]) -> Model:
    """The model of a household from its members' confirmed weighings."""
    return Model(tuple(known(member) for member in sorted(members, key=lambda member: member.person)))


def day_of(at: datetime) -> float:
    """Days since 1970 UTC."""
    return (at - EPOCH) / timedelta(days=1)


def known(member: Member) -> Known:
    """One member's part of the model."""
    weighings = _in_order(member.confirmed)
    return Known(
        person=member.person,
        confirmed=len(weighings),
        track=track([day_of(one.at) for one in weighings], [one.kg for one in weighings]),
        impedance=impedance([one.impedance for one in weighings if one.impedance is not None]),
        minutes=tuple(one.minute_of_day for one in weighings[-HABIT_MEMORY:]),
        hints=count_hints([one.hint for one in weighings]),
    )


def _in_order(confirmed: Sequence[Weighing]) -> list[Weighing]:
    """Each weighing once, by time; the rest of the key only makes the order of equal times always the same."""
    return sorted(
        set(confirmed), key=lambda one: (one.at, one.kg, one.minute_of_day, str(one.impedance), str(one.hint))
    )
