"""Time in ranges: whole percentages, what is low never invisible, goals beside what they are about."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.quantities import Unit
from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.mini import mini_bar
from ingest_api.pages.charts.range_bar import BETWEEN, LEAST, part_heights, range_bar, range_bar_label, range_bar_table
from ingest_api.pages.charts.telling import Telling
from tests.ingest_api.pages.charts.looking import MG, PREGNANT, TELLINGS, classed, label, texts
from timeseries.glucose.ranges import Ranges
from timeseries.glucose.targets import Profile

USUAL = Ranges(0.4, 2.3, 80.4, 15.5, 1.4, 50.0, 55.0, 2.0, 43.0)
ALL_IN = Ranges(0, 0, 100, 0, 0, 60, 60, 0, 40)

shares = (
    st.lists(st.floats(0, 100), min_size=4, max_size=5)
    .filter(lambda told: sum(told) > 1)
    .map(lambda told: [100 * each / sum(told) for each in told])
)


def figures(markup: str) -> list[str | None]:
    return [each.text for each in classed(markup, "t-figure")]


@given(shares)
def test_the_parts_fill_the_bar_and_none_is_too_thin_to_see(told: list[float]) -> None:
    heights = part_heights(told, 260)
    there = [height for height, share in zip(heights, told, strict=True) if share]
    assert sum(there) + BETWEEN * (len(there) - 1) == pytest.approx(260)
    assert all(height >= LEAST * 0.9 for height in there)
    assert all(height == 0 for height, share in zip(heights, told, strict=True) if not share)


def test_the_labels_add_up_to_a_hundred_with_the_highest_on_top() -> None:
    assert figures(range_bar(USUAL, MG)) == ["1%", "16%", "80%", "2%", "1%"]
    assert texts(range_bar(USUAL, MG))[0] == "Very high"


def test_picture_sentence_and_table_say_the_same() -> None:
    rows = range_bar_table(USUAL, MG).rows
    assert [row[1] for row in rows[:5]] == figures(range_bar(USUAL, MG))[::-1]
    assert "Very low (<54\xa0mg/dL) 1%, Low (54–69\xa0mg/dL) 2%, Target" in range_bar_label(USUAL, MG)


def test_each_goal_says_what_it_is_about_and_whether_it_is_met() -> None:
    assert range_bar_table(USUAL, MG).rows[5:] == (
        ("70–180\xa0mg/dL", "80.4%", "goal >70%, met"),
        ("<70\xa0mg/dL", "2.7%", "goal <4%, met"),
        ("<54\xa0mg/dL", "0.4%", "goal <1%, met"),
        (">180\xa0mg/dL", "16.9%", "goal <25%, met"),
        (">250\xa0mg/dL", "1.4%", "goal <5%, met"),
    )


def test_a_goal_that_rounding_would_contradict_is_told_to_the_decimal() -> None:
    drawn = range_bar(USUAL, MG)
    assert "0.4% · goal <1% ✓" in texts(drawn)


def test_a_goal_missed_is_said_with_a_cross_and_in_words() -> None:
    older = Telling(Unit.MG_DL, Profile.OLDER, ENGLISH)
    assert "goal <1% ✗" in texts(range_bar(USUAL, older))
    assert "<70\xa0mg/dL 2.7% goal <1%, not met" in range_bar_label(USUAL, older)


def test_the_sum_stands_between_the_ranges_it_adds_up() -> None:
    drawn = range_bar(USUAL, MG)
    rows = {each.text: float(each.get("y", "")) for each in classed(drawn, "t-name")}
    sums = {each.text: float(each.get("y", "")) for each in classed(drawn, "t-small")}
    assert rows["High"] > sums["16.9% in all"] > rows["Very high"]
    assert rows["Very low"] > sums["2.7% in all"] > rows["Low"]


def test_in_pregnancy_the_ranges_and_goals_are_its_own() -> None:
    assert figures(range_bar(USUAL, PREGNANT)) == ["43%", "55%", "2%", "<1%"]
    assert [row[0] for row in range_bar_table(USUAL, PREGNANT).rows[4:]] == [
        "63–140\xa0mg/dL",
        "<63\xa0mg/dL",
        "<54\xa0mg/dL",
        ">140\xa0mg/dL",
    ]


@pytest.mark.parametrize("telling", TELLINGS)
def test_the_shares_are_of_all_the_time(telling: Telling) -> None:
    assert sum(telling.shares(USUAL)) == pytest.approx(100)


def test_a_range_without_time_has_a_name_but_no_part() -> None:
    drawn = range_bar(ALL_IN, MG)
    assert figures(drawn) == ["0%", "0%", "100%", "0%", "0%"]
    assert classed(drawn, "part-low") == []
    assert len(classed(drawn, "part-target")) == 1


def test_names_are_kept_apart() -> None:
    rows = [float(each.get("y", "")) for each in classed(range_bar(ALL_IN, MG), "t-name")]
    assert all(b - a >= 45 for a, b in pairwise(rows))


def test_without_readings_that_is_said() -> None:
    assert label(range_bar(None, MG)) == "No readings"
    assert label(mini_bar(None, MG)) == "No readings"
    assert range_bar_table(None, MG).rows == ()


def test_a_row_of_a_list_says_every_range() -> None:
    french = Telling(Unit.MG_DL, Profile.ADULT, FRENCH)
    told = label(mini_bar(USUAL, french)).replace("\u202f", " ")
    assert told == "Très bas 1 %, Bas 2 %, Cible 80 %, Élevé 16 %, Très élevé 1 %"


def test_in_a_row_of_a_list_each_range_stands_higher_than_the_one_before() -> None:
    names = ("very-low", "low", "target", "high", "very-high")
    tops = [float(classed(mini_bar(USUAL, MG), f"part-{name}")[0].get("y", "")) for name in names]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == 5
