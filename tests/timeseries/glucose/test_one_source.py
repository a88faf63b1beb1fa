"""Each moment told by one sensor, once."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeseries.glucose.making import FAULT, G_L, HI, LO, MG, MMOL, PARIS, Row, minutes_of, row, samples
from timeseries.glucose.figures import figures
from timeseries.glucose.one_source import one_source
from timeseries.glucose.ranges import ranges
from timeseries.glucose.series import Series
from timeseries.glucose.tally import tally


def taken(*rows: Row) -> Series:
    """The series of these records."""
    return one_source(samples(rows), PARIS)


def test_no_record_gives_an_empty_series() -> None:
    assert len(taken()) == 0


def test_rows_without_a_number_are_dropped() -> None:
    assert minutes_of(taken(row(0), row(5, None), row(10))) == [0, 10]


def test_rows_of_a_faulty_sensor_are_dropped() -> None:
    assert minutes_of(taken(row(0), row(5, condition=FAULT), row(10))) == [0, 10]


def test_of_one_device_and_time_the_last_received_counts() -> None:
    said = taken(row(0, 90, received=2, key=b"a"), row(0, 80, received=1, key=b"z"))
    assert said.values.tolist() == [90]


def test_received_at_once_the_larger_key_counts() -> None:
    said = taken(row(0, 90, key=b"b"), row(0, 80, key=b"a"))
    assert said.values.tolist() == [90]


@pytest.mark.parametrize(
    ("condition", "unit", "bound", "number"),
    [
        (LO, MG, 40, 39),
        (HI, MG, 400, 401),
        (LO, MMOL, 2.2, 2.1 * 18.0156),
        (HI, MMOL, 22.2, 22.3 * 18.0156),
        (LO, G_L, 0.4, 39),
        (HI, G_L, 4.0, 401),
    ],
)
def test_beyond_the_sensors_range_the_number_is_just_beyond_the_bound(
    condition: int, unit: int, bound: float, number: float
) -> None:
    said = taken(row(0, None, raw=bound, unit=unit, condition=condition))
    assert said.values.tolist() == pytest.approx([number])


def test_lo_is_time_below_54_and_hi_time_above_250() -> None:
    said = taken(
        row(0, None, raw=40, condition=LO),
        row(5, None, raw=22.2, unit=MMOL, condition=HI),
        row(10, None, raw=2.2, unit=MMOL, condition=LO),
        row(15, None, raw=400, condition=HI),
    )
    found = ranges(tally(said))
    assert found is not None
    assert (found.tbr2, found.tar2) == (50, 50)


def test_the_unit_the_sensor_spoke_is_kept() -> None:
    said = taken(row(0), row(5, 180.156, raw=10.0, unit=MMOL), row(10, raw=1.0, unit=G_L))
    assert said.in_mmol.tolist() == [False, True, False]


def test_two_sensors_worn_at_once_count_once() -> None:
    first = [row(5 * n, 100, device=1) for n in range(10)]
    second = [row(5 * n + 2, 200, device=2) for n in range(4, 20)]
    said = taken(*first, *second)
    assert minutes_of(said) == [0, 5, 10, 15, 20] + [5 * n + 2 for n in range(4, 20)]
    assert said.values.tolist() == [100] * 5 + [200] * 16


def test_on_another_day_another_sensor_may_be_the_one_taken() -> None:
    first = [row(5 * n, 100, device=1) for n in range(12 * 14)]
    second = [row(5 * n + 2, 200, device=2) for n in range(12 * 9, 12 * 30)]
    said = taken(*first, *second)
    midnight = 600  # noon UTC is 14:00 in Paris
    values = dict(zip(minutes_of(said), said.values.tolist(), strict=True))
    assert {value for minute, value in values.items() if minute < midnight - 5} == {100}
    assert {value for minute, value in values.items() if minute > midnight} == {200}


def test_of_two_that_speak_as_long_the_lower_device_is_taken() -> None:
    said = taken(row(0, 200, device=2), row(0, 100, device=1), row(5, 200, device=2), row(5, 100, device=1))
    assert said.values.tolist() == [100, 100]


def test_while_one_sensor_is_silent_over_45_minutes_the_other_speaks() -> None:
    first = [row(0, 100), row(45, 100), row(91, 100)]
    second = [row(minute, 200, device=2) for minute in (40, 50, 60)]
    assert taken(*first, *second).values.tolist() == [100, 100, 200, 200, 100]


def test_a_silence_of_45_minutes_is_no_gap() -> None:
    first = [row(0, 100), row(45, 100)]
    second = [row(minute, 200, device=2) for minute in (10, 20)]
    assert taken(*first, *second).values.tolist() == [100, 100]


def test_a_sensor_within_another_does_not_bring_back_what_came_before_its_end() -> None:
    first = [row(minute, 100) for minute in (0, 30, 60, 90)]
    inside = [row(minute, 200, device=2) for minute in (10, 20)]
    third = [row(minute, 300, device=3) for minute in (25, 70, 100)]
    assert taken(*first, *inside, *third).values.tolist() == [100] * 4 + [300]


records = st.builds(
    row,
    minute=st.sampled_from([5.0 * n for n in range(40)] + [500.0 + 5 * n for n in range(40)]),
    value=st.one_of(st.none(), st.integers(40, 400).map(float)),
    device=st.integers(1, 3),
    received=st.integers(0, 3),
    key=st.binary(min_size=15, max_size=16),
    condition=st.sampled_from((0, LO, HI)),
)


@given(st.lists(records, max_size=60, unique_by=lambda each: each[7]), st.randoms())
def test_the_order_of_arrival_changes_no_figure(rows: list[Row], chance: Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert figures(taken(*rows)) == figures(taken(*shuffled))


@given(st.lists(records, max_size=60))
def test_no_instant_is_told_twice(rows: list[Row]) -> None:
    minutes = minutes_of(taken(*rows))
    assert minutes == sorted(set(minutes))


@given(st.lists(st.tuples(st.sampled_from((1, 5, 15, 46, 300)), st.integers(40, 400)), min_size=2, max_size=100))
def test_another_sensor_after_every_gap_changes_no_figure(told: list[tuple[int, int]]) -> None:
    minute, device, one, many = 0, 1, [], []
    for apart, value in told:
        minute, device = minute + apart, device + (apart > 45)
        one.append(row(minute, value))
        many.append(row(minute, value, device=device))
    assert figures(taken(*one)) == figures(taken(*many))
