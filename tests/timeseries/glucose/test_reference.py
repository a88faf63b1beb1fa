"""The figures of two real traces, against the tools of the field."""

from collections.abc import Callable

import pytest

from tests.timeseries.glucose.making import TRACES, recommended, reference, trace
from timeseries.glucose.averages import iqr, mad, median, value_range
from timeseries.glucose.episodes import EpisodeKind, episodes
from timeseries.glucose.figures import figures
from timeseries.glucose.grid import grid
from timeseries.glucose.mage import mage
from timeseries.glucose.profile import profile
from timeseries.glucose.ranges import ranges
from timeseries.glucose.series import Series
from timeseries.glucose.tally import tally

ALIKE = [
    ("mean", 1e-6),
    ("sd", 1e-6),
    ("cv", 1e-6),
    ("gmi", 1e-6),
    ("ea1c", 1e-6),
    ("lbgi", 1e-4),
    ("hbgi", 1e-4),
    ("adrr", 1e-4),
    ("j_index", 1e-6),
    ("modd", 1e-6),
    ("conga1", 1e-6),
    ("conga4", 1e-6),
    ("conga24", 1e-6),
    ("gvp", 1e-6),
    ("mag", 1e-6),
    ("sd_roc", 1e-6),
    ("mage", 1e-6),
]
"""Figures by their names in the reference, and the relative tolerance it states (for MAGE, tighter than its 0.6 %)."""


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize(("metric", "tolerance"), ALIKE)
def test_a_figure_of_a_real_trace_is_what_iglu_gives(name: str, metric: str, tolerance: float) -> None:
    assert getattr(figures(trace(name)), metric) == pytest.approx(recommended(name, metric), rel=tolerance)


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize(("metric", "tolerance"), [("gri", 0.01), ("tir", 0.005), ("titr", 0.005)])
def test_a_percentage_of_a_real_trace_is_what_iglu_gives(name: str, metric: str, tolerance: float) -> None:
    assert getattr(figures(trace(name)), metric) == pytest.approx(recommended(name, metric), abs=tolerance)


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("tbr2", "tbr54"), ("tbr", "tbr70"), ("tar", "tar180"), ("tar2", "tar250"), ("pregnancy", "tir_63_140")],
)
def test_time_beyond_a_bound_is_what_iglu_gives(name: str, ours: str, theirs: str) -> None:
    found = ranges(tally(trace(name)))
    assert getattr(found, ours) == pytest.approx(recommended(name, theirs), abs=0.005)


@pytest.mark.parametrize("name", TRACES)
def test_active_percent_is_what_iglu_gives(name: str) -> None:
    found = figures(trace(name)).active_percent
    assert found == pytest.approx(recommended(name, "active_percent"), abs=0.1)


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize(("of", "metric"), [(median, "median"), (iqr, "iqr"), (mad, "mad")])
def test_spread_by_rank_is_what_r_gives(name: str, of: Callable[[Series], float], metric: str) -> None:
    assert of(trace(name)) == pytest.approx(recommended(name, metric), rel=1e-6)


@pytest.mark.parametrize("name", TRACES)
def test_count_and_range_are_exact(name: str) -> None:
    summed = tally(trace(name))
    assert (summed.n, value_range(summed)) == (recommended(name, "n"), recommended(name, "range"))


@pytest.mark.parametrize("name", TRACES)
def test_excursions_up_and_down_are_what_iglu_gives(name: str) -> None:
    found = mage(trace(name))
    assert found is not None
    assert found.plus == pytest.approx(recommended(name, "mage_plus"), rel=1e-6)
    assert found.minus == pytest.approx(recommended(name, "mage_minus"), rel=1e-6)


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        (EpisodeKind.HYPO_LEVEL_1, "ep_hypo_lv1"),
        (EpisodeKind.HYPO_LEVEL_2, "ep_hypo_lv2"),
        (EpisodeKind.HYPO_EXTENDED, "ep_hypo_extended"),
        (EpisodeKind.HYPER_LEVEL_1, "ep_hyper_lv1"),
        (EpisodeKind.HYPER_LEVEL_2, "ep_hyper_lv2"),
    ],
)
def test_episodes_are_as_many_and_as_long_as_iglu_gives(name: str, kind: EpisodeKind, theirs: str) -> None:
    on_grid = grid(trace(name))
    assert on_grid is not None
    lengths = [each.minutes for each in episodes(on_grid) if each.kind is kind]
    assert len(lengths) == recommended(name, f"{theirs}_count")
    assert sum(lengths) == pytest.approx(len(lengths) * recommended(name, f"{theirs}_mean_min"), rel=1e-6)


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize("percentile", ["p5", "p25", "p50", "p75", "p95"])
def test_the_hours_of_the_profile_are_what_iglu_gives_unsmoothed(name: str, percentile: str) -> None:
    on_grid = grid(trace(name))
    assert on_grid is not None
    ours = {slot.minute: getattr(slot, percentile) for slot in profile(on_grid)}
    hours = [60 * hour % 1440 for hour in range(1, 25)]  # iglu's day ends at 24:00
    assert [ours[minute] for minute in hours] == pytest.approx(
        reference()[name]["agp_unsmoothed_hourly"][percentile], rel=1e-6
    )
