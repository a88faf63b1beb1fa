"""The rule of lows to come: when it rings, when it is over, and what silences it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.advance import Walk, advance
from alerts.alert import Event, What
from alerts.forecast.foresight import Foresight, foresight
from alerts.forecast.gate import Gate
from alerts.forecast.model import GENERAL
from alerts.history import History, history
from alerts.rule import Ended, Subject
from alerts.thresholds import Below, Limit, Thresholds
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Unit
from tests.alerts.making import NOON, SUBJECT, Row, after, every, in_mmol, samples, told
from tests.support.examples import so_many

LONG_AGO = NOON - timedelta(days=1)
FRESH = foresight(GENERAL, Gate(), LONG_AGO)
LEVEL = [155.0] * 24
FALL = [*LEVEL, 145, 135, 125, 115, 105, 95, 85]
"""Two hours level, then 10 mg/dL every five minutes: at the end a low is likely."""


def past(
    rows: list[Row], sights: tuple[Foresight, ...] = (FRESH,), *thresholds: Thresholds, subject: Subject = SUBJECT
) -> History:
    """Of these readings, under those versions of the forecast."""
    return history(subject, thresholds, {Kind.GLUCOSE_INTERSTITIAL: samples(rows)}, foresights=sights)


def heard(of: History, until: datetime) -> list[Event]:
    """What is told of lows to come."""
    events = advance(Walk(at=NOON - timedelta(hours=1)), of, until)[1]
    return [event for event in events if event.rule == "predicted_low"]


def said(rows: list[Row], until: float = 400, *thresholds: Thresholds) -> list[tuple[What, float]]:
    """What is told, and at which minute."""
    return told(heard(past(rows, (FRESH,), *thresholds), after(until)), "predicted_low")


def test_a_fall_rings_once_before_the_low_and_is_over_when_the_low_comes() -> None:
    rows = every(5, [*FALL, 75, 68, 66, 64, 75, 90, 95, 100])
    events = said(rows)
    assert [what for what, _ in events] == [What.RAISED, What.RESOLVED]
    low_at = 5 * len(FALL) + 5
    (_, rang), (_, over) = events
    assert rang < low_at
    assert over == pytest.approx(low_at + 5 / 60)


def test_a_fall_that_is_caught_is_over_after_three_quarters_of_an_hour() -> None:
    rows = every(5, [*FALL, 90, 100, *[120] * 20])
    raised, resolved = heard(past(rows), after(400))
    assert (raised.what, resolved.what, resolved.ended) == (What.RAISED, What.RESOLVED, Ended.BACK)
    assert resolved.until is not None
    assert timedelta(minutes=45) < resolved.until - raised.at <= timedelta(minutes=65)


def test_a_sensor_that_falls_silent_leaves_the_question_open() -> None:
    raised, resolved = heard(past(every(5, FALL)), after(400))
    assert (raised.what, resolved.what, resolved.ended) == (What.RAISED, What.RESOLVED, Ended.LOST)


def test_a_level_line_is_not_foreseen_to_be_low() -> None:
    assert said(every(5, [*LEVEL, *LEVEL])) == []


def test_nothing_is_foreseen_before_anything_is_in_force() -> None:
    late = replace(FRESH, valid_from=after(300))
    assert heard(past(every(5, FALL), (late,)), after(400)) == []
    assert heard(past(every(5, FALL), ()), after(400)) == []


def test_each_version_holds_from_its_instant_on() -> None:
    silent = replace(FRESH, asked=None)
    again = replace(FRESH, valid_from=after(5 * 40))
    rows = every(5, [*FALL, *[120] * 12, *FALL])
    (raised, _) = heard(past(rows, (silent, again)), after(500))
    assert raised.at > after(5 * 40)


def test_who_does_not_want_it_is_not_told() -> None:
    assert said(every(5, FALL), 400, Thresholds(predicted_low=False)) == []
    assert said(every(5, FALL), 400, Thresholds(predicted_low=True)) != []


def test_fingersticks_and_scans_foresee_nothing() -> None:
    rows = [replace(row, kind=Kind.GLUCOSE_SCAN) for row in every(5, FALL)]
    of = history(SUBJECT, (), {Kind.GLUCOSE_SCAN: samples(rows)}, foresights=(FRESH,))
    assert heard(of, after(400)) == []


def test_a_fall_that_came_late_is_never_told() -> None:
    rows = [replace(row, received=after(600)) for row in every(5, [*FALL, 75, 68, 66, 64, 80, *[120] * 20])]
    assert heard(past(rows), after(1000)) == []


@pytest.mark.parametrize("mmol", [False, True])
def test_it_says_what_is_expected_in_the_sensors_unit_in_how_long_and_with_which_chance(mmol: bool) -> None:
    rows = in_mmol(every(5, [value / GLUCOSE_MG_DL_PER_MMOL_L for value in FALL])) if mmol else every(5, FALL)
    raised = heard(past(rows), after(400))[0]
    numbers = {number.name: (number.value, number.unit) for number in raised.because.numbers}
    unit, bound = (Unit.MMOL_L, 3.9) if mmol else (Unit.MG_DL, 70)
    assert numbers["bound"] == (bound, unit)
    assert numbers["minutes"] == (20, "min")
    assert numbers["glucose"][1] is unit
    assert numbers["glucose"][0] == pytest.approx(bound, rel=0.3)
    assert numbers["chance"][1] == "%"
    assert 45 <= numbers["chance"][0] <= 100
    assert raised.evidence[-1].at <= raised.at


def test_in_pregnancy_what_is_expected_is_a_low_of_pregnancy() -> None:
    pregnant = Thresholds(low=Below(Limit(63, Unit.MG_DL), 15), valid_from=LONG_AGO)
    rows = every(5, [*FALL, 77, 70])
    usual, hers = (heard(past(rows, (FRESH,), *own), after(400))[0] for own in ((), (pregnant,)))
    assert hers.at > usual.at
    assert ("bound", 63) in [(number.name, number.value) for number in hers.because.numbers]


def test_a_higher_bound_of_ones_own_does_not_make_it_speak_sooner() -> None:
    higher = Thresholds(low=Below(Limit(90, Unit.MG_DL), 15), valid_from=LONG_AGO)
    usual, theirs = (heard(past(every(5, FALL), (FRESH,), *own), after(400))[0] for own in ((), (higher,)))
    assert theirs.at == usual.at


def test_two_sensors_are_each_judged_by_themselves() -> None:
    rows = [*every(5, FALL), *every(5, [155.0] * len(FALL), device=2)]
    (raised, _) = heard(past(rows), after(400))
    assert {each.device for each in raised.evidence} == {1}


@settings(max_examples=so_many(20))
@given(
    values=st.lists(st.integers(45, 200), min_size=30, max_size=60),
    cuts=st.lists(st.integers(0, 400), max_size=4),
)
def test_however_time_is_cut_the_same_is_told(values: list[int], cuts: list[int]) -> None:
    of = past(every(5, [*FALL, *map(float, values)]))
    until = after(600)
    walk, events = Walk(at=NOON - timedelta(hours=1)), []
    for minute in sorted(cuts):
        walk, more = advance(walk, of, after(minute))
        events += more
    assert events + advance(walk, of, until)[1] == advance(Walk(at=NOON - timedelta(hours=1)), of, until)[1]


@settings(max_examples=so_many(20))
@given(values=st.lists(st.integers(41, 200), min_size=20, max_size=60))
def test_it_rings_at_once_for_the_reading_that_tells_it_and_never_while_low(values: list[int]) -> None:
    rows = every(5, [*LEVEL, *map(float, values)])
    by_arrival = {row.received: row for row in rows}
    for event in heard(past(rows), after(600)):
        reading = by_arrival.get(event.at)
        assert event.what is not What.RAISED or (reading is not None and reading.value >= 70)
        assert event.what is not What.RETROSPECTIVE
