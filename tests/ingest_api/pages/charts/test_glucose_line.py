"""The line: gaps open, real time across, what the sensor could not measure named and never counted as a number."""

from datetime import timedelta

from ingest_api.pages.charts.glucose_line import glucose_line, glucose_line_label, glucose_line_table
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.stretch import Beyond, Stretch, stretch
from tests.ingest_api.pages.charts.looking import MG, MMOL, classed, data, label, parsed, points, texts
from tests.timeseries.glucose.making import NOON, PARIS, every, said_in_mmol, series
from timeseries.glucose.series import Series

DAY = Span(NOON, NOON + timedelta(days=1))


def shown(of: Series, *beyond: Beyond) -> Stretch:
    return stretch(of, DAY, beyond)


def test_a_gap_longer_than_45_minutes_is_left_open() -> None:
    drawn = glucose_line("a", shown(series([0, 5, 51, 56], [100, 110, 120, 130])), MG)
    assert [len(run) for run in points(data(drawn, "curve"))] == [2, 2]


def test_a_gap_of_45_minutes_is_drawn_across() -> None:
    drawn = glucose_line("a", shown(series([0, 5, 50, 55], [100, 110, 120, 130])), MG)
    assert [len(run) for run in points(data(drawn, "curve"))] == [4]


def test_readings_stand_at_their_time_and_level() -> None:
    drawn = glucose_line("a", shown(series([0, 30, 720], [0, 175, 350])), MG)
    assert points(data(drawn, "curve"))[0] == [(0, 1000), (50, 500)]
    assert data(drawn, "curve").endswith("M1200,0h1")


def test_the_lowest_the_highest_and_the_last_reading_are_in_figures() -> None:
    drawn = glucose_line("a", shown(every(5, [100, 61, 100, 240, 103])), MG)
    assert {"61", "240"} <= set(texts(drawn))
    assert [each.text for each in classed(drawn, "t-strong")] == ["103"]


def test_a_reading_under_the_sensors_range_is_lo_everywhere() -> None:
    found = shown(every(5, [100, 39, 100]), Beyond(NOON + timedelta(minutes=5), over=False))
    assert "▼ LO" in texts(glucose_line("a", found, MG))
    assert "39" not in texts(glucose_line("a", found, MG))
    assert "lowest LO," in glucose_line_label(found, MG)
    assert glucose_line_table(found, MG).rows[0][1:] == ("3", "LO", "100")


def test_a_last_reading_over_the_sensors_range_is_hi_everywhere() -> None:
    found = shown(every(5, [100, 401]), Beyond(NOON + timedelta(minutes=5), over=True))
    drawn = glucose_line("a", found, MG)
    assert [each.text for each in classed(drawn, "t-strong")] == ["HI"]
    assert "▲ HI" in texts(drawn)
    assert "the last HI at" in label(drawn)
    assert glucose_line_table(found, MG).rows[0][1:] == ("2", "100", "HI")


def test_a_reading_that_says_39_without_a_mark_stays_39() -> None:
    assert "lowest 39\N{NO-BREAK SPACE}mg/dL" in glucose_line_label(shown(every(5, [39, 100])), MG)


def test_marks_of_readings_that_another_source_told_are_left_out() -> None:
    assert shown(every(5, [100, 110]), Beyond(NOON + timedelta(minutes=2), over=False)).beyond == {}


def test_one_excursion_beyond_the_sensor_is_marked_once_and_two_twice() -> None:
    low = [Beyond(NOON + timedelta(minutes=minutes), over=False) for minutes in (0, 5, 100)]
    drawn = glucose_line("a", shown(series([0, 5, 10, 100], [39, 39, 100, 39]), *low), MG)
    assert texts(drawn).count("▼ LO") == 2


def test_the_sentence_counts_readings_and_gaps() -> None:
    told = glucose_line_label(shown(series([0, 5, 60], [100, 80, 120])), MG)
    assert told == (
        "Glucose from Mon 4 May 2026 14:00 to Tue 5 May 2026 14:00: 3 readings, the last 120\xa0mg/dL at "
        "Mon 4 May 2026 15:00; lowest 80\xa0mg/dL, highest 120\xa0mg/dL; target 70–180\xa0mg/dL; "
        "gaps over 45 minutes: 1."
    )


def test_the_sentence_in_french_and_mmol_l() -> None:
    told = glucose_line_label(shown(said_in_mmol(every(5, [3.9, 10.0]))), MMOL)
    assert "minimum 3,9\xa0mmol/L, maximum 10,0\xa0mmol/L\xa0; cible 3,9–10,0\xa0mmol/L" in told


def test_without_readings_that_is_said() -> None:
    drawn = glucose_line("a", shown(every(5, [])), MG)
    assert label(drawn) == "No readings"
    assert "No readings" in texts(drawn)


def test_the_table_has_every_hour_even_the_empty_ones() -> None:
    rows = glucose_line_table(shown(series([0, 59, 121], [100, 90, 80])), MG).rows
    assert len(rows) == 24
    assert rows[:3] == (
        ("Mon 4 May 2026 14:00", "2", "90", "100"),
        ("Mon 4 May 2026 15:00", "0", "–", "–"),
        ("Mon 4 May 2026 16:00", "1", "80", "80"),
    )


def test_a_span_that_begins_within_an_hour_begins_with_that_hour() -> None:
    span = Span(NOON + timedelta(minutes=30), NOON + timedelta(minutes=90))
    rows = glucose_line_table(stretch(every(15, [100] * 8), span, ()), MG).rows
    assert [row[:2] for row in rows] == [("Mon 4 May 2026 14:00", "2"), ("Mon 4 May 2026 15:00", "2")]


def test_the_night_clocks_go_back_has_twenty_five_hours_of_its_own() -> None:
    since = NOON.replace(month=10, day=24, hour=22)
    found = stretch(every(60, [100 + n for n in range(25)], since), Span(since, since + timedelta(hours=25)), ())
    rows = glucose_line_table(found, MG).rows
    assert [row[0][-5:] for row in rows[:4]] == ["00:00", "01:00", "02:00", "02:00"]
    assert [row[1] for row in rows] == ["1"] * 25


def test_the_axis_names_the_bounds_and_the_unit() -> None:
    assert {"mg/dL", "0", "54", "70", "180", "250", "350"} <= set(texts(glucose_line("a", shown(every(5, [100])), MG)))
    assert {"mmol/L", "3,0", "3,9", "10,0", "13,9"} <= set(texts(glucose_line("a", shown(every(5, [100])), MMOL)))


def test_times_are_the_persons() -> None:
    assert shown(every(5, [100])).at(0).tzinfo is PARIS


def test_the_colours_change_at_the_bounds_from_the_highest_range_down() -> None:
    drawn = parsed(glucose_line("a", shown(every(5, [100])), MG))
    paint = next(each for each in drawn.iter("linearGradient") if each.get("id") == "a-ink")
    assert [(stop.get("class"), stop.get("offset")) for stop in paint] == [
        ("ink-very-high", "0%"),
        ("ink-very-high", "28.57%"),
        ("ink-high", "28.57%"),
        ("ink-high", "48.57%"),
        ("ink-target", "48.57%"),
        ("ink-target", "80%"),
        ("ink-low", "80%"),
        ("ink-low", "84.57%"),
        ("ink-very-low", "84.57%"),
        ("ink-very-low", "100%"),
    ]


def test_the_curve_and_what_is_shaded_take_their_own_charts_colours() -> None:
    drawn = glucose_line("mine", shown(every(5, [100, 300])), MG)
    assert [each.get("stroke") for each in classed(drawn, "curve")] == ["url(#mine-ink)"]
    assert [each.get("fill") for each in classed(drawn, "area")] == ["url(#mine-wash)"]
