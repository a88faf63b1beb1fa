"""Each glucose rule at its bounds, and the alert's way from pending to resolved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.advance import Walk, advance
from alerts.alert import What
from alerts.fast import rates
from alerts.history import Heard
from alerts.rule import Ended, Level, Source, Trace, rules
from alerts.thresholds import Above, Below, Fast, Limit, Thresholds
from hub.measurements import CONDITION_NUMBER, Condition
from hub.quantities import Kind, Unit
from tests.alerts.making import MINUTE, NOON, Row, after, every, in_mmol, journal, past, row, told
from tests.timeseries.glucose.making import trace
from timeseries.glucose.rate import rate
from timeseries.glucose.series import moment

CALM = [100.0] * 4
RAISED, RANG, RESOLVED = What.RAISED, What.RANG, What.RESOLVED
RETROSPECTIVE = What.RETROSPECTIVE
SOON = 5 / 60
"""Readings are received five seconds after they were taken."""


def _first(rows: list[Row], rule: str, until: float = 200, **given: object) -> float | None:
    """Minute at which the rule is first raised."""
    events = told(journal(past(rows, **given), after(until)), rule)  # type: ignore[arg-type]
    return next((at for what, at in events if what is RAISED), None)


def test_rules_are_found_by_being_in_their_folder() -> None:
    names = [rule.name for rule in rules()]
    assert names == sorted(set(names))
    assert {"urgent_low", "low", "sensor_silence", "weight_gain"} <= set(names)


@pytest.mark.parametrize(("value", "raised"), [(53.0, 20 + SOON), (54.0, None)])
def test_one_reading_under_54_is_an_urgent_low(value: float, raised: float | None) -> None:
    assert _first(every(5, [*CALM, value, 100.0, 100.0]), "urgent_low") == raised


@pytest.mark.parametrize(("value", "raised"), [(2.9, 20 + SOON), (3.0, None)])
def test_a_sensor_of_mmol_is_judged_by_3_0_and_not_by_its_conversion(value: float, raised: float | None) -> None:
    assert _first(in_mmol(every(5, [5.5] * 4 + [value, 5.5, 5.5])), "urgent_low") == raised


@pytest.mark.parametrize(("value", "raised"), [(13.9, None), (14.0, 30 + SOON)])
def test_13_9_mmol_is_not_very_high_though_it_converts_to_more_than_250(value: float, raised: float | None) -> None:
    assert _first(in_mmol(every(5, [8.0] * 4 + [value] * 4)), "very_high") == raised


def test_a_number_under_the_sensors_range_is_an_urgent_low() -> None:
    low = replace(row(20, 40.0), condition=CONDITION_NUMBER[Condition.BELOW_RANGE])
    assert _first([*every(5, CALM), low], "urgent_low") == 20 + SOON


def test_a_sensor_that_says_it_is_faulty_raises_nothing() -> None:
    faulty = replace(row(20, 40.0), condition=CONDITION_NUMBER[Condition.SENSOR_FAULT])
    assert _first([*every(5, CALM), faulty], "urgent_low") is None


@pytest.mark.parametrize(
    ("step", "lows", "raised"),
    [(5, 2, None), (5, 3, 30 + SOON), (1, 14, None), (1, 15, 18 + SOON), (15, 1, 60 + SOON)],
)
def test_a_low_is_raised_after_15_minutes_whatever_the_step(step: float, lows: int, raised: float | None) -> None:
    assert _first(every(step, CALM + [69.0] * lows + [75.0]), "low") == raised


def test_70_is_not_low() -> None:
    assert _first(every(5, CALM + [70.0] * 8), "low") is None


def test_a_short_return_begins_the_15_minutes_anew() -> None:
    assert _first(every(5, [*CALM, 69, 69, 70, 69, 69, 69]), "low") == 45 + SOON


def test_while_it_has_not_held_a_low_is_pending() -> None:
    walk, _ = advance(Walk(at=NOON - MINUTE), past(every(5, [*CALM, 69, 69])), after(26))
    assert [(each.rule, each.since) for each in walk.state.pending] == [("low", after(20))]
    walk, _ = advance(walk, past(every(5, [*CALM, 69, 69, 80])), after(31))
    assert walk.state.pending == ()


def test_a_fingerstick_under_70_is_low_by_itself() -> None:
    assert _first([replace(row(0, 65.0), kind=Kind.GLUCOSE_CAPILLARY)], "low") == SOON


@pytest.mark.parametrize(("back", "resolved"), [(74.0, []), (75.0, [(RESOLVED, 45 + SOON)])])
def test_a_low_ends_after_15_minutes_at_75_or_more(back: float, resolved: list[tuple[What, float]]) -> None:
    events = told(journal(past(every(5, CALM + [60.0] * 3 + [back] * 6)), after(60)), "low")
    assert [event for event in events if event[0] is RESOLVED] == resolved


def test_a_return_shorter_than_15_minutes_does_not_end_a_low() -> None:
    events = told(journal(past(every(5, [*CALM, 60, 60, 60, 80, 80, 60, 80, 80, 74, 80, 80])), after(75)), "low")
    assert RESOLVED not in [what for what, _ in events]


def test_a_low_ends_at_the_first_reading_of_the_return() -> None:
    events = journal(past(every(5, CALM + [60.0] * 3 + [80.0] * 4)), after(60))
    over = next(event for event in events if event.what is RESOLVED)
    assert (over.since, over.until, over.ended) == (after(20), after(35), Ended.BACK)


def test_a_gap_longer_than_45_minutes_closes_the_episode() -> None:
    events = journal(past(every(5, CALM + [60.0] * 3)), after(120))
    over = next(event for event in events if event.what is RESOLVED and event.rule == "low")
    assert (over.at, over.until, over.ended) == (after(75) + timedelta(seconds=1), after(30), Ended.LOST)


def test_a_low_that_continues_behind_a_gap_filled_later_is_the_same_alert() -> None:
    gap = [row(minute, 60.0, received=91) for minute in range(35, 90, 5)]
    events = journal(past([*every(5, CALM + [60.0] * 3), *gap, row(90, 60.0)]), after(95))
    mine = [event for event in events if event.rule == "low" and event.what is not RANG]
    assert [event.what for event in mine] == [RAISED, RESOLVED, What.REOPENED]
    assert (mine[-1].at, mine[-1].alert) == (after(91), mine[0].alert)


def test_an_urgent_low_rings_every_five_minutes() -> None:
    events = told(journal(past(every(5, [*CALM, *[50.0] * 4])), after(34)), "urgent_low")
    assert events == [(RAISED, 20 + SOON), (RANG, 25 + SOON), (RANG, 30 + SOON)]


def test_high_rings_only_where_asked_for() -> None:
    rows, asked = every(5, CALM + [200.0] * 4), Thresholds(high=Above(Limit(180, Unit.MG_DL), 15))
    assert _first(rows, "high") is None
    assert _first(rows, "high", thresholds=[asked]) == 30 + SOON


def test_a_low_that_is_switched_off_is_silent_and_the_urgent_one_is_not() -> None:
    off = Thresholds(low=Below(Limit(70, Unit.MG_DL), 15, on=False))
    rows = every(5, CALM + [50.0] * 6)
    assert _first(rows, "low", thresholds=[off]) is None
    assert _first(rows, "urgent_low", thresholds=[off]) == 20 + SOON


def test_a_prolonged_high_counts_from_its_begin_and_a_short_return_does_not_end_it() -> None:
    highs = [260.0] * 12 + [240.0] + [260.0] * 14
    assert _first(every(5, CALM + highs), "prolonged_high", 300) == 20 + 115 + SOON


@pytest.mark.parametrize(("change", "raised"), [(-15.0, None), (-16.0, 30 + SOON)])
def test_a_fall_of_more_than_3_a_minute_over_15_minutes_is_fast(change: float, raised: float | None) -> None:
    rows = every(5, [200.0] * 4 + [200 + change * n for n in range(1, 4)])
    assert _first(rows, "fast_fall", thresholds=[Thresholds(fast_fall=Fast(3.0, on=True))]) == raised
    assert _first(rows, "fast_fall") is None


def test_a_rise_is_not_a_fall() -> None:
    asked = Thresholds(fast_fall=Fast(3.0, on=True), fast_rise=Fast(3.0, on=True))
    rows = every(5, [100.0] * 4 + [100.0 + 20 * n for n in range(1, 5)])
    assert _first(rows, "fast_fall", thresholds=[asked]) is None
    assert _first(rows, "fast_rise", thresholds=[asked]) == 30 + SOON


def test_rates_are_those_of_the_arrow() -> None:
    series = trace("cgmq_dexcom").where(trace("cgmq_dexcom").values > 0)
    found = rates(Trace(1, Kind.GLUCOSE_INTERSTITIAL, series, series.levels, 5))
    points = [(moment(at), float(value)) for at, value in zip(series.at, series.values, strict=True)]
    alone = [rate(points[max(0, n - 20) : n + 1]) for n in range(300)]
    assert [None if each != each else each for each in found[:300].tolist()] == pytest.approx(alone)


@pytest.mark.parametrize(("hour", "raised"), [(3, True), (13, False)])
def test_a_low_of_30_minutes_is_urgent_at_night_only(hour: int, raised: bool) -> None:
    start = (hour - 12) * 60 + 24 * 60
    rows = every(5, CALM + [65.0] * 7, start=start)
    assert (_first(rows, "long_low_at_night", start + 60) is not None) is raised


def test_only_the_minutes_after_midnight_count_for_the_night() -> None:
    rows = every(5, CALM + [65.0] * 16, start=12 * 60 - 60)
    assert _first(rows, "long_low_at_night", 900) == 12 * 60 + 25 + SOON


def test_a_night_in_which_clocks_change_has_its_real_minutes() -> None:
    two = datetime(2026, 3, 29, 0, 40, tzinfo=UTC)
    start = (two - NOON) / MINUTE
    rows = every(5, CALM + [65.0] * 7, start=start)
    walk = Walk(at=two - timedelta(hours=1))
    _, events = advance(walk, past(rows), two + timedelta(hours=1))
    assert [e.at for e in events if e.rule == "long_low_at_night" and e.what is RAISED] == [
        two + timedelta(minutes=45, seconds=5)
    ]


@pytest.mark.parametrize(("step", "silent"), [(5, 35), (1, 23), (15, 76)])
def test_silence_is_raised_after_20_minutes_or_two_steps_and_a_minute(step: float, silent: float) -> None:
    assert _first(every(step, CALM), "sensor_silence") == silent


def test_silence_ends_with_the_next_reading() -> None:
    events = told(journal(past([*every(5, CALM), row(60, 100.0)]), after(61)), "sensor_silence")
    assert events == [(RAISED, 35), (RESOLVED, 60 + SOON)]


def test_each_silence_is_an_alert_of_its_own() -> None:
    events = told(journal(past([*every(5, CALM), row(60, 100.0)]), after(90)), "sensor_silence")
    assert [event[0] for event in events] == [RAISED, RESOLVED, RAISED]


@pytest.mark.parametrize(
    ("heard", "cause"),
    [
        ([], "unknown"),
        ([(30, Source.GATEWAY), (30, Source.ANY_GATEWAY)], "sensor"),
        ([(2, Source.GATEWAY), (30, Source.ANY_GATEWAY)], "gateway"),
        ([(2, Source.GATEWAY), (2, Source.ANY_GATEWAY)], "network"),
    ],
)
def test_silence_says_whose_it_is(heard: list[tuple[float, Source]], cause: str) -> None:
    signs = [Heard(after(minute), source) for minute, source in heard]
    events = journal(past(every(5, CALM), heard=signs), after(40))
    assert [event.because.key for event in events] == [f"sensor_silence_{cause}"]


def test_readings_that_come_too_late_are_a_silence_that_says_so() -> None:
    rows = [replace(each, received=each.at + 40 * MINUTE) for each in every(5, [100.0] * 12)]
    events = journal(past(rows), after(60))
    assert "sensor_silence_late" in {event.because.key for event in events}


def test_a_backlog_rings_for_nothing_and_is_told_once_when_it_is_all_there() -> None:
    rows = [replace(each, received=after(300 + n)) for n, each in enumerate(every(5, CALM + [50.0] * 6 + [90.0] * 6))]
    events = journal(past(rows), after(600))
    assert told(events, "urgent_low") == [(RETROSPECTIVE, 300 + 15 + 45)]
    assert told(events, "low") == [(RETROSPECTIVE, 300 + 15 + 45)]
    assert [(e.since, e.until) for e in events if e.rule == "low"] == [(after(20), after(50))]


def test_a_backlog_up_to_now_rings_for_what_holds_now() -> None:
    rows = [replace(each, received=after(60)) for each in every(5, CALM + [50.0] * 9)]
    events = [event for event in journal(past(rows), after(61)) if event.rule == "urgent_low"]
    assert [(event.what, event.at, event.since) for event in events] == [(RAISED, after(60), after(20))]


@pytest.mark.parametrize(("late", "what"), [(20, RAISED), (20.1, RETROSPECTIVE)])
def test_a_reading_is_live_for_twenty_minutes(late: float, what: What) -> None:
    events = journal(past([row(0, 50.0, received=late)]), after(120))
    assert next(whats for whats, _ in told(events, "urgent_low")) is what


def test_what_is_older_than_fourteen_days_is_not_told_at_all() -> None:
    old = 14 * 24 * 60 + 60
    events = journal(past([row(0, 50.0, received=old)]), after(old + 200), after(old - 60))
    assert told(events, "urgent_low") == []


def test_new_thresholds_tell_nothing_of_the_past() -> None:
    rows = every(5, [100.0] * 4 + [80.0] * 6 + [100.0] * 30)
    strict = Thresholds(version=1, valid_from=after(100), low=Below(Limit(90, Unit.MG_DL), 15))
    assert told(journal(past(rows, thresholds=[strict]), after(240)), "low") == []


def test_two_sensors_worn_at_once_make_one_alert() -> None:
    both = [*every(5, CALM + [50.0] * 3 + [90.0] * 6), *every(5, CALM + [50.0] * 4 + [90.0] * 5, 2, device=2)]
    events = told(journal(past(both), after(70)), "urgent_low")
    assert [what for what, _ in events if what is not RANG] == [RAISED, RESOLVED]


def test_a_low_of_the_second_sensor_is_not_hidden_by_the_first() -> None:
    both = [*every(5, [100.0] * 12), *every(5, [*CALM, 50.0], 2, device=2)]
    assert _first(both, "urgent_low") == 22 + SOON


def test_an_alert_names_its_readings_and_its_numbers_with_their_unit() -> None:
    raised = next(e for e in journal(past(in_mmol(every(5, [5.5] * 4 + [2.8]))), after(21)) if e.rule == "urgent_low")
    numbers = {number.name: (number.value, number.unit) for number in raised.because.numbers}
    assert (raised.level, raised.because.key) == (Level.URGENT, "urgent_low")
    assert numbers == {"glucose": (2.8, "mmol/L"), "bound": (3.0, "mmol/L"), "minutes": (5, "min")}
    assert [each.at for each in raised.evidence] == [after(20)]
