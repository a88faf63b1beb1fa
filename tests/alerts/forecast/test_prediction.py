"""Glucose 20 or 30 minutes ahead."""

from datetime import timedelta
from math import isfinite, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast.model import GENERAL, Model, train
from alerts.forecast.prediction import Forecast, predict
from tests.alerts.forecast.making import after, every, falling, flat, joined, newest, noisy, series, up_to
from tests.timeseries.glucose.making import PARIS, row, said_in_mmol, samples, traces
from timeseries.glucose.bounds import LOW, VERY_LOW
from timeseries.glucose.one_source import one_source
from timeseries.glucose.series import Series

LEARNT = train(noisy(days=3))
MODELS = pytest.mark.parametrize("model", [GENERAL, LEARNT], ids=["unknown", "known"])


def foreseen(model: Model, recent: Series, horizon: int = 30) -> Forecast:
    """The forecast at the newest reading, which there is."""
    told = predict(model, recent, newest(recent), horizon)
    assert told is not None
    return told


def test_of_somebody_unknown_the_forecast_is_nearly_that_of_nightscout() -> None:
    now, before = log(85 / 140), log(95 / 140)
    now, before = 1.716 * now - 0.723 * before, now
    for _ in range(5):
        now, before = 1.716 * now - 0.723 * before, now
    assert log(foreseen(GENERAL, falling(85)).value / 140) == pytest.approx(now, rel=0.08)


@pytest.mark.parametrize("horizon", [20, 30])
def test_a_forecast_is_for_so_many_minutes_after_the_reading_it_is_made_from(horizon: int) -> None:
    told = foreseen(GENERAL, flat(), horizon)
    assert told.made_at == after(120)
    assert told.at == after(120 + horizon)


def test_nothing_is_foreseen_from_nothing() -> None:
    assert predict(GENERAL, series([], []), after(0)) is None


@pytest.mark.parametrize(("age", "foreseen"), [(0, True), (14.9, True), (15, False), (600, False), (-1, False)])
def test_nothing_is_foreseen_from_an_old_reading_nor_from_a_future_one(age: float, foreseen: bool) -> None:
    assert (predict(GENERAL, flat(), after(120 + age)) is not None) is foreseen


def test_nothing_is_foreseen_in_the_first_hour_of_a_sensor() -> None:
    assert predict(GENERAL, up_to(flat(), 12), after(55)) is None


@pytest.mark.parametrize("bound", [39, 401])
def test_nothing_is_foreseen_from_a_bound_of_the_sensors_range(bound: float) -> None:
    assert predict(GENERAL, every(5, [120] * 24 + [bound]), after(120)) is None


def test_a_sensor_of_15_minutes_is_foreseen_too() -> None:
    assert foreseen(GENERAL, every(15, [180, 170, 160, 150, 130, 110])).value < 100


def test_falling_is_likelier_to_be_low_than_flat() -> None:
    assert foreseen(GENERAL, falling(85)).chance_below(LOW) > 0.5 > foreseen(GENERAL, flat(85)).chance_below(LOW)


def test_the_chance_is_a_half_where_the_value_is_the_bound() -> None:
    told = Forecast(made_at=after(0), at=after(30), value=70, spread=15, in_mmol=False)
    assert told.chance_below(LOW) == pytest.approx(0.5)
    assert told.chance_below(VERY_LOW) == pytest.approx(0.127, abs=0.005)


def test_a_sensor_that_speaks_mmol_is_compared_with_the_bound_in_mmol() -> None:
    told = Forecast(made_at=after(0), at=after(30), value=3.9 * 18.0156, spread=15, in_mmol=True)
    assert told.chance_below(LOW) == pytest.approx(0.5)


@MODELS
@given(st.lists(st.integers(25, 220).map(lambda tenths: tenths / 10), min_size=14, max_size=30))
def test_the_unit_changes_nothing_of_the_forecast(model: Model, numbers: list[float]) -> None:
    said = said_in_mmol(every(5, numbers))
    converted = Series(said.at, said.values, ~said.in_mmol, said.zone)
    one, other = foreseen(model, said), foreseen(model, converted)
    assert (one.value, one.spread) == (other.value, other.spread)


@MODELS
@given(traces)
def test_a_forecast_is_possible_and_its_chance_a_probability(model: Model, trace: Series) -> None:
    told = [predict(model, up_to(trace, n), newest(up_to(trace, n))) for n in range(1, len(trace) + 1)]
    assert all(20 <= each.value <= 600 and 0 < each.spread < 300 for each in told if each)
    assert all(isfinite(each.value) and 0 <= each.chance_below(LOW) <= 1 for each in told if each)


@given(traces)
def test_a_model_learnt_from_anything_foresees_something_possible(trace: Series) -> None:
    told = foreseen(train(trace), falling())
    assert 20 <= told.value <= 600
    assert 0 < told.spread < 300


@given(st.randoms(), st.lists(st.integers(40, 300), min_size=14, max_size=40))
def test_the_order_of_arrival_changes_nothing(random: Random, numbers: list[int]) -> None:
    rows = [row(5 * n, number, raw=number, key=str(n).encode()) for n, number in enumerate(numbers)]
    mixed = random.sample(rows, len(rows))
    in_order, out_of_order = (one_source(samples(each), PARIS) for each in (rows, mixed))
    assert foreseen(LEARNT, in_order) == foreseen(LEARNT, out_of_order)
    assert train(in_order).sums.tolist() == train(out_of_order).sums.tolist()


@given(st.lists(st.integers(40, 300), min_size=14, max_size=40), st.integers(1, 300))
def test_a_forecast_looks_back_an_hour_and_no_further(numbers: list[int], hours: int) -> None:
    recent = every(5, numbers, after(0))
    before = every(5, [200] * 12, after(-60 * hours - 120))
    whole = joined(before, recent)
    assert foreseen(LEARNT, whole) == foreseen(LEARNT, recent)


def test_the_spread_grows_with_the_level() -> None:
    assert foreseen(GENERAL, flat(250)).spread > foreseen(GENERAL, flat(90)).spread


def test_a_forecast_a_moment_later_from_the_same_reading_is_the_same() -> None:
    assert predict(GENERAL, flat(), after(120)) == predict(GENERAL, flat(), after(120) + timedelta(minutes=5))
