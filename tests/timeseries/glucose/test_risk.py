"""Risk indices."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeseries.glucose.making import every, series
from timeseries.glucose.ranges import Ranges
from timeseries.glucose.risk import adrr, bgri, glycemia_risk, hbgi, lbgi
from timeseries.glucose.risk_space import risks
from timeseries.glucose.tally import tally


def shares(tbr2: float = 0, tbr1: float = 0, tar1: float = 0, tar2: float = 0) -> Ranges:
    """Ranges of which only these count."""
    tir = 100 - tbr2 - tbr1 - tar1 - tar2
    return Ranges(tbr2, tbr1, tir, tar1, tar2, titr=tir, pregnancy=tir, below_pregnancy=0, above_pregnancy=0)


@given(st.floats(0, 1500))
def test_a_value_has_a_low_or_a_high_risk_and_never_a_negative_one(value: float) -> None:
    low, high = risks(np.array([value]))
    assert min(low[0], high[0]) == 0
    assert 0 <= max(low[0], high[0]) < np.inf


def test_risk_rises_away_from_about_112() -> None:
    low, high = risks(np.array([20.0, 54, 70, 100, 112.5, 140, 180, 250, 400, 600]))
    assert all(before >= after for before, after in pairwise(low))
    assert all(before <= after for before, after in pairwise(high))
    assert (low[3] > 0, low[4] + high[4] < 0.001, high[5] > 0) == (True, True, True)


def test_the_scale_is_100_at_both_ends_of_what_was_measurable() -> None:
    low, high = risks(np.array([20.0, 600.0]))
    assert (low[0], high[1]) == (pytest.approx(100, abs=1), pytest.approx(100, abs=1))


def test_the_indices_are_means_over_all_readings() -> None:
    values = [50.0, 100.0, 112.0, 300.0]
    low, high = risks(np.array(values))
    summed = tally(every(5, values))
    assert lbgi(summed) == pytest.approx(low.sum() / 4)
    assert hbgi(summed) == pytest.approx(high.sum() / 4)
    assert bgri(summed) == pytest.approx((low + high).sum() / 4)


def test_the_daily_risk_range_is_of_local_days() -> None:
    one_before_midnight_in_paris, one_after = 9 * 60 + 55, 10 * 60 + 5
    low, high = risks(np.array([50.0, 300.0]))
    apart = adrr(tally(series([one_before_midnight_in_paris, one_after], [50, 300])))
    together = adrr(tally(series([one_after, one_after + 5], [50, 300])))
    assert apart == pytest.approx((low[0] + high[1]) / 2)
    assert together == pytest.approx(low[0] + high[1])


@pytest.mark.parametrize(
    ("of", "index"),
    [
        (shares(tbr2=10), 30),
        (shares(tbr1=10), 24),
        (shares(tar2=10), 16),
        (shares(tar1=10), 8),
        (shares(tbr2=1, tbr1=2, tar1=20, tar2=5), 3 + 4.8 + 16 + 8),
        (shares(tbr2=60), 100),
    ],
)
def test_the_glycaemia_risk_index_weighs_each_class_and_ends_at_100(of: Ranges, index: float) -> None:
    assert glycemia_risk(of).index == pytest.approx(index)


@pytest.mark.parametrize(
    ("tar1", "zone"), [(0, "A"), (25, "A"), (26, "B"), (50, "B"), (51, "C"), (75, "C"), (76, "D"), (100, "D")]
)
def test_zones_are_fifths(tar1: float, zone: str) -> None:
    assert glycemia_risk(shares(tar1=tar1)).zone == zone


def test_beyond_80_is_zone_e() -> None:
    assert glycemia_risk(shares(tar2=51)).zone == "E"


def test_components_are_hypo_and_hyper_apart() -> None:
    found = glycemia_risk(shares(tbr2=1, tbr1=5, tar1=10, tar2=2))
    assert (found.hypo, found.hyper) == (5, 7)
