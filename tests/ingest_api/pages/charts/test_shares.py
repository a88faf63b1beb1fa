"""Percentages that add up, and never say none of what there was some of."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.shares import percent_beside, percent_texts, whole_percents

weights = st.lists(st.floats(0, 1e6), min_size=1, max_size=7).filter(lambda each: sum(each) > 1e-3)
shares = weights.map(lambda each: [100 * weight / sum(each) for weight in each])


@given(shares)
def test_whole_percentages_add_up_to_a_hundred_each_within_one_of_its_share(told: list[float]) -> None:
    found = whole_percents(told)
    assert sum(found) == 100
    assert all(abs(whole - share) < 1 + 1e-9 for whole, share in zip(found, told, strict=True))


@given(shares)
def test_labels_add_up_to_a_hundred(told: list[float]) -> None:
    counted = [{"<1%": 0, ">99%": 100}.get(text, text) for text in percent_texts(told, ENGLISH)]
    assert sum(int(re.sub("%", "", str(each))) for each in counted) == 100


@given(shares)
def test_some_is_never_told_as_none_nor_nearly_all_as_all(told: list[float]) -> None:
    texts = percent_texts(told, ENGLISH)
    assert all(share < 1e-9 for share, text in zip(told, texts, strict=True) if text == "0%")
    assert all(share > 100 - 1e-9 for share, text in zip(told, texts, strict=True) if text == "100%")


def test_the_largest_remainder_is_rounded_up() -> None:
    assert whole_percents([0.4, 2.3, 80.4, 15.5, 1.4]) == [1, 2, 80, 16, 1]


def test_all_is_all_in_spite_of_the_noise_of_adding_up() -> None:
    assert percent_texts([0.0, 99.99999999999999], ENGLISH) == ["0%", "100%"]


def test_time_very_low_that_rounds_to_none_is_less_than_one() -> None:
    assert percent_texts([0.3, 0.0, 99.7], ENGLISH) == ["<1%", "0%", ">99%"]


def test_french_sets_a_narrow_space_before_the_sign() -> None:
    assert percent_texts([0.3, 49.7, 50.0], FRENCH)[0] == "<\u202f1\u202f%"


@pytest.mark.parametrize(
    ("share", "limit", "said"),
    [
        (3.94, 4, "3.9%"),
        (3.96, 4, "3.96%"),
        (3.997, 4, "3.997%"),
        (4.0, 4, "4.0%"),
        (70.2, 70, "70.2%"),
    ],
)
def test_a_share_beside_a_limit_never_looks_like_it_unless_it_is(share: float, limit: float, said: str) -> None:
    assert percent_beside(share, limit, ENGLISH) == said
