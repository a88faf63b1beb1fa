"""The days of a virtual home: the same in every run, and never ahead of the clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.virtual.diary import SESSION, Bodies, Diary

PARIS = ZoneInfo("Europe/Paris")
BEGAN = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)
BODIES = Bodies.load()
later = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)).map(lambda after: BEGAN + after)


def a_diary(began: datetime = BEGAN) -> Diary:
    return Diary(Path("nowhere"), PARIS, BODIES, began, [])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "diary.json"


def test_a_later_run_finds_the_same_records_and_the_finger_pricked_since(file: Path) -> None:
    first = Diary.open(file, PARIS, BEGAN)
    before = list(first.remembered())
    pricked = first.prick(BEGAN + timedelta(minutes=3))
    again = Diary.open(file, PARIS, BEGAN + timedelta(days=9))
    assert list(again.remembered()) == [*before, pricked]


def test_the_meter_begins_with_a_month_of_meals_none_of_them_to_come() -> None:
    times = [at for at, _ in a_diary().remembered()]
    assert times == sorted(set(times))
    assert len(times) > 120
    assert times[-1] < BEGAN
    assert {at.astimezone(PARIS).hour for at in times} == {7, 12, 16, 19, 22}


def test_the_sensor_measures_soon_after_the_home_began() -> None:
    assert list(a_diary().sensed(BEGAN, BEGAN + timedelta(seconds=20)))


def test_at_any_hour_a_home_begins_a_finger_pricked_gives_a_value(file: Path) -> None:
    midnight = datetime.combine(BEGAN.astimezone(PARIS).date(), datetime.min.time(), PARIS).astimezone(UTC)
    begins = [midnight + timedelta(minutes=n) for n in range(24 * 60)]
    assert [at for at in begins if Diary(file, PARIS, BODIES, at, []).prick(at) is None] == []


def test_a_finger_pricked_where_the_trace_has_a_hole_gives_nothing(file: Path) -> None:
    diary = Diary.open(file, PARIS, BEGAN)
    hole = next(
        begin + timedelta(minutes=61)
        for begin, end in zip(BODIES.pricked.offsets, BODIES.pricked.offsets[1:], strict=False)
        if end - begin > timedelta(hours=1)
    )
    midnight = datetime.combine(BEGAN.astimezone(PARIS).date(), datetime.min.time(), PARIS).astimezone(UTC)
    assert diary.prick(midnight + hole) is None
    assert diary.pricks == []


@given(later)
def test_a_sensor_is_worn_no_longer_than_it_lasts(now: datetime) -> None:
    worn = now - a_diary().session(now)
    assert timedelta() <= worn < SESSION


@given(later)
def test_nobody_is_weighed_ahead_of_the_clock_nor_twice(now: datetime) -> None:
    times = [at for at, _ in a_diary().weighings(0, now)]
    assert times == sorted(set(times))
    assert now - timedelta(days=30) < times[0]
    assert times[-1] <= now


@given(later, st.timedeltas(min_value=timedelta(), max_value=timedelta(days=20)))
def test_what_was_sensed_does_not_depend_on_when_one_looks(now: datetime, after: timedelta) -> None:
    diary, since = a_diary(), now - timedelta(days=1)
    whole = list(diary.sensed(since, now + after))
    assert whole == [*diary.sensed(since, now), *diary.sensed(now, now + after)]
