"""Given when clear, asked otherwise, nobody's when it can be no member."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeseries.attribution.making import ANNA, BORIS, CLEO, around, daily, member, weighing
from timeseries.attribution import Ask, Given, Member, Model, Nobody, candidates, decide, model_of
from timeseries.attribution.traits import Hints

APART = model_of([member(ANNA, 60), member(BORIS, 80)])
ALIKE = model_of([member(ANNA, 70), member(BORIS, 71)])


def probability(model: Model, kg: float, person: int | None, day: float = 7) -> float:
    return next(one.probability for one in candidates(model, weighing(day, kg)) if one.person == person)


@given(st.floats(2, 400), st.floats(-400, 400), st.integers(0, 1439), st.none() | st.floats(50, 3000))
def test_probabilities_sum_to_one_and_come_most_probable_first(
    kg: float, day: float, minute: int, ohm: float | None
) -> None:
    found = [one.probability for one in candidates(APART, weighing(day, kg, ohm, minute))]
    assert sum(found) == pytest.approx(1)
    assert found == sorted(found, reverse=True)


def test_every_member_and_somebody_else_are_candidates() -> None:
    assert {one.person for one in candidates(APART, weighing(7, 70))} == {ANNA, BORIS, None}


def test_a_clear_weighing_is_given() -> None:
    decision = decide(APART, weighing(7, 60.3))
    assert isinstance(decision, Given)
    assert (decision.person, decision.probability > 0.99) == (ANNA, True)


def test_between_two_alike_it_asks_with_both_as_candidates() -> None:
    decision = decide(ALIKE, weighing(7, 70.4))
    assert isinstance(decision, Ask)
    assert {one.person for one in decision.candidates[:2]} == {ANNA, BORIS}


def test_between_two_alike_more_than_the_usual_certainty_is_asked_for() -> None:
    near, far = model_of([member(ANNA, 70), member(BORIS, 71.9)]), model_of([member(ANNA, 70), member(BORIS, 72.1)])
    assert 0.85 < probability(near, 70.6, ANNA) < 0.97
    assert isinstance(decide(near, weighing(7, 70.6)), Ask)
    assert 0.85 < probability(far, 70.75, ANNA) < 0.97
    assert isinstance(decide(far, weighing(7, 70.75)), Given)


@pytest.mark.parametrize("confirmed", [0, 1, 2])
def test_while_a_member_has_fewer_than_three_confirmed_everything_is_asked(confirmed: int) -> None:
    model = model_of([member(ANNA, 60), Member(BORIS, daily(around(80))[:confirmed])])
    assert isinstance(decide(model, weighing(7, 60.0)), Ask)
    assert isinstance(decide(model, weighing(7, 80.0)), Ask)
    assert isinstance(decide(model, weighing(7, 160.0)), Ask)


def test_a_member_never_confirmed_is_a_candidate_for_any_weight() -> None:
    model = model_of([member(ANNA, 60), Member(BORIS, ())])
    assert probability(model, 95.0, BORIS) > 0.9


def test_a_suitcase_and_a_child_are_nobodys() -> None:
    assert isinstance(decide(APART, weighing(7, 18.0)), Nobody)
    assert isinstance(decide(APART, weighing(7, 120.0)), Nobody)


def test_a_guest_not_quite_like_a_member_is_asked_about() -> None:
    assert isinstance(decide(APART, weighing(7, 64.0)), Ask)


def test_a_weight_within_15_percent_of_a_member_is_never_dismissed() -> None:
    assert probability(APART, 51.5, None) > 0.99
    assert isinstance(decide(APART, weighing(7, 51.5)), Ask)
    assert isinstance(decide(APART, weighing(7, 50.5)), Nobody)


def test_drift_since_the_last_confirmed_weighing_widens_what_is_believed() -> None:
    assert probability(APART, 62.5, ANNA, day=7) < probability(APART, 62.5, ANNA, day=60)


def test_nothing_is_learnt_from_what_was_given() -> None:
    before = candidates(APART, weighing(9, 62.0))
    assert isinstance(decide(APART, weighing(8, 60.9)), Given)
    assert candidates(APART, weighing(9, 62.0)) == before


def test_impedance_tells_two_of_one_weight_apart() -> None:
    model = model_of([member(ANNA, 70, impedance=450.0), member(BORIS, 70, impedance=620.0)])
    assert isinstance(decide(model, weighing(7, 70.0)), Ask)
    decision = decide(model, weighing(7, 70.0, impedance=622.0))
    assert isinstance(decision, Given)
    assert decision.person == BORIS


def test_the_time_of_day_alone_does_not_tell_two_of_one_weight_apart() -> None:
    model = model_of([member(ANNA, 70, minute=390), member(BORIS, 70, minute=1320)])
    assert isinstance(decide(model, weighing(7, 70.0, minute=1320)), Ask)
    assert candidates(model, weighing(7, 70.0, minute=1320))[0].person == BORIS


def test_time_of_day_counts_beside_impedance() -> None:
    model = model_of([member(ANNA, 70, impedance=500.0, minute=390), member(BORIS, 70, impedance=500.0, minute=1320)])
    assert candidates(model, weighing(7, 70.0, impedance=500.0, minute=390))[0].probability > 0.7


def test_a_hint_helps_where_the_weight_leans_that_way() -> None:
    model = model_of([member(ANNA, 70, hint="scale:1"), member(BORIS, 73, hint="scale:2")])
    assert isinstance(decide(model, weighing(7, 71.35)), Ask)
    decision = decide(model, weighing(7, 71.35, hint="scale:1"))
    assert isinstance(decision, Given)
    assert decision.person == ANNA


def test_a_hint_alone_gives_nothing() -> None:
    model = model_of([member(ANNA, 70, hint="scale:1"), member(BORIS, 70, hint="scale:2")])
    assert isinstance(decide(model, weighing(7, 70.0, hint="scale:1")), Ask)


def test_a_hint_the_weight_contradicts_is_asked_about() -> None:
    model = model_of([member(ANNA, 60, hint="scale:1"), member(BORIS, 80, hint="scale:2")])
    decision = decide(model, weighing(7, 80.0, hint="scale:1"))
    assert isinstance(decision, Ask)
    assert decision.candidates[0].person == BORIS


def test_a_mapping_unlearnt_by_corrections_is_asked_about_no_more() -> None:
    annas, boriss = daily(around(60), hint="scale:1"), daily(around(80), hint="scale:2")
    corrected = tuple(weighing(8 + day, 80.0, hint="scale:1") for day in range(3))
    model = model_of([Member(ANNA, annas), Member(BORIS, boriss + corrected)])
    assert isinstance(decide(model, weighing(12, 80.0, hint="scale:1")), Given)


def test_a_household_of_one_is_given_its_own_and_not_its_guests() -> None:
    model = model_of([member(ANNA, 60)])
    assert isinstance(decide(model, weighing(7, 60.2)), Given)
    assert isinstance(decide(model, weighing(7, 64.0)), Ask)
    assert isinstance(decide(model, weighing(7, 90.0)), Nobody)


def test_a_third_member_between_two_takes_their_certainty() -> None:
    crowded = model_of([member(ANNA, 60), member(BORIS, 64), member(CLEO, 62)])
    alone = model_of([member(ANNA, 60), member(BORIS, 64)])
    assert probability(crowded, 60.9, ANNA) < probability(alone, 60.9, ANNA)


def test_a_weighing_from_the_scales_memory_is_judged_by_what_came_after() -> None:
    assert isinstance(decide(APART, weighing(-10, 60.2)), Given)


def test_hints_are_kept_in_the_order_of_members() -> None:
    model = model_of([member(BORIS, 80, hint="b"), member(ANNA, 60, hint="a")])
    expected: list[Hints] = [(("a", 7),), (("b", 7),)]
    assert model.hints == expected


def test_a_member_who_never_uses_the_scale_has_nobody_asked_for_ever() -> None:
    pair = [member(ANNA, 60.0, minute=n) for n in (1, 2)]
    known = [Member(ANNA, (*pair[0].confirmed, *pair[1].confirmed)), member(BORIS, 80.0), Member(CLEO, ())]
    told = decide(model_of(known), weighing(8, 60.1))
    assert isinstance(told, Given)
    assert told.person == ANNA


def test_until_the_others_are_well_known_a_member_never_seen_may_be_anybody() -> None:
    known = [member(ANNA, 60.0), member(BORIS, 80.0), Member(CLEO, ())]
    assert isinstance(decide(model_of(known), weighing(8, 60.1)), Ask)


def test_a_weight_like_no_known_members_may_be_the_one_never_seen() -> None:
    pair = [member(ANNA, 60.0, minute=n) for n in (1, 2)]
    known = [Member(ANNA, (*pair[0].confirmed, *pair[1].confirmed)), member(BORIS, 80.0), Member(CLEO, ())]
    assert isinstance(decide(model_of(known), weighing(8, 42.0)), Ask)
