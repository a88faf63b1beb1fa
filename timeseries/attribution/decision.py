"""Who it may have been, and what to do about it: give, ask, or nobody's."""

from dataclasses import dataclass
from math import exp, inf, log

from timeseries.attribution.level import Track
from timeseries.attribution.model import Known, Model, day_of
from timeseries.attribution.traits import habit_log_ratio, hint_log_ratios, hinted
from timeseries.attribution.weighing import Weighing

SOMEBODY_ELSE = 0.05
"""Share of weighings that are no member's: guests, children, pets, suitcases. [own rule]"""

ANY_WEIGHT = log(1 / 200)
"""Log density, per kg, of somebody else's weight, and of a member's who was never confirmed: 2 to 202 kg alike."""

GIVE = 0.85
"""Probability from which a weighing is given without asking. By measurement (benchmarks/attribution.py)."""

ALIKE_KG = 2.0
GIVE_ALIKE = 0.97
"""The same, while another member's level is nearer than ALIKE_KG: there the model's own small errors decide, and asking
is right. By measurement: mistakes among such pairs fall from 5 in 1,000 to none seen, for a tenth more questions."""

NOBODY = 0.99
"""Probability of somebody else from which no member is asked."""

OUT_OF_REACH = 0.15
"""A weighing within 15 % of a member's level is never dismissed: a loss of 15 % in six months is severe malnutrition
(HAS 2019), and what the scale is there to see."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who may have stood on the scale, or somebody else (None), and how probable that is, 0 to 1."""

    person: int | None
    probability: float


@dataclass(frozen=True, slots=True)
class Given:
    """Clear: the weighing is this person's. It stays unconfirmed, and teaches the model nothing."""

    person: int
    probability: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Not clear: to the household's inbox, with the candidates, most probable first."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Clearly no member: to the household's inbox without asking anybody; it can still be given by hand."""

    probability: float


Decision = Given | Ask | Nobody


def candidates(model: Model, weighing: Weighing) -> tuple[Candidate, ...]:
    """Every member and somebody else (None) with their probabilities, which sum to 1; most probable first."""
    hints = hint_log_ratios(model.hints, weighing.hint)
    share = log((1 - SOMEBODY_ELSE) / max(len(model.members), 1))
    logs: list[tuple[int | None, float]] = [
        (member.person, share + _log_likelihood(member, weighing) + hint)
        for member, hint in zip(model.members, hints, strict=True)
    ]
    logs.append((None, log(SOMEBODY_ELSE) + ANY_WEIGHT))
    highest = max(value for _, value in logs)
    total = sum(exp(value - highest) for _, value in logs)
    found = (Candidate(person, exp(value - highest) / total) for person, value in logs)
    return tuple(sorted(found, key=lambda one: -one.probability))


def decide(model: Model, weighing: Weighing) -> Decision:
    """Given when it is clear, Nobody when it is clearly no member, else Ask.

    Always Ask until the members are enrolled, and when the hint that confirmations have mapped to one member comes with
    the weight of another.
    """
    found = candidates(model, weighing)
    best = found[0]
    if not model.enrolled:
        return Ask(found)
    if best.person is None:
        far = all(_out_of_reach(member, weighing) for member in model.members)
        return Nobody(best.probability) if best.probability >= NOBODY and far else Ask(found)
    named = hinted(model.hints, weighing.hint)
    contradicted = named is not None and model.members[named].person != best.person
    if best.probability < _enough(model, weighing, best.person) or contradicted:
        return Ask(found)
    return Given(best.person, best.probability)


def _enough(model: Model, weighing: Weighing, person: int) -> float:
    """The probability from which this person's weighing is clear; one never confirmed is never clear."""
    levels = {member.person: _level_kg(member.track, weighing) for member in model.members if member.track is not None}
    own = levels.pop(person, None)
    if own is None:
        return inf
    return GIVE_ALIKE if any(abs(other - own) < ALIKE_KG for other in levels.values()) else GIVE


def _log_likelihood(member: Known, weighing: Weighing) -> float:
    """Log density of the weighing if it is this member's, hints left aside."""
    if member.track is None:
        return ANY_WEIGHT
    weight = member.track.log_density(day_of(weighing.at), weighing.kg)
    habit = habit_log_ratio(member.minutes, weighing.minute_of_day)
    if member.impedance is None or weighing.impedance is None:
        return weight + habit
    return weight + habit + member.impedance.log_ratio(weighing.impedance)


def _level_kg(of: Track, weighing: Weighing) -> float:
    """Where that member's weight is expected at that time."""
    return of.level(day_of(weighing.at)).kg


def _out_of_reach(member: Known, weighing: Weighing) -> bool:
    """Of a member never confirmed nothing is known, and nothing is out of reach."""
    if member.track is None:
        return False
    level = _level_kg(member.track, weighing)
    return abs(weighing.kg - level) > OUT_OF_REACH * level
