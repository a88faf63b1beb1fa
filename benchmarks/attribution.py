"""`python -m benchmarks.attribution`: real people put on one scale, and whom the hub asks, gives and mistakes.

Twelve people's morning weights over 63 days (tests/captures/weight) become households: all pairs, and drawn threes and
fives. The loop is closed: who is asked answers rightly, the answer is a confirmation, and nothing else teaches the
model. Times of day are drawn evenly over 24 hours and there is neither impedance nor hint, unless a household is told
otherwise: the weight alone must do. Weighings asked while a member has fewer than three confirmed are counted apart.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, pairwise
from typing import Self

from rich.console import Console
from rich.table import Table

from tests.support.krone import START, Weighed, weighed
from timeseries.attribution import Ask, Decision, Given, Member, Model, Nobody, Weighing, decide
from timeseries.attribution.model import known

People = tuple[int, ...]
Evidence = Callable[[random.Random, int, Weighing], Weighing]
"""Adds to a weighing what a scale or a habit would, given a source of chance and the true person."""

BUCKETS = ((0, 1), (1, 2), (2, 3), (3, 5), (5, 10), (10, 100))
"""kg between the mean weights of the two most similar members, from and below."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Weighings of enrolled households: how many, asked, held nobody's, given to the wrong person; and those before."""

    weighings: int = 0
    asked: int = 0
    dismissed: int = 0
    wrong: int = 0
    enrolling: int = 0

    def __add__(self, other: Self) -> "Outcome":
        """Both together."""
        return Outcome(
            self.weighings + other.weighings,
            self.asked + other.asked,
            self.dismissed + other.dismissed,
            self.wrong + other.wrong,
            self.enrolling + other.enrolling,
        )

    @property
    def asked_percent(self) -> float:
        """Of the weighings after enrolment."""
        return 100 * (self.asked + self.dismissed) / self.weighings

    @property
    def wrong_per_1000(self) -> float:
        """Given to the wrong person without asking, of the weighings after enrolment."""
        return 1000 * self.wrong / self.weighings


def gap_kg(people: Iterable[int], data: dict[int, list[Weighed]]) -> float:
    """The smallest difference between two members' mean weights."""
    means = sorted(sum(kg for _, kg in data[person]) / len(data[person]) for person in people)
    return min(after - before for before, after in pairwise(means))


def plain(_chance: random.Random, _person: int, weighing: Weighing) -> Weighing:
    """No evidence but the weight."""
    return weighing


def stream(
    people: Sequence[int], data: dict[int, list[Weighed]], evidence: Evidence, seed: int
) -> list[tuple[int, Weighing]]:
    """Who weighed what, in order of time."""
    chance = random.Random(f"{seed} {people}")  # noqa: S311  (a replay must be the same every time)
    events: list[tuple[int, Weighing]] = []
    for person in people:
        for day, kg in data[person]:
            minute = chance.randrange(1440)
            at = START.replace(hour=0) + timedelta(days=day, minutes=minute)
            events.append((person, evidence(chance, person, Weighing(at, kg, None, minute, None))))
    return sorted(events, key=lambda event: event[1].at)


class Home:
    """A household whose members answer rightly; its model knows the answers only."""

    def __init__(self, people: Iterable[int]) -> None:
        """Nothing is confirmed yet."""
        self._confirmed: dict[int, list[Weighing]] = {person: [] for person in sorted(people)}
        self._known = {person: known(Member(person, ())) for person in self._confirmed}

    @property
    def model(self) -> Model:
        """As model_of would make it; only who answered was learnt anew."""
        return Model(tuple(self._known.values()))

    def weigh(self, weighing: Weighing, person: int) -> Decision:
        """Decide, and when the household is asked (or finds it among nobody's), learn whose it was."""
        decision = decide(self.model, weighing)
        if not isinstance(decision, Given):
            self._confirmed[person].append(weighing)
            self._known[person] = known(Member(person, self._confirmed[person]))
        return decision


def replay(people: People, data: dict[int, list[Weighed]], evidence: Evidence = plain, seed: int = 0) -> Outcome:
    """One household, all its weighings in order."""
    home, outcome = Home(people), Outcome()
    for person, weighing in stream(people, data, evidence, seed):
        enrolled = home.model.enrolled
        decision = home.weigh(weighing, person)
        if not enrolled:
            outcome = replace(outcome, enrolling=outcome.enrolling + 1)
            continue
        outcome += Outcome(
            weighings=1,
            asked=isinstance(decision, Ask),
            dismissed=isinstance(decision, Nobody),
            wrong=isinstance(decision, Given) and decision.person != person,
        )
    return outcome


def by_gap(
    homes: Iterable[People], data: dict[int, list[Weighed]], evidence: Evidence = plain, seeds: Iterable[int] = (0,)
) -> dict[tuple[int, int], Outcome]:
    """The outcomes of these households together, by how similar their members are."""
    found = dict.fromkeys(BUCKETS, Outcome())
    seeds = tuple(seeds)
    for people in homes:
        gap = gap_kg(people, data)
        bucket = next(bucket for bucket in BUCKETS if bucket[0] <= gap < bucket[1])
        for seed in seeds:
            found[bucket] += replay(people, data, evidence, seed)
    return {bucket: outcome for bucket, outcome in found.items() if outcome.weighings}


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """The sum."""
    return sum(outcomes, Outcome())


def households(data: dict[int, list[Weighed]], size: int, most: int) -> list[People]:
    """Households of a size: all of them, or as many drawn by a fixed seed."""
    every = list(combinations(sorted(data), size))
    return every if len(every) <= most else random.Random(size).sample(every, most)  # noqa: S311


def main() -> None:
    """Print the table of docs."""
    data = weighed()
    table = Table("members", "gap kg", "weighings", "asked %", "wrong per 1000", "enrolling")
    for size, most in ((2, 66), (3, 120), (5, 120)):
        outcomes = by_gap(households(data, size, most), data, seeds=range(5 if size == 2 else 1))
        outcomes[0, 0] = together(outcomes.values())
        for (low, high), one in outcomes.items():
            gap = f"{low}-{high}" if high else "all"
            figures = (one.weighings, f"{one.asked_percent:.1f}", f"{one.wrong_per_1000:.2f}", one.enrolling)
            table.add_row(str(size), gap, *(str(figure) for figure in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
