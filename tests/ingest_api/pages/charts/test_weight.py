"""Weight: points, a trend that breaks, what is set aside hollow, and a sentence that claims no more than it knows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.quantities import Unit
from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.mini_figure import bmi_label, bmi_mini, percent_mini
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.weighed import Weighed, slope_sentence, weight_table
from ingest_api.pages.charts.weight import weight_chart
from tests.ingest_api.pages.charts.looking import classed, data, label, points, texts
from timeseries.glucose.targets import Target
from timeseries.weight.bmi import BmiClass, bmi_class
from timeseries.weight.slope import Slope
from timeseries.weight.summary import WeightPoint, WeightTrend

MORNING = datetime(2026, 3, 1, 7, tzinfo=UTC)
SPAN = Span(MORNING, MORNING + timedelta(days=100))
KG = Weighed(SPAN, ZoneInfo("Europe/Paris"), Unit.KG, ENGLISH)
POUNDS = Weighed(SPAN, ZoneInfo("Europe/Paris"), Unit.LB, FRENCH)


def point(day: float, kg: float, trend: float | None = None, outlier: bool = False, segment: int = 0) -> WeightPoint:
    return WeightPoint(MORNING + timedelta(days=day), kg, kg if trend is None else trend, outlier, segment)


def trend_of(*told: WeightPoint, slope: Slope | None = None) -> WeightTrend:
    return WeightTrend(told, slope, {}, None, None, None)


BROKEN = trend_of(point(0, 70), point(1, 71), point(50, 72, segment=1), point(51, 73, segment=1))


def test_the_trend_breaks_where_the_segment_changes() -> None:
    assert [len(run) for run in points(data(weight_chart(BROKEN, KG), "weight-trend"))] == [2, 2]


def test_every_weighing_is_a_point_at_its_day() -> None:
    dots = points(data(weight_chart(BROKEN, KG), "weight-point"))
    assert [run[0][0] for run in dots] == [0, 24, 1200, 1224]


def test_what_was_set_aside_is_hollow_named_and_keeps_out_of_the_trend_and_the_axis() -> None:
    drawn = weight_chart(trend_of(point(0, 70), point(1, 95, trend=70, outlier=True), point(2, 70.5)), KG)
    assert data(drawn, "weight-hole") == data(drawn, "weight-ring") == "M24,0h1"
    assert len(points(data(drawn, "weight-point"))) == 2
    assert [x for x, _ in points(data(drawn, "weight-trend"))[0]] == [0, 48]
    assert "▲ 95.0" in texts(drawn)


def test_a_trend_that_is_not_known_yet_is_not_drawn() -> None:
    unknown = WeightPoint(MORNING, 95.0, None, True, 0)
    drawn = weight_chart(trend_of(unknown), KG)
    assert data(drawn, "weight-trend") == ""
    assert weight_table(trend_of(unknown), KG).rows[0][1:] == ("95.0", "–", "set aside: far from its neighbours")


def test_weighings_outside_the_span_are_not_shown() -> None:
    drawn = weight_chart(trend_of(point(-1, 60), point(5, 70), point(100, 80)), KG)
    assert len(points(data(drawn, "weight-point"))) == 1


def test_half_a_kilogram_does_not_fill_the_axis() -> None:
    drawn = weight_chart(trend_of(point(0, 70.0), point(1, 70.5)), KG)
    downs = [run[0][1] for run in points(data(drawn, "weight-point"))]
    assert abs(downs[0] - downs[1]) < 200


def test_the_unit_stands_on_the_axis_in_the_table_and_in_the_sentence() -> None:
    drawn = weight_chart(trend_of(point(0, 45.359237)), POUNDS)
    assert "lb" in texts(drawn)
    assert "100,0\xa0lb" in label(drawn)
    assert weight_table(trend_of(point(0, 45.359237)), POUNDS).rows[0][1] == "100,0"
    assert weight_table(trend_of(), POUNDS).caption == "Pesées, lb"


def test_the_table_is_newest_first() -> None:
    days = [row[0] for row in weight_table(BROKEN, KG).rows]
    assert days[0] == "Tue 21 Apr 2026 09:00"
    assert days[-1] == "Sun 1 Mar 2026 08:00"


@pytest.mark.parametrize(
    ("slope", "begins", "interval"),
    [
        (Slope(-0.4, -0.6, -0.2), "Losing 0.40 kg a week", "0.20 to 0.60"),
        (Slope(0.4, 0.2, 0.6), "Gaining 0.40 kg a week", "0.20 to 0.60"),
        (Slope(0.1, -0.2, 0.4), "No clear change", "−0.20 to +0.40"),
        (Slope(0.1, 0.0, 0.4), "No clear change", "0.00 to +0.40"),
        (Slope(-0.1, -0.4, 0.0), "No clear change", "−0.40 to 0.00"),
    ],
)
def test_a_change_is_claimed_only_where_the_interval_says_so(slope: Slope, begins: str, interval: str) -> None:
    said = slope_sentence(slope, KG)
    assert said.startswith(begins)
    assert said.endswith(f"(95% interval {interval}).")


def test_too_few_weighings_give_no_slope() -> None:
    assert slope_sentence(None, KG) == "Too few weighings of late to tell how fast the weight changes."


def test_the_slope_is_told_in_the_persons_unit() -> None:
    assert slope_sentence(Slope(-0.45359237, -0.9, -0.1), POUNDS).startswith("Perte de 1,00 lb par semaine")


@given(st.floats(-3, 3), st.floats(0, 2), st.floats(0, 2))
def test_losing_and_gaining_mirror_each_other(rate: float, below: float, above: float) -> None:
    said, mirrored = (
        slope_sentence(each, KG)
        for each in (Slope(rate, rate - below, rate + above), Slope(-rate, -rate - above, -rate + below))
    )
    assert said.startswith("Losing") == mirrored.startswith("Gaining")
    assert said.startswith("No clear") == mirrored.startswith("No clear")


def test_without_weighings_that_is_said() -> None:
    assert label(weight_chart(trend_of(), KG)) == "No readings"
    assert weight_table(trend_of(), KG).rows == ()


def test_an_adults_index_has_its_class_in_words() -> None:
    assert bmi_label(17.2, bmi_class(17.2, 40), ENGLISH) == "Body mass index 17.2 kg/m², underweight"
    assert len(classed(bmi_mini(22.0, BmiClass.NORMAL, ENGLISH), "divide")) == 5


def test_an_index_just_under_a_class_is_not_rounded_into_it() -> None:
    assert bmi_label(24.96, bmi_class(24.96, 40), ENGLISH) == "Body mass index 24.96 kg/m², normal weight"
    assert bmi_label(25.0, bmi_class(25.0, 40), ENGLISH) == "Body mass index 25.0 kg/m², overweight"


def test_a_childs_index_has_no_class_and_no_divisions() -> None:
    drawn = bmi_mini(17.2, None, FRENCH)
    assert label(drawn) == "Indice de masse corporelle 17,2 kg/m²"
    assert classed(drawn, "divide") == classed(drawn, "target-band") == []


def test_an_index_beyond_the_scale_stands_at_its_end() -> None:
    places = [classed(bmi_mini(value, None, ENGLISH), "last-dot")[0].get("cx") for value in (3.0, 30.0, 90.0)]
    assert places == ["0%", "50%", "100%"]


def test_a_percentage_is_as_long_as_it_says_and_its_target_is_marked() -> None:
    drawn = percent_mini(63.4, Target("tir", True, 70), "Time in range", ENGLISH)
    assert label(drawn) == "Time in range: 63%"
    assert classed(drawn, "track-filled")[0].get("width") == "63.4%"
    assert classed(drawn, "goal-mark")[0].get("x1") == "70%"


def test_what_is_not_known_is_a_dash_and_no_bar() -> None:
    drawn = percent_mini(None, None, "GMI", FRENCH)
    assert label(drawn) == "GMI\N{NO-BREAK SPACE}: –"
    assert (texts(drawn), classed(drawn, "track")) == (["–"], [])
    assert texts(bmi_mini(None, None, ENGLISH)) == ["–"]
