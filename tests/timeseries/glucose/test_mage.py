"""Mean amplitude of glycaemic excursions."""

import numpy as np
import pytest

from tests.timeseries.glucose.making import every, joined, series
from timeseries.glucose.mage import Mage, mage
from timeseries.glucose.series import Series


def waves(lowest: float, highest: float, count: int, start: int = 0, each: int = 48) -> Series:
    """So many waves of four hours between two values, every 5 minutes from that minute on."""
    phase = np.arange(count * each + 1) * 2 * np.pi / each
    values = (highest + lowest) / 2 - (highest - lowest) / 2 * np.cos(phase)
    return series((start + 5 * np.arange(len(values))).tolist(), values.tolist())


def found(of: Series) -> Mage:
    """Excursions that must be there."""
    told = mage(of)
    assert told is not None
    return told


def test_of_regular_waves_it_is_their_height() -> None:
    told = found(waves(80, 200, 6))
    assert (told.plus, told.minus, told.average) == pytest.approx((120, 120, 120))


def test_ripples_under_one_sd_are_no_excursions() -> None:
    of = waves(80, 200, 6)
    ripples = Series(of.at, of.values + 3 * np.sin(np.arange(len(of)) * 2 * np.pi / 6), of.in_mmol, of.zone)
    assert found(ripples).average == pytest.approx(120, abs=7)


def test_a_gap_over_three_hours_makes_segments_weighed_by_their_length() -> None:
    small, large = waves(100, 140, 3), waves(80, 240, 6, start=3 * 240 + 300)
    lengths = 3 * 48, 6 * 48
    told = found(joined(small, large))
    assert told.average == pytest.approx((40 * lengths[0] + 160 * lengths[1]) / sum(lengths), rel=1e-6)


def test_a_gap_under_three_hours_leaves_one_segment_with_one_sd() -> None:
    small, large = waves(100, 140, 3), waves(80, 240, 6, start=3 * 240 + 170)
    assert found(joined(small, large)).average > 150


def test_only_a_rise_has_no_minus() -> None:
    told = found(every(5, [*np.linspace(80, 250, 60).tolist()]))
    assert (told.plus is not None, told.minus) == (True, None)


@pytest.mark.parametrize(
    "of",
    [every(5, []), every(5, [100]), every(5, range(100, 131)), every(5, [120] * 500), every(46, [100, 200] * 60)],
)
def test_of_too_little_or_flat_a_trace_there_are_none(of: Series) -> None:
    assert mage(of) is None


def test_a_sensor_stuck_at_its_bound_first_is_no_trouble() -> None:
    of = joined(every(5, [39] * 60), waves(80, 200, 6, start=300))
    assert found(of).average == pytest.approx(120, rel=0.1)


def test_a_flat_stretch_first_is_neither_peak_nor_nadir_of_its_own() -> None:
    of = joined(every(5, [140] * 60), waves(80, 200, 6, start=300))
    told = found(of)
    assert (told.plus, told.minus) == pytest.approx((120, 120))


def test_it_is_the_same_from_a_one_minute_sensor() -> None:
    of = waves(80, 200, 6)
    minutes = np.arange(0, 5 * (len(of) - 1) + 1)
    finer = series(minutes.tolist(), np.interp(minutes, 5 * np.arange(len(of)), of.values).tolist())
    assert found(finer).average == pytest.approx(found(of).average)
