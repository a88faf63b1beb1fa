"""The usual day: bands in order, open where there is no slot, figures unsmoothed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.pages.charts.ambulatory import ambulatory, ambulatory_label, ambulatory_table, smoothed
from tests.ingest_api.pages.charts.looking import MG, MMOL, classed, data, label, points, texts
from timeseries.glucose.profile import Slot


def flat(*minutes: int) -> list[Slot]:
    return [Slot(minute, 60, 90, 120, 160, 200, 14) for minute in minutes]


def level(minute: int, mg_dl: float) -> Slot:
    return Slot(minute, mg_dl, mg_dl, mg_dl, mg_dl, mg_dl, 7)


WHOLE = flat(*range(0, 1440, 15))

percentiles = st.lists(st.floats(39, 401), min_size=5, max_size=5).map(sorted)
usual_days = st.lists(st.tuples(st.integers(0, 95), percentiles), max_size=30, unique_by=lambda each: each[0]).map(
    lambda told: [Slot(15 * n, p5, p25, p50, p75, p95, 7) for n, (p5, p25, p50, p75, p95) in sorted(told)]
)


@given(usual_days)
def test_smoothing_keeps_the_percentiles_in_order_and_within_what_was_measured(slots: list[Slot]) -> None:
    found = smoothed(slots)
    assert (np.diff(found, axis=0) >= -1e-9).all()
    assert (found >= min((slot.p5 for slot in slots), default=0) - 1e-9).all()
    assert (found <= max((slot.p95 for slot in slots), default=0) + 1e-9).all()


def test_a_flat_day_stays_flat() -> None:
    assert np.allclose(smoothed(WHOLE).T, (60, 90, 120, 160, 200))


def test_smoothing_goes_round_the_clock() -> None:
    night = [level(0, 100), level(720, 100), level(1425, 200)]
    assert smoothed(night)[2, 0] > 100
    assert smoothed(night)[2, 1] == 100


def test_smoothing_does_not_reach_beyond_three_quarters_of_an_hour() -> None:
    apart = [level(600, 100), level(645, 200)]
    assert smoothed(apart)[2].tolist() == [100, 200]


def test_a_whole_day_runs_from_midnight_to_midnight() -> None:
    median = points(data(ambulatory("a", WHOLE, MG), "median"))
    assert [(run[0][0], run[-1][0]) for run in median] == [(0, 2400)]


def test_clock_times_without_a_slot_stay_open() -> None:
    drawn = ambulatory("a", flat(0, 15, 30, 60, 75), MG)
    assert [len(run) for run in points(data(drawn, "median"))] == [3, 2]
    assert [len(run) for run in points(data(drawn, "band-outer"))] == [6, 4]


def test_the_curve_does_not_run_on_to_a_midnight_it_does_not_know() -> None:
    assert points(data(ambulatory("a", flat(600, 615, 630), MG), "median"))[0][-1][0] == 1050


def test_the_bands_lie_between_their_percentiles() -> None:
    drawn = ambulatory("a", WHOLE, MG)
    assert {y for run in points(data(drawn, "band-outer")) for _, y in run} == {429, 829}
    assert {y for run in points(data(drawn, "band-inner")) for _, y in run} == {543, 743}


def test_the_percentiles_are_named_and_kept_apart() -> None:
    named = classed(ambulatory("a", [level(0, 100)], MG), "t-percent")
    places = [float(each.get("y", "")) for each in named]
    assert [each.text for each in named] == ["95%", "75%", "50%", "25%", "5%"]
    assert np.allclose(np.diff(places), 12)


def test_the_table_is_unsmoothed_and_by_the_hour() -> None:
    slots = [Slot(0, 50, 90, 120, 160, 200, 14), *flat(15, 30, 75)]
    table = ambulatory_table(slots, MG)
    assert table.rows == (
        ("00:00", "50", "90", "120", "160", "200", "14"),
        ("01:15", "60", "90", "120", "160", "200", "14"),
    )
    assert table.header == ("Time", "5%", "25%", "50%", "75%", "95%", "Days")


def test_the_sentence_says_where_the_median_is_lowest_and_highest() -> None:
    slots = [*flat(0), Slot(180, 50, 60, 72, 80, 90, 9), Slot(1275, 50, 60, 180.156, 190, 200, 9)]
    told = ambulatory_label(slots, MMOL).replace("\xa0", " ")
    assert told == (
        "Journée type sur 14 jours au plus : la médiane va de 4,0 mmol/L vers 03:00 à 10,0 mmol/L vers 21:15 ; "
        "cible 3,9–10,0 mmol/L."
    )


def test_without_enough_days_that_is_said() -> None:
    assert label(ambulatory("a", [], MG)) == "A usual day needs readings of at least 5 days"
    assert texts(ambulatory("a", [], MG))[-2:] == ["A usual day needs readings", "of at least 5 days"]
    assert ambulatory_table([], MG).rows == ()
