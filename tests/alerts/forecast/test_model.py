"""What a person's readings teach."""

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.forecast.evidence import evidence, lags, later
from alerts.forecast.model import GENERAL, HORIZONS, Model, learn, root, solve, train
from tests.alerts.forecast.making import every, newest, noisy, series, up_to
from tests.support.examples import so_many
from tests.timeseries.glucose.making import trace
from timeseries.glucose.series import Series


def iterated(steps: int) -> list[float]:
    """AR2's weights on the newest reading and the one before, so many steps ahead."""
    now, before = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    for _ in range(steps):
        now, before = 1.716 * now - 0.723 * before, now
    return [float(each) for each in now]


def rmse(model: Model, of: Series) -> float:
    """Its error 30 minutes ahead, in roots."""
    known = evidence(of)
    outcome, true = later(known.told, 30)
    chosen = known.sufficient & true
    weights, _ = solve(model, 30)
    said = weights[0] + root(lags(known.told, chosen)) @ weights[1:]
    return float(np.sqrt(np.mean((said - root(outcome[chosen])) ** 2)))


@pytest.mark.parametrize("horizon", HORIZONS)
def test_of_somebody_unknown_the_model_is_that_of_nightscout(horizon: int) -> None:
    weights, _ = solve(GENERAL, horizon)
    assert weights == pytest.approx([0, *iterated(horizon // 5), *[0] * 10], abs=1e-9)


def test_of_somebody_unknown_the_error_is_that_measured_for_nightscout() -> None:
    _, error = solve(GENERAL, 30)
    assert 2 * 140**0.5 * error == pytest.approx(0.14 * 140)


def test_sooner_is_surer() -> None:
    assert solve(GENERAL, 20)[1] < solve(GENERAL, 30)[1]


def test_only_learnt_horizons_are_solved() -> None:
    with pytest.raises(ValueError, match=r"\(20, 30\)"):
        solve(GENERAL, 45)


def test_a_model_that_knows_the_person_errs_less_on_days_it_has_not_seen() -> None:
    told = trace("cgmq_dexcom")
    before, then = up_to(told, 1400), told.where(np.arange(len(told)) >= 1400)
    assert rmse(train(before), then) < 0.95 * rmse(GENERAL, then)


def test_the_error_it_states_is_the_error_it_makes() -> None:
    told = noisy(days=14)
    assert solve(train(told), 30)[1] == pytest.approx(rmse(train(told), told), rel=0.1)


@settings(max_examples=so_many(25))
@given(st.integers(30, 600))
def test_learning_in_two_goes_is_learning_in_one(cut: int) -> None:
    told = noisy(days=2.2)
    first = train(up_to(told, cut))
    overlap = told.between(newest(up_to(told, cut)) - timedelta(hours=3), newest(told) + timedelta(minutes=1))
    twice, once = learn(first, overlap), train(told)
    assert twice.until == once.until
    assert twice.sums == pytest.approx(once.sums, rel=1e-9)


def test_learning_the_same_again_changes_nothing() -> None:
    model = train(noisy(days=1))
    assert learn(model, noisy(days=1)) is model


def test_nothing_is_learnt_from_nothing() -> None:
    assert learn(GENERAL, series([], [])) is GENERAL


def test_nothing_is_learnt_from_a_sensor_that_speaks_every_hour() -> None:
    assert train(every(60, [120] * 100)).days == 0


@pytest.mark.parametrize("step", [1, 5, 15])
def test_a_day_counts_as_a_day_whatever_the_sensors_step(step: float) -> None:
    assert train(noisy(days=2, step=step)).days == pytest.approx(2, rel=0.06)


def test_what_was_learnt_28_days_ago_counts_half() -> None:
    first, again = noisy(days=1), noisy(days=1)
    much_later = Series(again.at + np.timedelta64(28, "D"), again.values, again.in_mmol, again.zone)
    assert learn(train(first), much_later).days == pytest.approx(1.5 * train(first).days)


def test_a_model_survives_json() -> None:
    model = train(noisy(days=1))
    again = Model.from_json(json.loads(json.dumps(model.to_json())))
    assert again.until == model.until
    assert again.sums == pytest.approx(model.sums, rel=1e-12)


def test_a_model_of_nobody_survives_json() -> None:
    assert Model.from_json(json.loads(json.dumps(GENERAL.to_json()))).until is None


@pytest.mark.parametrize("sums", [None, [], [1.0] * 119, [float("nan")] * 120, [float("inf")] * 120])
def test_what_is_no_model_is_refused(sums: object) -> None:
    with pytest.raises(ValueError, match="train it anew"):
        Model.from_json({"sums": sums, "until": None})
