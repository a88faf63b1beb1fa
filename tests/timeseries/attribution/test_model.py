"""The model is a pure function of the confirmed set."""

from hypothesis import given
from hypothesis import strategies as st

from tests.timeseries.attribution.making import ANNA, BORIS, around, daily, member, weighing
from timeseries.attribution import Member, Weighing, candidates, decide, model_of

weighings = st.builds(
    weighing,
    st.floats(0, 90),
    st.floats(40, 140),
    st.none() | st.floats(300, 800),
    st.integers(0, 1439),
    st.none() | st.sampled_from(["scale:1", "scale:2"]),
)
confirmed = st.lists(weighings, max_size=12)


@given(confirmed, st.randoms(use_true_random=False))
def test_the_order_of_confirmations_does_not_matter(known: list[Weighing], chance: object) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert model_of([Member(ANNA, shuffled)]) == model_of([Member(ANNA, known)])


@given(confirmed, confirmed)
def test_the_order_of_members_does_not_matter(annas: list[Weighing], boriss: list[Weighing]) -> None:
    anna, boris = Member(ANNA, annas), Member(BORIS, boriss)
    assert model_of([anna, boris]) == model_of([boris, anna])


@given(confirmed)
def test_a_confirmation_said_twice_counts_once(known: list[Weighing]) -> None:
    assert model_of([Member(ANNA, [*known, *known])]) == model_of([Member(ANNA, known)])


@given(confirmed, confirmed, weighings, weighings)
def test_a_wrong_confirmation_once_moved_leaves_no_trace(
    annas: list[Weighing], boriss: list[Weighing], mistaken: Weighing, later: Weighing
) -> None:
    def household(anna: list[Weighing], boris: list[Weighing]) -> list[Member]:
        return [Member(ANNA, anna), Member(BORIS, boris)]

    never = model_of(household([*annas, mistaken], boriss))
    model_of(household(annas, [*boriss, mistaken]))
    moved = model_of(household([mistaken, *annas], boriss))
    assert moved == never
    assert candidates(moved, later) == candidates(never, later)
    assert decide(moved, later) == decide(never, later)


def test_a_wrong_confirmation_does_matter_until_it_is_moved() -> None:
    right = model_of([member(ANNA, 70), member(BORIS, 80)])
    wrong = model_of([member(ANNA, 70), Member(BORIS, [*daily(around(80)), weighing(7, 70.1)])])
    assert candidates(right, weighing(8, 75)) != candidates(wrong, weighing(8, 75))


def test_a_household_is_enrolled_once_each_member_has_three_confirmed_weighings() -> None:
    two, three = daily([70, 70.2]), daily([80, 80.2, 80.1])
    assert not model_of([Member(ANNA, two), Member(BORIS, three)]).enrolled
    assert model_of([Member(ANNA, three), Member(BORIS, three)]).enrolled


def test_a_habit_is_that_of_the_latest_weighings() -> None:
    old = [weighing(day, 70.0, minute=1200) for day in range(200)]
    new = [weighing(day, 70.0, minute=420) for day in range(200, 260)]
    assert set(model_of([Member(ANNA, old + new)]).members[0].minutes) == {420}
