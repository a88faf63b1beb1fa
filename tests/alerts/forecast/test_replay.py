"""The forecast over past readings, as it would have been."""

from datetime import UTC, datetime

import pytest

from alerts.forecast.gate import RUNGS, Gate
from alerts.forecast.model import GENERAL, train
from alerts.forecast.replay import Step, replay
from tests.alerts.forecast.making import noisy, series, up_to
from tests.timeseries.glucose.making import trace
from timeseries.glucose.series import moment


def told(step: Step) -> tuple[object, ...]:
    """All of a step that can be compared."""
    return step.now, step.gate, step.announced, step.model.until, step.model.sums.tolist()


def test_of_no_reading_there_is_nothing_to_replay() -> None:
    assert list(replay(series([], []))) == []


@pytest.mark.parametrize("count", [50, 97, 150])
def test_what_comes_later_changes_nothing_of_what_was_foreseen(count: int) -> None:
    days = noisy(days=2.5, step=15)
    assert [told(each) for each in replay(up_to(days, count))] == [told(each) for each in replay(days)][:count]


def test_the_first_day_is_foreseen_by_the_model_of_somebody_unknown() -> None:
    steps = list(replay(noisy(days=1.5, step=15)))
    assert {step.model is GENERAL for step in steps[:96]} == {True}
    assert {step.model is GENERAL for step in steps[96:]} == {False}


def test_learning_day_by_day_is_learning_all_of_them() -> None:
    days = noisy(days=2.5, step=15)
    *_, last = replay(days)
    assert last.model.sums == pytest.approx(train(up_to(days, 193)).sums, rel=1e-9)


def test_the_gate_is_handed_on() -> None:
    gate = list(replay(noisy(days=0.5)))[-1].gate
    assert gate.records[0].watched_days == pytest.approx(11 / 24, abs=0.02)
    assert gate != Gate()


def test_the_lows_of_a_real_trace_are_each_found_or_missed_at_every_rung() -> None:
    whole = trace("cgmq_dexcom")
    two_lows = whole.between(moment(whole.at[0]), datetime(2016, 10, 28, 9, tzinfo=UTC))
    *_, last = replay(two_lows)
    found = [sum(day.found for day in record.days) for record in last.gate.records]
    missed = [sum(day.missed for day in record.days) for record in last.gate.records]
    assert [sum(pair) for pair in zip(found, missed, strict=True)] == [2] * len(RUNGS)
    assert found[0] == 2
    assert found == sorted(found, reverse=True)
