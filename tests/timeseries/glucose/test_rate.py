"""How fast glucose moves, and its arrow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeseries.glucose.rate import Arrow, arrow

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def points(*said: tuple[float, float]) -> list[tuple[datetime, float]]:
    """(minutes after noon, mg/dL)."""
    return [(NOON + timedelta(minutes=minutes), value) for minutes, value in said]


@pytest.mark.parametrize(
    ("risen", "name"),
    [
        (60, "DoubleUp"),
        (45.1, "DoubleUp"),
        (45, "SingleUp"),
        (30.1, "SingleUp"),
        (30, "FortyFiveUp"),
        (15.1, "FortyFiveUp"),
        (15, "Flat"),
        (0, "Flat"),
        (-15, "Flat"),
        (-15.1, "FortyFiveDown"),
        (-30, "FortyFiveDown"),
        (-30.1, "SingleDown"),
        (-45, "SingleDown"),
        (-45.1, "DoubleDown"),
        (-60, "DoubleDown"),
    ],
)
def test_the_arrow_tilts_above_one_two_and_three_mg_per_minute(risen: float, name: str) -> None:
    assert arrow(points((0, 150), (15, 150 + risen))) == Arrow(name)


@pytest.mark.parametrize(
    "said",
    [
        [],
        [(0, 100)],
        [(0, 100), (3.9, 200)],
        [(0, 100), (0, 200)],
        [(0, 100), (15.1, 200)],
        [(0, 100), (30, 150), (33, 180)],
    ],
)
def test_too_little_tells_nothing(said: list[tuple[float, float]]) -> None:
    assert arrow(points(*said)) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ([(0, 100), (4, 104.1)], "FortyFiveUp"),
        ([(0, 300), (10, 100), (25, 131)], "SingleUp"),
        ([(0, 100), (5, 300), (10, 50), (15, 100)], "Flat"),
        ([(-60, 400), (0, 100), (5, 100), (10, 100)], "Flat"),
    ],
)
def test_the_last_quarter_of_an_hour_counts_from_its_first_to_its_last(
    said: list[tuple[float, float]], name: str
) -> None:
    assert arrow(points(*said)) == Arrow(name)


MIRROR = {
    Arrow.DOUBLE_UP: Arrow.DOUBLE_DOWN,
    Arrow.SINGLE_UP: Arrow.SINGLE_DOWN,
    Arrow.FORTY_FIVE_UP: Arrow.FORTY_FIVE_DOWN,
    Arrow.FLAT: Arrow.FLAT,
}


@given(st.integers(20, 300), st.integers(0, 300), st.integers(4, 15))
def test_falling_mirrors_rising(low: int, by: int, minutes: int) -> None:
    up = arrow(points((0, low), (minutes, low + by)))
    assert up is not None
    assert arrow(points((0, low + by), (minutes, low))) is MIRROR[up]
