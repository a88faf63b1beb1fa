"""Curves: open at gaps, thinned without losing an extreme; labels kept apart."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.pages.charts.curves import Run, against, apart, between, line, runs, specks

fractions = st.floats(0, 1)


def of(xs: list[float], ys: list[float], gaps: list[bool], columns: int = 600) -> list[Run]:
    return runs(np.array(xs, float), np.array(ys, float), np.array(gaps, bool), columns)


def test_a_curve_is_open_at_a_gap() -> None:
    assert line(of([0, 0.25, 0.5, 1], [0, 1, 0.5, 0], [False, True, False])) == "M0,0 600,1000M1200,500 2400,0"


def test_a_lone_reading_between_gaps_is_a_dot() -> None:
    assert line(of([0, 0.5, 1], [0, 0.5, 1], [True, True])) == "M0,0h1M1200,500h1M2400,1000h1"


def test_of_nothing_nothing_is_drawn() -> None:
    assert line(of([], [], [])) == specks(of([], [], [])) == ""


def test_what_lies_outside_is_drawn_at_the_edge() -> None:
    assert line(of([0, 1], [-3, 7], [False])) == "M0,0 2400,1000"


def test_an_area_closes_against_its_level() -> None:
    assert against(of([0, 1], [0.2, 0.4], [False]), 0.5) == "M0,500 0,200 2400,400 2400,500Z"


def test_a_band_goes_along_one_curve_and_back_along_the_other() -> None:
    upper, lower = of([0, 1], [0.1, 0.2], [False]), of([0, 1], [0.8, 0.9], [False])
    assert between(upper, lower) == "M0,100 2400,200 2400,900 0,800Z"


@given(st.lists(fractions, min_size=50, max_size=300), st.integers(1, 20))
def test_thinning_keeps_both_ends_and_every_extreme(ys: list[float], columns: int) -> None:
    xs = np.linspace(0, 1, len(ys)).tolist()
    whole, thin = of(xs, ys, [False] * (len(ys) - 1), len(ys))[0], of(xs, ys, [False] * (len(ys) - 1), columns)[0]
    kept = set(zip(thin.xs, thin.ys, strict=True))
    assert {min(thin.ys), max(thin.ys)} == {min(whole.ys), max(whole.ys)}
    assert (thin.xs[0], thin.ys[0], thin.xs[-1], thin.ys[-1]) == (whole.xs[0], whole.ys[0], whole.xs[-1], whole.ys[-1])
    assert kept <= set(zip(whole.xs, whole.ys, strict=True))
    assert list(thin.xs) == sorted(thin.xs)
    assert len(thin.xs) <= 2 * (columns + 1) + 2


@given(st.lists(st.floats(-50, 350), max_size=7).map(sorted), st.floats(1, 30))
def test_labels_are_in_order_apart_and_within(wanted: list[float], gap: float) -> None:
    found = apart(wanted, gap, 0, 300)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(found))
    assert all(-1e-6 <= each <= 300 + 1e-6 for each in found)


@given(st.lists(st.integers(0, 9), max_size=6, unique=True).map(sorted))
def test_labels_that_are_apart_already_do_not_move(places: list[int]) -> None:
    wanted = [20.0 * place for place in places]
    assert apart(wanted, 15, 0, 300) == wanted


def test_labels_that_collide_move_away_from_each_other_alike() -> None:
    assert apart([100, 100, 100], 10, 0, 300) == [90, 100, 110]


def test_labels_with_too_little_room_share_it() -> None:
    assert apart([5, 5, 5], 100, 0, 100) == [0, 50, 100]
