"""Day rows add up to the whole."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import given

from tests.timeseries.glucose.making import NOON, TRACES, every, trace, traces
from timeseries.glucose.averages import cv, ea1c, gmi, gmi_mmol_per_mol, j_index, mean, sd, value_range
from timeseries.glucose.ranges import ranges
from timeseries.glucose.risk import adrr, bgri, hbgi, lbgi
from timeseries.glucose.series import Series
from timeseries.glucose.tally import Tally, tally, tally_by_day, total


@given(traces)
def test_days_added_in_any_order_are_the_whole(of: Series) -> None:
    whole, backwards = asdict(tally(of)), asdict(total(reversed(tally_by_day(of).values())))
    assert [whole[name] for name in whole] == [pytest.approx(backwards[name]) for name in whole]


@given(traces.filter(len))
def test_sums_say_what_the_readings_say(of: Series) -> None:
    summed = tally(of)
    assert (summed.n, summed.lowest, summed.highest) == (len(of), of.values.min(), of.values.max())
    assert mean(summed) == pytest.approx(of.values.mean())
    assert summed.days == len(set(of.clock.days.tolist()))


@pytest.mark.parametrize("name", TRACES)
def test_sd_from_sums_is_that_from_the_readings(name: str) -> None:
    assert sd(tally(trace(name))) == pytest.approx(trace(name).values.std(ddof=1), rel=1e-12)


def test_the_empty_tally_adds_nothing() -> None:
    some = tally(every(5, [100, 200, 60]))
    assert some + Tally() == some == Tally() + some


@pytest.mark.parametrize(
    "figure", [mean, sd, cv, gmi, gmi_mmol_per_mol, ea1c, j_index, value_range, lbgi, hbgi, bgri, adrr]
)
def test_of_nothing_there_is_no_figure(figure: object) -> None:
    assert figure(Tally()) is None  # type: ignore[operator]


@pytest.mark.parametrize("figure", [sd, cv, j_index])
def test_of_one_reading_there_is_no_spread(figure: object) -> None:
    assert figure(tally(every(5, [100]))) is None  # type: ignore[operator]


def test_of_equal_readings_the_spread_is_none_to_speak_of() -> None:
    assert sd(tally(every(5, [120] * 9))) == 0


def test_gmi_in_ifcc_units_is_near_its_percentage() -> None:
    summed = tally(every(5, [154] * 3))
    percent, ifcc = gmi(summed), gmi_mmol_per_mol(summed)
    assert percent == pytest.approx(6.99, abs=0.01)
    assert ifcc == pytest.approx(52.9, abs=0.1)


@pytest.mark.parametrize("name", TRACES)
def test_rows_made_from_each_day_alone_give_the_same_figures(name: str) -> None:
    of = trace(name)
    rows = [tally(of.where(of.clock.days == day)) for day in tally_by_day(of)]
    assert ranges(total(rows)) == ranges(tally(of))
    assert adrr(total(rows)) == pytest.approx(adrr(tally(of)))


def test_a_day_of_a_few_readings_has_no_step_of_its_own() -> None:
    usual, few = tally(every(5, [100] * 200)), tally(every(10, [200] * 4, NOON + timedelta(days=2)))
    together = ranges(usual + few)
    assert together is not None
    assert together.tar1 == pytest.approx(100 * 4 / 204)
