"""The rules that look at weighings."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from alerts.advance import Walk, advance
from alerts.alert import Event, What
from alerts.history import Heard
from alerts.rule import Level, Source, Subject, Weighed
from alerts.rules import weight_gain
from alerts.rules.weight_loss import age_on
from alerts.thresholds import Gain, Thresholds, WeighIn
from hub.measurements import Condition
from tests.alerts.making import NOON, PARIS, SUBJECT, past, weighed
from tests.support.krone import weighed as krone

HEART = Thresholds(weight_gain=Gain(on=True))
STEADY = [weighed(day, 80.0 + 0.2 * (day % 2)) for day in range(14)]


def _told(
    weighings: Iterable[Weighed],
    rule: str,
    days: float = 30,
    thresholds: Thresholds = HEART,
    subject: Subject = SUBJECT,
    heard: Iterable[Heard] = (),
) -> list[Event]:
    of = past(weighings=weighings, thresholds=[thresholds], subject=subject, heard=heard)
    events = advance(Walk(at=NOON - timedelta(hours=1)), of, NOON + timedelta(days=days))[1]
    return [event for event in events if event.rule == rule]


def _raised(events: list[Event]) -> list[tuple[int, str, Level]]:
    """Day, reason and level of each alert."""
    return [((e.at - NOON).days, e.because.key, e.level) for e in events if e.what is What.RAISED]


@pytest.mark.parametrize(("kg", "days"), [(82.1, [14]), (82.0, [])])
def test_more_than_2_kg_above_any_of_the_last_3_days_is_a_gain(kg: float, days: list[int]) -> None:
    found = _raised(_told([*STEADY[:13], weighed(13, 80.2), weighed(14, kg)], "weight_gain"))
    assert [day for day, key, level in found if (key, level) == ("weight_gain_days", Level.WARNING)] == days


def test_a_gain_over_more_days_is_not_a_gain_in_3() -> None:
    slow = [weighed(14 + 4 * n, 80 + 2.5 * n) for n in range(4)]
    assert not [each for each in _raised(_told([*STEADY, *slow], "weight_gain", 40)) if each[1].endswith("days")]


def test_a_gain_that_the_trend_calls_an_outlier_is_told() -> None:
    assert _raised(_told([*STEADY, weighed(14, 95.0)], "weight_gain")) == [(14, "weight_gain_days", Level.WARNING)]


def test_two_days_far_above_the_own_trend_are_a_notice() -> None:
    assert _raised(_told([*STEADY, weighed(14, 81.6), weighed(15, 81.6)], "weight_gain")) == [
        (15, "weight_gain_trend", Level.NOTICE)
    ]


def test_one_day_far_above_the_own_trend_is_not() -> None:
    assert _raised(_told([*STEADY, weighed(14, 81.6), weighed(15, 80.1)], "weight_gain")) == []


def test_nobody_is_told_of_a_gain_who_did_not_ask() -> None:
    assert _told([*STEADY, weighed(14, 90.0)], "weight_gain", thresholds=Thresholds()) == []


@pytest.mark.parametrize(("attribution", "alerts"), [(None, 1), (2, 1), (1, 0)])
def test_a_weighing_that_nobody_confirmed_makes_no_gain(attribution: int | None, alerts: int) -> None:
    assert len(_raised(_told([*STEADY, weighed(14, 90.0, attribution=attribution)], "weight_gain"))) == alerts


def test_an_object_on_the_scale_is_nobodys_gain() -> None:
    suitcase = replace(weighed(14, 90.0), condition=Condition.OBJECT_ON_SCALE)
    assert _told([*STEADY, suitcase], "weight_gain") == []


@pytest.mark.parametrize(("late", "alerts"), [(1.9, 1), (2.1, 0)])
def test_a_weighing_of_more_than_two_days_ago_is_no_news(late: float, alerts: int) -> None:
    assert len(_raised(_told([*STEADY, weighed(14, 90.0, late=late)], "weight_gain"))) == alerts


def test_a_gain_is_over_when_a_weighing_says_so() -> None:
    events = _told([*STEADY, weighed(14, 83.0), weighed(15, 80.0)], "weight_gain")
    assert [(event.what, (event.at - NOON).days) for event in events] == [(What.RAISED, 14), (What.RESOLVED, 15)]


def test_a_gain_nobody_measures_again_is_over_after_three_days() -> None:
    events = _told([*STEADY, weighed(14, 83.0)], "weight_gain")
    assert [event.what for event in events] == [What.RAISED, What.RESOLVED]
    assert timedelta(days=3) < events[1].at - events[0].at < timedelta(days=4)


def test_twelve_healthy_people_are_rarely_told_of_a_gain() -> None:
    keys = [key for days in krone().values() for key in _gains(days)]
    months = 12 * 63 / 30.4
    assert keys.count("weight_gain_days") / months < 0.3
    assert len(keys) / months < 0.6


def _gains(days: list[tuple[int, float]]) -> list[str]:
    """The reason at each weighing that shows a gain the one before did not."""
    of = past(weighings=[weighed(day, kg) for day, kg in days], thresholds=[HEART])
    found = [weight_gain.find(of.known(w.received_at)) for w in of.weighings]
    return [now[0].because.key for before, now in pairwise([(), *found]) if now and not before]


def _losing(percent: float, days: int, start: float = 80.0) -> list[Weighed]:
    """A steady month, then so much less over those days; thirty weighings of each."""
    steady = [weighed(day, start) for day in range(30)]
    part = [n / 30 for n in range(1, 31)]
    return steady + [weighed(30 + days * of, start * (1 - percent / 100 * of)) for of in part]


def _loss_levels(weighings: list[Weighed], subject: Subject = SUBJECT) -> set[Level]:
    return {event.level for event in _told(weighings, "weight_loss", 215, subject=subject) if event.what.rings}


@pytest.mark.parametrize(
    ("percent", "days", "levels"),
    [
        (4.5, 30, set()),
        (8, 30, {Level.NOTICE}),
        (15, 30, {Level.NOTICE, Level.WARNING}),
        (9, 180, set()),
        (12, 180, {Level.NOTICE}),
    ],
)
def test_a_loss_is_told_from_5_percent_in_a_month_or_10_in_six(percent: float, days: int, levels: set[Level]) -> None:
    assert _loss_levels(_losing(percent, days)) == levels


@pytest.mark.parametrize(
    ("born", "height", "level"),
    [
        (1950, 195.0, Level.WARNING),
        (1950, 190.0, Level.NOTICE),
        (1980, 195.0, Level.NOTICE),
        (1980, 213.0, Level.WARNING),
    ],
)
def test_a_loss_is_severe_below_a_body_mass_index_that_depends_on_age(born: int, height: float, level: Level) -> None:
    subject = Subject(PARIS, date(born, 1, 1), height)
    assert _loss_levels(_losing(8, 30), subject) == {level}


def test_a_child_who_loses_weight_is_not_judged_by_figures_for_adults() -> None:
    assert _loss_levels(_losing(8, 30), Subject(PARIS, date(2012, 1, 1))) == set()


def test_a_wanted_loss_is_not_told() -> None:
    assert _told(_losing(15, 30), "weight_loss", 80, replace(HEART, weight_loss=False)) == []


@pytest.mark.parametrize(
    ("today", "age"),
    [(date(2026, 2, 28), 69), (date(2026, 3, 1), 70), (date(2028, 2, 29), 72), (date(2027, 12, 31), 71)],
)
def test_who_was_born_on_29_february_is_older_from_1_march(today: date, age: int) -> None:
    assert age_on(date(1956, 2, 29), today) == age


DAILY = Thresholds(weigh_in=WeighIn(days=2), valid_from=NOON)


def test_a_missed_weigh_in_is_told_at_nine_on_the_day_agreed() -> None:
    events = _told([weighed(0, 80.0)], "no_weigh_in", 4, DAILY)
    assert [event.at.astimezone(PARIS) for event in events] == [datetime(2026, 5, 6, 9, tzinfo=PARIS)]


def test_a_missed_weigh_in_ends_with_a_weighing() -> None:
    events = _told([weighed(0, 80.0), weighed(3, 80.0)], "no_weigh_in", 4.5, DAILY)
    assert [event.what for event in events] == [What.RAISED, What.RESOLVED]


def test_who_never_weighed_is_missed_from_the_day_it_was_agreed() -> None:
    assert [(event.at - NOON).days for event in _told([], "no_weigh_in", 4, DAILY)] == [1]


def test_a_weighing_waiting_to_be_confirmed_is_no_weigh_in_but_is_counted() -> None:
    (event,) = _told([weighed(0, 80.0), weighed(1, 80.0, attribution=1)], "no_weigh_in", 2.5, DAILY)
    assert {number.name: number.value for number in event.because.numbers} == {"days": 2, "unconfirmed": 1}


def test_nobody_is_missed_who_agreed_to_nothing() -> None:
    assert _told([weighed(0, 80.0)], "no_weigh_in", 60, Thresholds()) == []


@pytest.mark.parametrize(("used", "days"), [([13.0], [13]), ([], []), ([-1.0], [])])
def test_who_is_absent_from_a_scale_that_others_use_is_told_after_14_days(used: list[float], days: list[int]) -> None:
    heard = [Heard(NOON + timedelta(days=day), Source.SHARED_SCALE) for day in used]
    events = _told([weighed(0, 80.0)], "absent_from_scale", 20, heard=heard)
    assert [(event.at - NOON).days for event in events if event.what is What.RAISED] == days


def test_the_day_is_the_persons_own() -> None:
    midnight = (datetime(2026, 5, 4, 22, 30, tzinfo=UTC) - NOON) / timedelta(days=1)
    assert len(_told([weighed(midnight, 80.0)], "no_weigh_in", 2.5, DAILY)) == 0
    assert len(_told([weighed(midnight - 0.05, 80.0)], "no_weigh_in", 2.5, DAILY)) == 1
