"""Who may speak of a low to come."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast.gate import BEARABLE, BETWEEN, RUNGS, USUAL, Gate, PredictedLow, acted_upon, watch
from alerts.forecast.model import GENERAL
from alerts.forecast.record import Day, Record, watched
from tests.alerts.forecast.making import NOON, after, every, falling, flat, joined, newest
from timeseries.glucose.series import Series

TODAY = NOON.toordinal() - datetime(1970, 1, 1, tzinfo=NOON.tzinfo).toordinal()


def scored(*false_per_day: float, days: float = 10) -> Gate:
    """A gate whose rungs had so many false alarms a day, the last ones none."""
    rates = [*false_per_day, *[0.0] * (len(RUNGS) - len(false_per_day))]
    spread = [Day(TODAY, watched=days * 1440, false=round(rate * days)) for rate in rates]
    return Gate(tuple(Record((day,)) for day in spread))


def heard(gate: Gate, recent: Series) -> tuple[Gate, PredictedLow | None]:
    """The gate after the newest reading, and what it announces."""
    return watch(gate, GENERAL, recent, newest(recent))


def open_rung(gate: Gate) -> int:
    """The rung that speaks, which there is."""
    assert gate.open_rung is not None
    return gate.open_rung


def announced(gate: Gate, recent: Series) -> PredictedLow | None:
    """What the gate announces at the newest reading."""
    return heard(gate, recent)[1]


def test_a_steep_fall_towards_70_is_announced() -> None:
    told = announced(Gate(), falling(85))
    assert told is not None
    assert told.forecast.at == newest(falling()) + timedelta(minutes=20)
    assert told.chance >= told.asked == RUNGS[open_rung(Gate())]


def test_a_flat_line_is_not() -> None:
    assert announced(Gate(), flat(100)) is None


def test_nothing_is_announced_without_evidence() -> None:
    assert announced(Gate(), falling(85, hours=1).where(falling(85, hours=1).values < 140)) is None


@pytest.mark.parametrize("at", [0, 5, 30])
def test_a_low_that_is_there_or_was_within_half_an_hour_is_not_announced_as_one_to_come(at: int) -> None:
    values = falling(85).values.copy()
    values[len(values) - 1 - at // 5] = 69
    assert announced(Gate(), every(5, values.tolist())) is None


def test_a_low_of_35_minutes_ago_does_not_hinder() -> None:
    values = falling(85).values.copy()
    values[-8] = 69
    assert announced(Gate(), every(5, values.tolist())) is not None


def test_the_same_fall_is_announced_once() -> None:
    gate, first = heard(Gate(), falling(85))
    assert first is not None
    assert announced(gate, joined(falling(85), every(5, [77, 71], after(125)))) is None


def test_a_fall_that_one_rung_announced_is_not_announced_by_the_next() -> None:
    gate, first = heard(scored(), falling(90))
    switched = replace(gate, records=scored(*[1] * len(RUNGS)).records)
    assert first is not None
    assert first.asked < RUNGS[open_rung(switched)]
    assert announced(switched, joined(falling(90), every(5, [77], after(125)))) is None
    assert announced(replace(switched, spoke=None), joined(falling(90), every(5, [77], after(125)))) is not None


def test_a_reading_told_again_changes_nothing() -> None:
    gate, _ = heard(Gate(), falling(85))
    assert heard(gate, falling(85)) == (gate, None)


def test_of_somebody_unknown_that_is_asked_at_which_few_false_alarms_are_to_be_expected() -> None:
    assert RUNGS[open_rung(Gate())] == 0.45
    assert RUNGS[open_rung(replace(Gate(), apart=15))] == 0.3


@given(st.lists(st.integers(0, 30), min_size=len(RUNGS), max_size=len(RUNGS)), st.floats(1, 28), st.floats(1, 20))
def test_the_lowest_bearable_rung_speaks(false: list[int], days: float, apart: float) -> None:
    gate = replace(scored(*[each / days for each in false], days=days), apart=apart)
    bearable = [expected <= BEARABLE for expected in gate.expected]
    assert gate.open_rung == (bearable.index(True) if any(bearable) else None)
    assert list(gate.expected) == sorted(gate.expected, reverse=True)


def test_less_is_asked_of_who_has_no_false_alarms_the_longer_they_have_none() -> None:
    asked = [open_rung(scored(days=days)) for days in (0, 2, 5, 10, 20, 28)]
    assert asked == sorted(asked, reverse=True)
    assert asked[0] > asked[-1] == 0


@pytest.mark.parametrize("rung", range(len(RUNGS)))
def test_false_alarms_count_wherever_they_were_and_though_nobody_heard_them(rung: int) -> None:
    false = [0.0] * len(RUNGS)
    false[rung] = 3
    assert open_rung(scored(*false)) > open_rung(scored())


def test_what_is_expected_is_what_a_person_had_once_they_are_known() -> None:
    had = [2 * rate for rate in USUAL[5]]
    expected = scored(*had, days=10_000).expected
    assert expected == pytest.approx(had, rel=0.01)


def test_a_sensor_of_15_minutes_is_known_within_half_a_day() -> None:
    gate = Gate()
    for n in range(40):
        gate, _ = heard(gate, every(15, [120] * 10, after(15 * n)))
    assert gate.apart > BETWEEN
    for n in range(60):
        gate, _ = heard(gate, flat(start=after(600 + 5 * n)))
    assert gate.apart < BETWEEN


def test_of_a_fall_a_sensor_of_15_minutes_tells_at_a_lower_chance() -> None:
    told = announced(replace(Gate(), apart=15.0), falling(90))
    assert told is not None
    assert told.asked == 0.3
    assert announced(Gate(), falling(90)) is None


def test_neither_a_first_reading_nor_silences_make_another_sensor_of_it() -> None:
    gate = Gate()
    assert heard(gate, flat())[0].apart == gate.apart
    for n in range(20):
        gate, _ = heard(gate, flat(start=after(300 * n)))
        gate, _ = heard(gate, flat(start=after(300 * n + 5)))
        gate, _ = heard(gate, flat(start=after(300 * n + 10)))
    assert gate.apart < BETWEEN


def test_more_is_asked_of_who_had_too_many_false_alarms() -> None:
    noisy = scored(*[1] * len(RUNGS))
    told = announced(noisy, falling(75))
    assert told is not None
    assert told.asked == RUNGS[open_rung(noisy)] == 0.6
    assert announced(noisy, falling(85)) is None
    assert announced(Gate(), falling(85)) is not None


def test_a_closed_gate_announces_nothing_and_goes_on_keeping_score() -> None:
    closed = scored(*[4] * len(RUNGS))
    after_fall, said = heard(closed, falling(85))
    assert closed.open_rung is None
    assert said is None
    assert after_fall.records[0].pending == newest(falling())


def test_a_closed_gate_opens_again_when_its_false_alarms_are_four_weeks_old() -> None:
    closed = scored(*[4] * len(RUNGS))
    in_four_weeks = NOON + timedelta(days=28)
    again = Gate(tuple(watched(record, in_four_weeks, 1440) for record in closed.records))
    assert closed.open_rung is None
    assert again.open_rung is not None


def test_a_low_that_comes_is_scored_as_found_at_the_rungs_that_foresaw_it() -> None:
    gate, said = heard(Gate(), falling(85))
    then = joined(falling(85), every(5, [76, 69, 62, 58, 60], after(125)))
    found = [sum(day.found for day in record.days) for record in heard(gate, then)[0].records]
    missed = [sum(day.missed for day in record.days) for record in heard(gate, then)[0].records]
    assert said is not None
    assert found == [int(said.chance >= rung) for rung in RUNGS]
    assert missed == [1 - each for each in found]


def test_a_low_beyond_the_sensors_range_from_which_nothing_is_foreseen_is_scored_too() -> None:
    gate, _ = heard(Gate(), falling(85))
    then = joined(falling(85), every(5, [76, 69, 39, 39, 39], after(125)))
    assert heard(gate, then)[0].records[0].hit_rate == 1


def test_an_alarm_acted_upon_waits_at_no_rung() -> None:
    gate, _ = heard(Gate(), falling(85))
    assert [record.pending for record in acted_upon(gate).records] == [None] * len(RUNGS)


def test_watched_time_is_what_passed_but_not_a_silence() -> None:
    gate, _ = heard(Gate(), flat())
    gate, _ = heard(gate, flat(start=after(5)))
    gate, _ = heard(gate, flat(start=after(600)))
    assert gate.records[0].watched_days * 1440 == 20 + 5 + 20


def test_an_old_reading_neither_rings_nor_counts_as_watched() -> None:
    gate, said = watch(Gate(), GENERAL, falling(85), newest(falling()) + timedelta(hours=1))
    assert said is None
    assert gate == Gate()


def test_a_gate_survives_json() -> None:
    gate, _ = heard(replace(scored(0.5), apart=15.0), falling(85))
    assert Gate.from_json(json.loads(json.dumps(gate.to_json()))) == gate
    assert Gate.from_json(json.loads(json.dumps(Gate().to_json()))) == replace(Gate(), seen=None)
