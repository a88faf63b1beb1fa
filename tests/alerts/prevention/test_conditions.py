"""The record's free texts, read without guessing."""

import pytest

from alerts.prevention import Condition, understand
from alerts.prevention.conditions import spellings


@pytest.mark.parametrize("condition", Condition)
def test_every_spelling_is_read_as_its_condition(condition: Condition) -> None:
    assert all(condition in understand([name]).conditions for name in spellings(condition))


def test_no_two_conditions_share_a_spelling() -> None:
    names = [name.casefold() for condition in Condition for name in spellings(condition)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("text", ["Diabète de type 2", "DIABETE DE TYPE-2", "  diabète  de type 2 ", "Type 2 Diabetes"])
def test_case_accents_hyphens_and_spaces_do_not_matter(text: str) -> None:
    assert understand([text]).conditions == {Condition.DIABETES_2, Condition.DIABETES}


@pytest.mark.parametrize(
    "text",
    [
        "no diabetes",
        "prediabetes",
        "mother has diabetes",
        "gestational diabetes",
        "diabetes insipidus",
        "pas enceinte",
        "",
    ],
)
def test_a_text_that_is_not_a_name_is_no_condition_and_is_given_back(text: str) -> None:
    assert understand([text]).conditions == frozenset()
    assert understand([text]).not_understood == (text,)


def test_heart_failure_is_a_chronic_heart_disease_and_not_the_other_way_round() -> None:
    assert Condition.HEART in understand(["heart failure"]).conditions
    assert Condition.HEART_FAILURE not in understand(["chronic heart disease"]).conditions


def test_plain_diabetes_is_of_no_type() -> None:
    assert understand(["diabetes"]).conditions == {Condition.DIABETES}


def test_what_is_understood_is_kept_beside_what_is_not() -> None:
    read = understand(["BPCO", "something else", "grossesse"])
    assert read.conditions == {Condition.LUNG, Condition.PREGNANCY}
    assert read.not_understood == ("something else",)
