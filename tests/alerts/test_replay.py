"""Replay of real traces, the rules of fourteen days, and the walk's small print."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.advance import Walk, advance
from alerts.alert import What
from alerts.replay import replay, worth
from alerts.rule import Subject
from alerts.thresholds import Thresholds
from tests.alerts.making import NOON, PARIS, SUBJECT, Row, after, every, past, real
from tests.timeseries.glucose.making import trace
from timeseries.glucose.episodes import episodes
from timeseries.glucose.grid import grid
from timeseries.glucose.targets import Profile

HOUR = timedelta(hours=1)


def test_every_low_of_a_real_trace_is_found_within_its_first_readings() -> None:
    first, last = datetime(2016, 10, 30, tzinfo=UTC), datetime(2016, 11, 1, 12, tzinfo=UTC)
    rows = [row for row in real("cgmq_dexcom") if first <= row.at < last]
    of_trace = grid(trace("cgmq_dexcom").between(first, last))
    assert of_trace is not None
    table = worth(replay(past(rows), first, last), episodes(of_trace), 2.5)
    found = {row.rule: (row.found, row.missed, row.other) for row in table}
    assert found["low"][1:] == (0, 0)
    assert found["low"][0] > 0


def test_the_table_counts_what_was_found_missed_and_rung_for_nothing() -> None:
    values = [100.0] * 4 + [60.0] * 8 + [100.0] * 12 + [50.0] + [100.0] * 12
    rows = every(5, values)
    found = grid(past(rows).known(after(300)).traces[0].series)
    assert found is not None
    journal = replay(past(rows), NOON - HOUR, after(180))
    table = {row.rule: row for row in worth(journal, episodes(found), 0.5)}
    low, urgent = table["low"], table["urgent_low"]
    assert (low.alerts, low.found, low.missed, low.other, low.alerts_per_day) == (1, 1, 0, 0, 2.0)
    assert low.minutes == pytest.approx(-10 - 5 / 60)
    assert (urgent.alerts, urgent.found, urgent.missed, urgent.other, urgent.minutes) == (1, 0, 0, 1, None)
    assert urgent.rings == 3


def test_an_hour_of_warning_is_positive_and_more_is_another_matter() -> None:
    rows = every(5, [100.0] * 4 + [53.0, 100.0, 100.0, 100.0, 100.0] + [52.0] * 4 + [100.0] * 6)
    found = grid(past(rows).known(after(300)).traces[0].series)
    assert found is not None
    journal = replay(past(rows), NOON - HOUR, after(180))
    (urgent,) = [row for row in worth(journal, episodes(found), 1) if row.rule == "urgent_low"]
    assert (urgent.found, urgent.alerts) == (1, 2)
    assert urgent.minutes == pytest.approx(25 - 5 / 60)


def test_standing_still_changes_nothing() -> None:
    walk, _ = advance(Walk(at=NOON), past(every(5, [100.0] * 3)), after(20))
    assert advance(walk, past(every(5, [100.0] * 3)), after(20)) == (walk, [])


def test_going_back_in_time_changes_nothing() -> None:
    walk, _ = advance(Walk(at=NOON), past(every(5, [100.0] * 3)), after(20))
    assert advance(walk, past(every(5, [100.0] * 3)), after(5)) == (walk, [])


def _days(low_share: int, days: int = 15, start: float = 11 * 60) -> list[Row]:
    """Whole local days every 15 minutes, of each 24 readings so many at 65."""
    values = [65.0 if n % 24 < low_share else 120.0 for n in range(days * 96)]
    return every(15, values, start=start)


def _daily(rows: list[Row], rule: str, **given: object) -> list[tuple[datetime, What]]:
    """What the rule says, looking only at nine o'clock of the last three days."""
    of = past(rows, **given)  # type: ignore[arg-type]
    until = rows[-1].received + 11 * HOUR
    _, events = advance(Walk(at=until - timedelta(hours=60)), of, until)
    return [(event.at.astimezone(PARIS), event.what) for event in events if event.rule == rule]


@pytest.mark.parametrize(("low_share", "told"), [(0, 0), (1, 1)])
def test_more_than_4_percent_below_range_in_14_days_is_told_at_nine(low_share: int, told: int) -> None:
    events = _daily(_days(low_share), "below_range")
    assert [what for _, what in events] == [What.RAISED] * told
    assert {at.time().hour for at, _ in events} <= {9}


@pytest.mark.parametrize(("profile", "told"), [(Profile.ADULT, 1), (Profile.OLDER, 0)])
def test_time_in_range_is_held_against_the_persons_own_goal(profile: Profile, told: int) -> None:
    subject = Subject(PARIS, SUBJECT.birth_date, None, profile)
    rows = [replace(row, value=200.0 if n % 24 < 9 else 120.0) for n, row in enumerate(_days(0))]
    assert len(_daily(rows, "off_target", subject=subject)) == told


def test_too_few_readings_say_nothing_of_fourteen_days() -> None:
    assert _daily(_days(6, days=8), "below_range") == []


def test_who_does_not_want_the_rules_of_fourteen_days_is_not_told() -> None:
    assert _daily(_days(6), "below_range", thresholds=[Thresholds(off_target=False)]) == []
