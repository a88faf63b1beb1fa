"""Two weeks: each day by its own wall clock, weekday under weekday."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from ingest_api.pages.charts.daily import daily, daily_label, daily_table, two_weeks
from ingest_api.pages.charts.stretch import Beyond
from tests.ingest_api.pages.charts.looking import MG, classed, data, points, texts
from tests.timeseries.glucose.making import PARIS, every
from timeseries.local_time import start_of_day

LAST = date(2026, 5, 17)
START = datetime(2026, 5, 3, 22, tzinfo=UTC)
"""Midnight of 4 May in Paris."""

WHOLE = two_weeks(every(60, [100] * 24 * 14, START), LAST, ())


def test_there_are_two_rows_of_seven_days_and_weekdays_stand_under_themselves() -> None:
    titles = classed(daily("a", WHOLE, MG), "t-day")
    assert ["".join(each.itertext()) for each in titles[:2]] == ["Mon 4", "Tue 5"]
    assert "".join(titles[-1].itertext()) == "Sun 17"
    assert [each.get("x") for each in titles[:7]] == [each.get("x") for each in titles[7:]]


def test_a_day_is_one_curve_from_midnight_to_midnight_of_the_person() -> None:
    found = two_weeks(every(5, [100] * 288 * 14, START), LAST, ())
    runs = points(data(daily("a", found, MG), "curve-thin"))
    assert len(runs) == 14
    assert {(run[0][0], run[-1][0]) for run in runs} == {(0, 2392)}


def test_the_day_clocks_go_forward_is_drawn_by_the_wall_clock() -> None:
    last = date(2026, 3, 29)
    midnight = start_of_day(last.toordinal() - date(1970, 1, 1).toordinal(), PARIS)
    found = two_weeks(every(30, [100] * 46, midnight), last, ())
    run = points(data(daily("a", found, MG), "curve-thin"))[0]
    assert [x for x, _ in run][3:5] == [150, 300]
    assert run[-1][0] == 2350


def test_the_table_has_every_day_even_the_empty_ones() -> None:
    found = two_weeks(every(60, [39, 120], START), LAST, [Beyond(START, over=False)])
    rows = daily_table(found, MG).rows
    assert len(rows) == 14
    assert rows[:2] == (("Mon 4 May 2026", "2", "LO", "120"), ("Tue 5 May 2026", "0", "–", "–"))


def test_the_sentence_counts_the_days_with_readings() -> None:
    found = two_weeks(every(60 * 24, [100, 110, 120], START + timedelta(hours=1)), LAST, ())
    told = "Daily glucose from Mon 4 May 2026 to Sun 17 May 2026: 3 days with readings; target 70–180\xa0mg/dL."
    assert daily_label(found, MG) == told


def test_days_without_readings_are_named_and_empty() -> None:
    drawn = daily("a", two_weeks(every(5, []), LAST, ()), MG)
    assert len(classed(drawn, "day")) == 14
    assert data(drawn, "curve-thin") == ""
    assert {"70", "180"} <= set(texts(drawn))


def test_a_minute_by_minute_day_is_thinned_but_keeps_its_extreme() -> None:
    values = np.full(1440, 100.0)
    values[701] = 240.0
    drawn = daily("a", two_weeks(every(1, values.tolist(), START), LAST, ()), MG)
    run = points(data(drawn, "curve-thin"))[0]
    assert len(run) < 300
    assert min(run, key=lambda point: point[1]) == (1168, 48)
