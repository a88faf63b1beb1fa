"""Every figure of reference.json that we compute too, of twelve real people."""

import numpy as np
import pytest

from tests.support.krone import reference, series_of, weighed
from timeseries.weight.gains import gain_episodes
from timeseries.weight.slope import slope_per_week, theil_sen
from timeseries.weight.spread import daily_difference_sd, daily_differences
from timeseries.weight.trend import trend, trend_by_weighing

PEOPLE = weighed()
REFERENCE = reference()
SUBJECTS = REFERENCE["subjects"]
everyone = pytest.mark.parametrize("person", PEOPLE)


def close(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@everyone
def test_the_series_holds_the_same_weights(person: int) -> None:
    kg = series_of(PEOPLE[person]).kg
    names = ("n", "first", "last", "min", "max", "mean", "sd")
    figures = (len(kg), kg[0], kg[-1], kg.min(), kg.max(), kg.mean(), np.std(kg, ddof=1))
    assert dict(zip(names, figures, strict=True)) == close({name: SUBJECTS[str(person)][name] for name in names})


@everyone
def test_the_trend_is_libras(person: int) -> None:
    assert trend(series_of(PEOPLE[person]))[-1] == close(SUBJECTS[str(person)]["libra_tau7_last"])


@everyone
def test_the_trend_by_weighing_is_the_hackers_diets(person: int) -> None:
    days = [day for day, _ in PEOPLE[person]]
    smoothed = trend_by_weighing(series_of(PEOPLE[person]).kg)
    assert smoothed[-1] == close(SUBJECTS[str(person)]["ewma_0.1_last"])
    assert smoothed[days.index(30)] == close(SUBJECTS[str(person)]["ewma_0.1_day30"])


@everyone
def test_the_slope_and_its_interval_are_theil_and_sens(person: int) -> None:
    series = series_of(PEOPLE[person])
    slope = theil_sen(series.days / 7, series.kg)
    assert slope is not None
    assert slope.kg_per_week == close(SUBJECTS[str(person)]["theil_sen_kg_per_week"])
    assert [slope.low, slope.high] == close(SUBJECTS[str(person)]["theil_sen_lo95_hi95"])


@everyone
def test_the_slope_is_that_of_the_last_28_days(person: int) -> None:
    slope = slope_per_week(series_of(PEOPLE[person]))
    assert slope is not None
    assert slope.kg_per_week == close(SUBJECTS[str(person)]["theil_sen_last28d_kg_per_week"])


@everyone
def test_the_daily_differences_spread_as_in_the_reference(person: int) -> None:
    assert daily_difference_sd(series_of(PEOPLE[person])) == close(SUBJECTS[str(person)]["sd_daily_diff"])


@everyone
def test_the_gains_of_two_kilograms_in_three_days_are_as_many(person: int) -> None:
    assert len(gain_episodes(series_of(PEOPLE[person]))) == SUBJECTS[str(person)]["episodes_gain_gt2kg_in_3d"]


def test_the_population_spreads_as_in_the_reference() -> None:
    every = np.concatenate([daily_differences(series_of(days)) for days in PEOPLE.values()])
    assert np.std(every, ddof=1) == close(REFERENCE["population"]["sd_day_to_day_kg"])
    assert np.percentile(np.abs(every), 95) == close(REFERENCE["population"]["p95_abs_day_to_day_kg"])
