"""The glucose somebody has now: in which range, how far to be believed, and in which words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.measurements import Channel, Condition
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Quantity, Unit, to_canonical
from hub.readings import TimeSource
from ingest_api.pages.charts.languages import ENGLISH
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.preferences import GlucoseUnit, Preferences
from ingest_api.pages.views.now import Age, Now, age_of, now_of, telling_of, zone_of
from ingest_api.pages.visitor import Guest
from ingest_api.pages.words import Language
from tests.timeseries.glucose.making import PARIS
from timeseries.glucose.bounds import levels
from timeseries.glucose.rate import Arrow
from timeseries.glucose.tally import classes_of
from timeseries.glucose.targets import Profile
from timeseries.store import Found

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
ENGLISH_MG = Guest(Preferences())
FRENCH_MMOL = Guest(Preferences(Language.FR, GlucoseUnit.MMOL_L))
MG = Telling(Unit.MG_DL, Profile.ADULT, ENGLISH)
ZONES = ("very-low", "low", "low", "target", "target", "high", "very-high")
"""Of the seven classes that readings are counted in."""

glucose = st.one_of(
    st.builds(Quantity, st.integers(20, 500).map(float), st.just(Unit.MG_DL)),
    st.builds(Quantity, st.integers(11, 280).map(lambda tenths: tenths / 10), st.just(Unit.MMOL_L)),
)


def reading(raw: Quantity, ago: timedelta = timedelta(), condition: Condition | None = None) -> Found:
    kind = Kind.GLUCOSE_INTERSTITIAL
    value = None if condition else to_canonical(kind, raw)
    return Found(
        kind, NOW - ago, 60, value, raw, condition, uuid4(), Channel.MQTT, TimeSource.SENDER, NOW, None, bytes(16)
    )


def told(found: Found, visitor: Guest = ENGLISH_MG, arrow: Arrow | None = Arrow.FLAT) -> Now:
    return now_of(found, arrow, telling_of(visitor, ()), visitor, PARIS, NOW)


def mg(value: float) -> Quantity:
    return Quantity(value, Unit.MG_DL)


def mmol(value: float) -> Quantity:
    return Quantity(value, Unit.MMOL_L)


@given(glucose)
def test_a_reading_lies_in_the_range_in_which_it_is_counted(raw: Quantity) -> None:
    in_mmol = raw.unit is Unit.MMOL_L
    value = raw.value * GLUCOSE_MG_DL_PER_MMOL_L if in_mmol else raw.value
    (class_,) = classes_of(levels(np.array([value]), np.array([in_mmol])))
    assert zone_of(reading(raw), MG).name == ZONES[class_]


@pytest.mark.parametrize(
    ("raw", "zone"),
    [
        (mg(53), "very-low"), (mg(54), "low"), (mg(69), "low"), (mg(70), "target"), (mg(180), "target"),
        (mg(181), "high"), (mg(250), "high"), (mg(251), "very-high"),
        (mmol(2.9), "very-low"), (mmol(3.0), "low"), (mmol(3.8), "low"), (mmol(3.9), "target"), (mmol(10.0), "target"),
        (mmol(10.1), "high"), (mmol(13.9), "high"), (mmol(14.0), "very-high"),
    ],
)  # fmt: skip
def test_the_bounds_are_those_of_the_sensors_own_unit(raw: Quantity, zone: str) -> None:
    assert zone_of(reading(raw), MG).name == zone


@pytest.mark.parametrize(
    ("raw", "zone"), [(mg(62), "low"), (mg(63), "target"), (mg(140), "target"), (mg(141), "high"), (mg(300), "high")]
)
def test_in_pregnancy_the_ranges_are_those_of_pregnancy(raw: Quantity, zone: str) -> None:
    assert zone_of(reading(raw), replace(MG, profile=Profile.PREGNANCY)).name == zone


@pytest.mark.parametrize(
    ("condition", "value", "status"),
    [(Condition.BELOW_RANGE, "LO", "Very low"), (Condition.ABOVE_RANGE, "HI", "Very high")],
)
def test_a_bound_of_the_sensor_is_never_printed_as_a_measure(condition: Condition, value: str, status: str) -> None:
    now = told(reading(mg(40 if condition is Condition.BELOW_RANGE else 400), condition=condition))
    assert (now.value, now.status) == (value, status)


def test_a_number_is_told_as_the_device_said_it_and_else_in_the_readers_unit() -> None:
    assert [told(reading(mg(108))).value, told(reading(mg(108)), FRENCH_MMOL).value] == ["108", "6,0"]
    assert [told(reading(mmol(6.1)), FRENCH_MMOL).value, told(reading(mmol(6.1))).value] == ["6,1", "110"]


def test_every_word_is_of_the_readers_language() -> None:
    now = told(reading(mg(62), timedelta(minutes=4)), FRENCH_MMOL, Arrow.SINGLE_DOWN)
    words = (now.value, now.unit, now.arrow, now.arrow_word, now.status, now.source, now.ago, now.at)
    assert words == ("3,4", "mmol/L", "↓", "baisse vite", "Bas", "Capteur", "il y a 4 min", "14:56")


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(-60, Age.FRESH), (0, Age.FRESH), (900, Age.FRESH), (901, Age.OLD), (1800, Age.OLD), (1801, Age.SILENT)],
)
def test_a_number_is_doubted_after_15_minutes_and_no_longer_believed_after_30(seconds: int, age: Age) -> None:
    assert age_of(NOW - timedelta(seconds=seconds), NOW) is age


@given(glucose, st.integers(1801, 10**7), st.sampled_from(Arrow))
def test_of_what_is_no_longer_believed_neither_range_nor_arrow_is_told(raw: Quantity, ago: int, arrow: Arrow) -> None:
    now = told(reading(raw, timedelta(seconds=ago)), arrow=arrow)
    assert (now.zone, now.arrow, now.arrow_word, now.status, now.age) == ("", "", "", "Too old to go by", Age.SILENT)


def test_a_reading_of_another_day_says_which() -> None:
    assert told(reading(mg(100), timedelta(hours=20))).at == "Sat 21 Nov 2026 19:00"


@pytest.mark.parametrize(
    ("ago", "english", "french"),
    [
        (timedelta(seconds=-90), "just now", "à l’instant"), (timedelta(seconds=59), "just now", "à l’instant"),
        (timedelta(minutes=1), "1 min ago", "il y a 1 min"), (timedelta(minutes=119), "119 min ago", "il y a 119 min"),
        (timedelta(hours=2), "2 h ago", "il y a 2 h"), (timedelta(hours=47.9), "47 h ago", "il y a 47 h"),
        (timedelta(hours=48), "2 days ago", "il y a 2 jours"),
    ],
)  # fmt: skip
def test_an_age_is_told_as_people_say_it(ago: timedelta, english: str, french: str) -> None:
    found = reading(mg(100), ago)
    assert (told(found).ago, told(found, FRENCH_MMOL).ago) == (english, french)
