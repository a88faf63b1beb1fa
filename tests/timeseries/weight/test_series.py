"""From readings to a series."""

import numpy as np
import pytest

from hub.measurements import Condition
from hub.quantities import Kind
from tests.timeseries.weight.making import PARIS, day, reading, series
from timeseries.weight.composition import compositions
from timeseries.weight.series import WeightSeries, instant, weight_series


def test_weighings_come_oldest_first_whatever_the_order_of_arrival() -> None:
    made = weight_series([reading(71.0, day(2)), reading(70.0, day(0)), reading(70.5, day(1))], PARIS)
    assert made.kg.tolist() == [70.0, 70.5, 71.0]
    assert [instant(at) for at in made.at] == [day(0), day(1), day(2)]


def test_a_missing_weight_is_dropped() -> None:
    assert weight_series([reading(None), reading(70.0, day(1))], PARIS).kg.tolist() == [70.0]


def test_the_last_received_of_one_device_and_time_counts() -> None:
    assert weight_series([reading(70.4, received=9), reading(70.0, received=3)], PARIS).kg.tolist() == [70.4]


def test_a_weighing_corrected_to_no_value_is_gone() -> None:
    assert len(weight_series([reading(70.0, received=3), reading(None, received=9)], PARIS)) == 0


def test_two_devices_at_one_time_are_two_weighings() -> None:
    assert weight_series([reading(70.4, device=2), reading(70.0, device=1)], PARIS).kg.tolist() == [70.0, 70.4]


@pytest.mark.parametrize("condition", [Condition.OBJECT_ON_SCALE, Condition.UNSTABLE, Condition.SENSOR_FAULT])
def test_what_is_no_measure_of_a_person_is_no_weight_of_theirs(condition: Condition) -> None:
    assert len(weight_series([reading(12.0, condition=condition)], PARIS)) == 0


def test_other_kinds_are_passed_over() -> None:
    assert len(weight_series([reading(23.0, kind=Kind.BODY_FAT)], PARIS)) == 0


def test_a_series_cannot_be_changed() -> None:
    made = series((0, 70.0), (1, 70.5))
    with pytest.raises(ValueError, match="read-only"):
        made.kg[0] = 71.0


@pytest.mark.parametrize(("times", "kg"), [((1, 0), (70.0, 71.0)), ((0, 1), (70.0,)), ((0, 1), (70.0, float("nan")))])
def test_a_series_is_whole_sorted_and_finite(times: tuple[int, ...], kg: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"sort|as many|drop"):
        WeightSeries(np.array(times, dtype="datetime64[D]").astype("datetime64[us]"), np.array(kg), PARIS)


def test_a_day_is_the_persons_own_calendar_day() -> None:
    late = series((0, 70.0), (16.6 / 24, 70.0))  # 07:30 and 00:06 in Paris
    assert np.diff(late.local_days).tolist() == [1]


def test_composition_belongs_to_the_weighing_of_the_same_scale_and_time() -> None:
    found = compositions(
        [
            reading(70.0),
            reading(23.5, kind=Kind.BODY_FAT),
            reading(510.0, kind=Kind.IMPEDANCE),
            reading(41.0, day(1), kind=Kind.MUSCLE_MASS),
            reading(55.0, device=2, kind=Kind.BODY_WATER),
        ]
    )
    assert [(one.kg, one.body_fat, one.impedance, one.muscle_mass, one.body_water) for one in found] == [
        (70.0, 23.5, 510.0, None, None)
    ]


def test_a_weighing_without_composition_is_no_composition() -> None:
    assert compositions([reading(70.0)]) == ()
