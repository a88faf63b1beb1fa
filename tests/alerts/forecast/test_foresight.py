"""What the rule goes by says what the forecast says, at each reading, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.forecast.foresight import forecast_at, foreseen, foresight, in_force
from alerts.forecast.gate import QUIET, RUNGS, Gate
from alerts.forecast.model import GENERAL, train
from alerts.forecast.prediction import predict
from alerts.forecast.record import Record
from tests.alerts.forecast.making import NOON, after, every, falling, flat, newest, noisy, up_to
from tests.alerts.forecast.test_gate import scored
from tests.support.examples import so_many
from timeseries.glucose.bounds import LOW
from timeseries.glucose.series import Series, moment

FRESH = foresight(GENERAL, Gate(), NOON)
OWN = foresight(train(noisy(3)), Gate(), NOON)


def test_who_is_new_gets_the_general_model_and_what_the_gate_asks_of_them() -> None:
    assert FRESH.asked == 0.45
    assert len(FRESH.weights) == 13


def test_who_had_too_many_false_alarms_is_told_nothing() -> None:
    closed = foresight(GENERAL, scored(*[4] * len(RUNGS)), NOON)
    assert closed.asked is None
    assert not foreseen(closed, falling(75), LOW).any()


def test_more_is_asked_of_who_had_some() -> None:
    assert foresight(GENERAL, scored(*[1] * len(RUNGS)), NOON).asked == 0.6


@settings(max_examples=so_many(60))
@given(
    values=st.lists(st.integers(45, 180), min_size=14, max_size=60),
    step=st.sampled_from([1, 5, 15]),
    asked=st.sampled_from(RUNGS),
    own=st.booleans(),
    in_mmol=st.booleans(),
)
def test_a_low_is_foreseen_where_the_forecast_gives_it_the_chance_asked_for(
    values: list[int], step: int, asked: float, own: bool, in_mmol: bool
) -> None:
    sight = replace(OWN if own else FRESH, asked=asked)
    model = train(noisy(3)) if own else GENERAL
    plain = every(step, [float(value) for value in values])
    told = Series(plain.at, plain.values, np.full(len(plain), in_mmol), plain.zone)
    expected = [_chance(model, told, n) >= asked for n in range(len(told))]
    assert foreseen(sight, told, LOW).tolist() == expected


def _chance(model: object, told: Series, place: int) -> float:
    """Of a low after that reading, as `predict` has it; 0 where nothing may be foreseen."""
    known = up_to(told, place + 1)
    at = newest(known)
    lately = known.between(at - QUIET, at + timedelta(seconds=1))
    made = predict(model, known, at)  # type: ignore[arg-type]
    return 0.0 if made is None or lately.levels.below(LOW).any() else made.chance_below(LOW)


def test_the_forecast_told_is_the_one_that_was_judged() -> None:
    told = falling(85)
    made = predict(GENERAL, told, newest(told))
    assert made is not None
    found = forecast_at(FRESH, told, len(told) - 1)
    assert (found.made_at, found.at, found.in_mmol) == (made.made_at, made.at, made.in_mmol)
    assert (found.value, found.spread) == pytest.approx((made.value, made.spread))


def test_a_version_made_for_another_time_ahead_tells_that_time() -> None:
    told = forecast_at(replace(FRESH, minutes=30), falling(85), len(falling(85)) - 1)
    assert told.at - told.made_at == timedelta(minutes=30)


def test_of_nothing_nothing_is_foreseen() -> None:
    assert foreseen(FRESH, up_to(flat(), 0), LOW).tolist() == []


def test_the_newest_that_is_valid_by_then_is_in_force() -> None:
    versions = [replace(FRESH, valid_from=after(minutes), asked=0.3 + minutes / 100) for minutes in (10, 30, 20)]
    found = [in_force(versions, after(minutes)) for minutes in (9, 10, 29, 30, 99)]
    assert [each and each.asked for each in found] == [None, 0.4, 0.5, 0.6, 0.6]


def test_what_is_learnt_moves_the_weights_and_the_score_only_what_is_asked() -> None:
    assert OWN.weights != FRESH.weights
    ignored = foresight(train(noisy(3)), replace(Gate(), records=(Record(),) * len(RUNGS)), NOON)
    assert ignored == OWN
    assert moment(noisy(3).at[0]) == NOON
