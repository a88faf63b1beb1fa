"""Twelve real people as households on one scale: how often the hub asks, and how often it is wrong.

The bounds are the promises; benchmarks/attribution.py prints the figures of larger draws. The weight alone decides:
times of day are drawn evenly, and no scale says more. Counted once every member has three confirmed weighings.
"""

import random
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from benchmarks.attribution import Outcome, by_gap, households, replay, stream, together
from tests.support.krone import weighed
from timeseries.attribution import Given, Member, Model, Nobody, Weighing, decide, model_of

PEOPLE = weighed()
DRAWN = {2: 66, 3: 30, 5: 15}


@cache
def replayed(size: int) -> dict[tuple[int, int], Outcome]:
    return by_gap(households(PEOPLE, size, DRAWN[size]), PEOPLE)


def apart(size: int, least: int, most: int) -> Outcome:
    return together(one for (low, high), one in replayed(size).items() if least <= low and high <= most)


@pytest.mark.parametrize("size", DRAWN)
def test_at_most_5_in_1000_go_to_the_wrong_person_without_asking(size: int) -> None:
    assert apart(size, 0, 100).wrong_per_1000 <= 5


@pytest.mark.parametrize("size", [2, 3])
def test_members_2_to_3_kg_apart_are_asked_less_than_15_percent_of_the_time(size: int) -> None:
    assert apart(size, 2, 3).asked_percent < 15


def test_two_members_more_than_3_kg_apart_are_asked_less_than_5_percent_of_the_time() -> None:
    assert apart(2, 3, 100).asked_percent < 5


@pytest.mark.parametrize("size", DRAWN)
def test_members_less_than_2_kg_apart_are_asked_rather_than_mistaken(size: int) -> None:
    close = apart(size, 0, 2)
    assert close.wrong_per_1000 <= 5
    assert close.asked_percent > 25


def test_a_scale_that_measures_impedance_asks_those_alike_less_and_is_no_more_wrong() -> None:
    def measured(chance: random.Random, person: int, weighing: Weighing) -> Weighing:
        return replace(weighing, impedance=420 + 37 * (person % 7) + chance.gauss(0, 12))

    alike = ((1, 7), (7, 8), (1, 8))
    blind = together(replay(home, PEOPLE) for home in alike)
    seeing = together(replay(home, PEOPLE, measured) for home in alike)
    assert seeing.asked_percent < blind.asked_percent
    assert seeing.wrong_per_1000 <= 5


def test_the_same_household_is_replayed_the_same() -> None:
    assert replay((5, 12), PEOPLE) == replay((5, 12), PEOPLE)


@cache
def settled(people: tuple[int, ...]) -> Model:
    """A household with its first ten days confirmed."""
    known = [(person, one) for person, one in stream(people, PEOPLE, lambda _, __, one: one, 0)]
    return model_of(Member(person, tuple(one for whose, one in known if whose == person)[:10]) for person in people)


def guests(people: tuple[int, ...], off_kg: float) -> list[Weighing]:
    """Guests heavier than the heaviest member by `off_kg`, give or take half a kilogram, in the two weeks after."""
    chance = random.Random(str(people))
    last = max(member.track.days[-1] for member in settled(people).members if member.track)
    heaviest = max(member.track.level(last).kg for member in settled(people).members if member.track)
    start = stream(people, PEOPLE, lambda _, __, one: one, 0)[0][1].at
    days = [10 + chance.random() * 14 for _ in range(10)]
    return [
        Weighing(start + timedelta(days=day), heaviest + off_kg + chance.gauss(0, 0.5), None, 600, None) for day in days
    ]


def given_percent(off_kg: float) -> float:
    pairs = households(PEOPLE, 2, 66)
    decisions = [decide(settled(people), guest) for people in pairs for guest in guests(people, off_kg)]
    return 100 * sum(isinstance(decision, Given) for decision in decisions) / len(decisions)


def test_a_guest_20_kg_heavier_is_never_given_to_a_member() -> None:
    assert given_percent(20) == 0


def test_a_guest_5_kg_heavier_is_seldom_given_to_a_member() -> None:
    assert given_percent(5) < 15


def test_a_guest_20_kg_heavier_is_nearly_always_nobodys() -> None:
    pairs = households(PEOPLE, 2, 66)
    decisions = [decide(settled(people), guest) for people in pairs for guest in guests(people, 20)]
    assert sum(isinstance(decision, Nobody) for decision in decisions) > 0.9 * len(decisions)
