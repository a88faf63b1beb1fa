"""FINDRISC against the points of the form."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.prevention import Condition, Facts
from alerts.prevention.findrisc import Answers, Band, Family, Score, band, findrisc, in_words
from hub.records import Sex
from tests.alerts.prevention.making import man, woman

TODAY = date(2026, 11, 22)
LEAST = Answers(70, active=True, greens=True, pressure_drug=False, high_glucose=False, family=Family.NONE)
YOUNG = man(born=date(1996, 1, 1), bmi=22.0)

answers = st.builds(
    Answers,
    st.none() | st.floats(50, 180),
    *[st.none() | st.booleans()] * 4,
    st.none() | st.sampled_from(Family),
)
adults = st.builds(
    Facts, st.dates(date(1930, 1, 1), date(2008, 1, 1)), st.sampled_from(Sex), bmi=st.none() | st.floats(15, 60)
)


def score(facts: Facts = YOUNG, said: Answers = LEAST) -> Score:
    """The score of an adult without diabetes."""
    found = findrisc(facts, said, TODAY)
    assert found is not None
    return found


def points(facts: Facts = YOUNG, said: Answers = LEAST) -> int:
    """The points when every question is answered."""
    found = score(facts, said)
    assert found.least == found.most
    assert found.missing == ()
    return found.least


@pytest.mark.parametrize(("age", "expected"), [(18, 0), (44, 0), (45, 2), (54, 2), (55, 3), (64, 3), (65, 4), (90, 4)])
def test_the_points_for_age(age: int, expected: int) -> None:
    assert points(replace(YOUNG, birth_date=date(2026 - age, 11, 22))) == expected


@pytest.mark.parametrize(("bmi", "expected"), [(24.99, 0), (25.0, 1), (30.0, 1), (30.01, 3)])
def test_the_points_for_the_body_mass_index(bmi: float, expected: int) -> None:
    assert points(replace(YOUNG, bmi=bmi)) == expected


@pytest.mark.parametrize(("cm", "expected"), [(93.9, 0), (94.0, 3), (102.0, 3), (102.1, 4)])
def test_the_points_for_a_mans_waist(cm: float, expected: int) -> None:
    assert points(said=replace(LEAST, waist_cm=cm)) == expected


@pytest.mark.parametrize(("cm", "expected"), [(79.9, 0), (80.0, 3), (88.0, 3), (88.1, 4)])
def test_the_points_for_a_womans_waist(cm: float, expected: int) -> None:
    assert points(woman(born=date(1996, 1, 1), bmi=22.0), replace(LEAST, waist_cm=cm)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (replace(LEAST, active=False), 2),
        (replace(LEAST, greens=False), 1),
        (replace(LEAST, pressure_drug=True), 2),
        (replace(LEAST, high_glucose=True), 5),
        (replace(LEAST, family=Family.DISTANT), 3),
        (replace(LEAST, family=Family.CLOSE), 5),
    ],
)
def test_the_points_for_each_answer(said: Answers, expected: int) -> None:
    assert points(said=said) == expected


def test_the_most_is_26() -> None:
    worst = Answers(130, active=False, greens=False, pressure_drug=True, high_glucose=True, family=Family.CLOSE)
    assert points(man(born=date(1950, 1, 1), bmi=35.0), worst) == 26


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (0, "1/100"),
        (6, "1/100"),
        (7, "1/25"),
        (11, "1/25"),
        (12, "1/6"),
        (14, "1/6"),
        (15, "1/3"),
        (20, "1/3"),
        (21, "1/2"),
    ],
)
def test_the_risk_for_so_many_points(of: int, expected: str) -> None:
    assert band(of) is Band(expected)


def test_a_missing_answer_makes_a_range_and_is_named() -> None:
    found = score(said=replace(LEAST, family=None))
    assert (found.least, found.most, found.missing) == (0, 5, ("family",))
    assert score(replace(YOUNG, bmi=None)).missing == ("bmi",)


def test_a_waist_without_a_sex_is_held_against_both_tables() -> None:
    unsaid = replace(YOUNG, sex=Sex.UNKNOWN)
    assert points(unsaid) == 0
    found = score(unsaid, replace(LEAST, waist_cm=90))
    assert (found.least, found.most, found.missing) == (0, 4, ("sex",))


@given(adults, answers, answers)
def test_one_more_answer_never_widens_the_range(facts: Facts, some: Answers, more: Answers) -> None:
    names = ("waist_cm", "active", "greens", "pressure_drug", "high_glucose", "family")
    filled = replace(some, **{name: getattr(more, name) for name in names if getattr(some, name) is None})
    before, after = score(facts, some), score(facts, filled)
    assert 0 <= before.least <= after.least <= after.most <= before.most <= 26
    assert set(after.missing) <= {*before.missing, "sex"}


@pytest.mark.parametrize(
    "facts",
    [
        replace(YOUNG, conditions=frozenset({Condition.DIABETES})),
        replace(YOUNG, conditions=frozenset({Condition.PREGNANCY})),
        replace(YOUNG, birth_date=date(2008, 11, 23)),
    ],
)
def test_it_is_not_made_with_diabetes_in_pregnancy_or_for_a_child(facts: Facts) -> None:
    assert findrisc(facts, LEAST, TODAY) is None


def test_it_is_said_in_words_as_a_number_or_as_a_range_with_what_is_missing() -> None:
    assert in_words(score()).en == (
        "FINDRISC score 0 of 26: by the questionnaire, 1 person in 100 will have type 2 diabetes within 10 years."
    )
    told = in_words(score(said=replace(LEAST, family=None, high_glucose=None)))
    assert "entre 0 et 10 sur 26" in told.fr
    assert "1 personne sur 100 à 1 sur 25" in told.fr
    assert told.en.endswith("Missing: a high blood glucose in the past, diabetes in the family.")


def test_a_range_over_more_than_two_bands_is_not_said() -> None:
    assert in_words(score(said=replace(LEAST, family=None, high_glucose=None, greens=None))).en.startswith("FINDRISC")
    wider = score(said=replace(LEAST, family=None, high_glucose=None, active=None))
    assert (wider.least, wider.most) == (0, 12)
    assert in_words(wider).en == (
        "Too little is known for a FINDRISC score. "
        "Missing: physical activity, a high blood glucose in the past, diabetes in the family."
    )


def test_a_high_risk_is_said_however_little_else_is_known() -> None:
    grave = Facts(date(1950, 1, 1), Sex.MALE, bmi=31.0)
    told = in_words(score(grave, Answers(waist_cm=110.0, family=Family.CLOSE)))
    assert "between 16 and 26 of 26" in told.en
