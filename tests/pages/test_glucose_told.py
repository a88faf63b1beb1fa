"""Glucose over some days: which charts, which figures, and when nothing can be said."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ingest_api.pages.preferences import GlucoseUnit, Preferences
from ingest_api.pages.views.figures import Row
from ingest_api.pages.views.glucose import Glucose, days_asked, glucose_of
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.visitor import Guest
from ingest_api.pages.words import Language
from tests.timeseries.glucose.making import every, joined, trace
from timeseries.glucose.series import Series, moment
from timeseries.trends import Told

END = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)
READER = Guest(Preferences())
LECTEUR = Guest(Preferences(Language.FR, GlucoseUnit.MMOL_L))


def steady(days: int, values: tuple[float, ...] = (110.0, 130.0)) -> Series:
    """A reading every five minutes up to END."""
    n = days * 288
    return every(5, list(np.resize(np.array(values), n)), END - timedelta(minutes=5 * n))


def of(series: Series, days: int, visitor: Guest = READER, conditions: tuple[str, ...] = ()) -> Glucose:
    return glucose_of(Told(series, ()), [], days, telling_of(visitor, conditions), visitor, END)


def figures(told: Glucose) -> dict[str, Row]:
    return {row.name: row for row in told.figures}


@pytest.mark.parametrize(
    ("asked", "days"), [("1", 1), ("3", 3), ("14", 14), ("90", 90), ("", 14), ("2", 14), ("x", 14)]
)
def test_a_number_of_days_that_is_not_offered_is_the_usual(asked: str, days: int) -> None:
    assert days_asked(asked) == days


@pytest.mark.parametrize(
    ("days", "drawn"), [(1, {"line"}), (3, {"line"}), (14, {"profile", "daily"}), (90, {"profile"})]
)
def test_a_few_days_are_a_line_and_many_a_usual_day(days: int, drawn: set[str]) -> None:
    told = of(steady(14), days)
    assert {name for name in ("line", "profile", "daily") if getattr(told, name)} == drawn


@pytest.mark.parametrize(
    ("days", "spoken", "gmi"), [(14, 14, "6.2%"), (14, 9, "–"), (3, 3, "–"), (90, 60, "–"), (90, 70, "6.2%")]
)
def test_gmi_is_told_of_two_weeks_of_which_the_sensor_spoke_enough(days: int, spoken: int, gmi: str) -> None:
    assert figures(of(steady(spoken), days))["Glucose management indicator (GMI)"].value == gmi


def test_figures_are_told_in_the_readers_unit_and_marks() -> None:
    told = figures(of(steady(14), 14, LECTEUR))
    assert [told[name].value for name in ("Glucose moyen", "Minimum", "Maximum")] == [
        "6,7\N{NO-BREAK SPACE}mmol/L", "6,1\N{NO-BREAK SPACE}mmol/L", "7,2\N{NO-BREAK SPACE}mmol/L",
    ]  # fmt: skip


def test_a_goal_is_told_with_whether_it_is_met() -> None:
    labile, calm = (
        figures(of(steady(14, values), 14))["Variability (CV)"] for values in ((60.0, 240.0), (110.0, 130.0))
    )
    assert (labile.goal, labile.met) == ("goal ≤36%", "✗ not met")
    assert calm.met == "✓ met"


def test_in_pregnancy_no_goal_of_other_adults_is_told() -> None:
    row = figures(of(steady(14), 14, conditions=("pregnancy",)))["Glucose management indicator (GMI)"]
    assert (row.value, row.goal, row.met) == ("6.2%", "", "")


def test_a_sensor_that_spoke_little_is_said_and_one_that_spoke_enough_is_not() -> None:
    little, enough = of(steady(7), 14), of(steady(13), 14)
    assert little.ranges
    assert little.ranges.note == "The sensor spoke for only 50.0% of 14 days: judge with care."
    assert enough.ranges
    assert enough.ranges.note == ""


def test_of_nothing_nothing_is_drawn() -> None:
    told = of(steady(14).where(np.zeros(14 * 288, bool)), 14)
    assert (told.line, told.profile, told.daily, told.ranges, told.figures) == (None, None, None, None, ())


def test_days_without_readings_beside_days_with_them_are_no_fault() -> None:
    old = trace("cgmq_dexcom")
    now = moment(old.at[-1]) + timedelta(days=10)
    told = glucose_of(Told(joined(old), ()), [], 3, telling_of(READER, ()), READER, now)
    assert told.line
    assert figures(told)["Mean glucose"].value == "–"
