"""A glucose meter's connection: records and their contexts in whatever order, what is learnt, how it is asked."""

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.gatt import Frame, Session
from hub.errors import ImplausibleTime, ImplausibleValue, NotANumber
from hub.measurements import Condition, Decoded, Measurement
from hub.quantities import Kind
from tests.device_adapters.ble.vectors import frame, heard, session_of

DONE, NO_RECORDS = frame("2a52", "06000101"), frame("2a52", "06000106")
LATER = frame("2a18", "030100e807031e0c000000006fb0f8")
"""A record of number 1 again, after a reset of the meter."""

MG_DL = 0xB000


def record(
    sequence: int, mg_dl: int = 111, *, follows: bool = False, place: int = 0xF8, status: int = 0, offset: int = 0
) -> Frame:
    """A record of noon on 30 January 2024."""
    flags = 0b1011 | follows << 4
    fields = [
        sequence.to_bytes(2, "little"),
        bytes.fromhex("e807011e0c0000"),
        offset.to_bytes(2, "little", signed=True),
    ]
    concentration = (MG_DL | mg_dl).to_bytes(2, "little")
    return frame(
        "2a18", b"".join([bytes([flags]), *fields, concentration, bytes([place]), status.to_bytes(2, "little")])
    )


def context(sequence: int, meal: int = 1) -> Frame:
    """A meal marker: 1 before, 2 after."""
    return frame("2a34", bytes([2]) + sequence.to_bytes(2, "little") + bytes([meal]))


def meter() -> Session:
    return session_of("2a18")


def only(decoded: Decoded) -> Measurement:
    (measurement,) = decoded.measurements
    return measurement


def meals(decoded: Decoded) -> dict[int | None, str | None]:
    """Each record's meal, by sequence number."""
    return {m.sequence: json.loads(m.context or "{}").get("meal") for m in decoded.measurements}


def test_a_record_waits_for_the_context_it_announces() -> None:
    session = meter()
    assert session.feed(record(15, follows=True)).measurements == ()
    assert meals(session.feed(context(15))) == {15: "preprandial"}


def test_a_context_that_comes_first_is_kept_for_its_record() -> None:
    session = meter()
    assert session.feed(context(15)).measurements == ()
    assert meals(session.feed(record(15, follows=True))) == {15: "preprandial"}


def test_the_meters_answer_ends_the_waiting() -> None:
    session = meter()
    session.feed(record(15, follows=True))
    assert meals(session.feed(DONE)) == {15: None}


def test_the_end_of_the_link_ends_the_waiting() -> None:
    session = meter()
    session.feed(record(15, follows=True))
    assert meals(session.close()) == {15: None}
    assert session.close() == Decoded()


def test_a_meter_that_announces_contexts_and_sends_none_does_not_swallow_its_records() -> None:
    session = meter()
    at_once = [m.sequence for n in range(100) for m in session.feed(record(n, follows=True)).measurements]
    assert at_once == list(range(92))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_records_and_contexts_in_any_order_find_one_another(order: tuple[int, ...]) -> None:
    frames = [record(1, follows=True), context(1, 1), record(2, follows=True), context(2, 2)]
    assert meals(heard(meter(), *(frames[n] for n in order))) == {1: "preprandial", 2: "postprandial"}


def test_a_context_of_another_record_is_not_taken() -> None:
    assert meals(heard(meter(), record(15, follows=True), context(14))) == {15: None}


def test_a_damaged_context_leaves_its_record_unharmed() -> None:
    session = meter()
    session.feed(record(15, follows=True))
    with pytest.raises(Exception, match="truncated"):
        session.feed(frame("2a34", "0f0f00"))
    assert meals(session.close()) == {15: None}


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.randoms())
def test_said_twice_or_shuffled_the_names_are_the_same(sequences: list[int], shuffle: random.Random) -> None:
    frames = [each for n in sequences for each in (record(n, 100 + n, follows=n % 2 == 0), context(n))]
    shuffled = shuffle.sample(frames, len(frames))
    names = {m.key for m in heard(meter(), *frames).measurements}
    assert {m.key for m in heard(meter(), *shuffled).measurements} == names
    assert len(names) == len(set(sequences))


def test_the_name_survives_a_clock_that_was_set_and_not_a_reset_of_the_meter() -> None:
    now, moved = only(heard(meter(), record(1))), only(heard(meter(), record(1, offset=60)))
    assert now.key == moved.key
    assert now.device_time != moved.device_time
    assert only(heard(meter(), LATER)).key != now.key


def test_a_record_that_waits_is_not_lost_to_another_of_its_number() -> None:
    assert len(heard(meter(), record(1, follows=True), LATER).measurements) == 2
    assert len(heard(meter(), record(1, follows=True), record(1, follows=True)).measurements) == 1


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (0x11, Kind.GLUCOSE_CAPILLARY),
        (0x12, Kind.GLUCOSE_CAPILLARY),
        (0x22, Kind.GLUCOSE_CAPILLARY),
        (0xF4, Kind.GLUCOSE_PLASMA),
        (0xF6, Kind.GLUCOSE_PLASMA),
        (0xF9, Kind.GLUCOSE_INTERSTITIAL),
        (0xF3, None),
        (0xF7, None),
        (0xF8, None),
        (0x18, None),
        (0xF0, None),
    ],
)
def test_the_sample_says_the_kind_and_the_undetermined_is_left_to_the_device(place: int, kind: Kind | None) -> None:
    assert only(heard(meter(), record(1, place=place))).kind is kind


@pytest.mark.parametrize("place", [0x1A, 0x4A, 0x41])
def test_a_control_solution_is_nobodys(place: int) -> None:
    measurement = only(heard(meter(), record(1, place=place)))
    assert measurement.condition is Condition.CONTROL_SOLUTION


@pytest.mark.parametrize(
    ("bit", "condition"),
    [
        (0, None),
        (1, Condition.SENSOR_FAULT),
        (2, Condition.SENSOR_FAULT),
        (3, Condition.SENSOR_FAULT),
        (4, Condition.SENSOR_FAULT),
        (5, Condition.ABOVE_RANGE),
        (6, Condition.BELOW_RANGE),
        (7, Condition.SENSOR_FAULT),
        (8, Condition.SENSOR_FAULT),
        (9, Condition.SENSOR_FAULT),
        (10, Condition.SENSOR_FAULT),
        (11, None),
    ],
)
def test_a_status_bit_is_a_condition(bit: int, condition: Condition | None) -> None:
    assert only(heard(meter(), record(1, status=1 << bit))).condition is condition


def test_a_low_battery_is_in_the_context() -> None:
    measurement = only(heard(meter(), record(1, status=1)))
    assert json.loads(measurement.context or "")["status"] == ["device-battery-low"]


@pytest.mark.parametrize(
    ("word", "status", "condition"),
    [
        ("fe07", "", Condition.ABOVE_RANGE),
        ("0208", "", Condition.BELOW_RANGE),
        ("ff07", "2000", Condition.ABOVE_RANGE),
        ("ff07", "4000", Condition.BELOW_RANGE),
    ],
)
def test_hi_and_lo_without_a_number_are_bounds(word: str, status: str, condition: Condition) -> None:
    flags = "0a" if status else "02"
    measurement = only(heard(meter(), frame("2a18", f"{flags}1100ea07010a080000{word}f1{status}")))
    assert measurement.condition is condition


@pytest.mark.parametrize("word", ["ff07", "0008", "0108"])
def test_a_special_without_hi_or_lo_is_no_number(word: str) -> None:
    with pytest.raises(NotANumber):
        meter().feed(frame("2a18", f"021100ea07010a080000{word}f1"))


def test_a_negative_concentration_is_refused_and_the_next_record_is_not() -> None:
    session = meter()
    (refused,) = session.feed(frame("2a18", "030100e407030e1717000000ffff11")).refused
    assert isinstance(refused.why, ImplausibleValue)
    assert only(session.feed(record(2))).sequence == 2


def test_a_clock_that_was_set_back_moves_the_record_back() -> None:
    measurement = only(heard(meter(), record(1, offset=-90)))
    assert measurement.device_time == datetime(2024, 1, 30, 10, 30)  # noqa: DTZ001 - a display


@pytest.mark.parametrize("overrun", [0x7FFF, -0x8000])
def test_a_record_whose_clock_moved_too_far_has_no_time(overrun: int) -> None:
    (refused,) = heard(meter(), record(1, offset=overrun)).refused
    assert isinstance(refused.why, ImplausibleTime)


@given(st.integers(0, 2047))
def test_every_meter_number_in_mg_dl_is_exact(mg_dl: int) -> None:
    assert only(heard(meter(), record(1, mg_dl))).quantity.value == mg_dl


@given(st.integers(0, 2047))
def test_every_meter_number_in_tenths_of_mmol_l_is_exact(tenths: int) -> None:
    word = (0xC000 | tenths).to_bytes(2, "little").hex()
    measurement = only(heard(meter(), frame("2a18", f"061100ea07010a080000{word}f1")))
    assert (measurement.quantity.value, measurement.quantity.unit) == (float(Decimal(tenths) / 10), "mmol/L")


def learnt(*frames: Frame) -> dict[str, int]:
    """What a session learns from these frames, before the end of the link."""
    session = meter()
    for each in frames:
        session.feed(each)
    return dict(session.learnt())


def test_the_last_record_is_learnt_once_the_meter_has_told_everything() -> None:
    assert learnt(record(44), record(45), DONE) == {"sequence": 45}


def test_a_record_that_waits_for_its_context_is_not_learnt() -> None:
    assert learnt(record(44), record(45), record(46, follows=True)) == {"sequence": 45}


def test_a_link_that_breaks_in_the_middle_keeps_an_unbroken_run() -> None:
    assert learnt(record(44), record(45)) == {"sequence": 45}


@pytest.mark.parametrize("sequences", [(45,), (45, 44), (44, 46), (44, 45, 51), (500, 499, 498)])
def test_records_that_may_have_gaps_teach_nothing_before_the_end(sequences: tuple[int, ...]) -> None:
    assert learnt(*(record(n) for n in sequences)) == {}


def test_a_meter_that_begins_with_its_newest_record_is_asked_for_them_again() -> None:
    assert learnt(record(46), record(45), record(44), DONE) == {"sequence": 44}


def test_no_records_teaches_nothing_new() -> None:
    assert learnt(NO_RECORDS) == {}


def test_the_meters_clock_is_learnt() -> None:
    clock = frame("2a2b", "ea07080108001e060001")
    assert learnt(clock) == {"clock_ahead": 0}
    assert clock.received_at == datetime(2026, 8, 1, 8, 0, 30, tzinfo=UTC)
    assert learnt(frame("2a08", "ea07080109001e")) == {"clock_ahead": 3600}
    assert learnt(frame("2a2b", "00000000000000000000")) == {}


ALL, LAST, SINCE_45 = bytes.fromhex("0101"), bytes.fromhex("0106"), bytes.fromhex("0103012d00")


def test_the_last_record_of_a_meter_that_counts_anew_is_not_learnt_before_the_others_are_here() -> None:
    session = meter()
    session.asked("2a52", SINCE_45)
    session.feed(NO_RECORDS)
    session.asked("2a52", LAST)
    session.feed(record(3))
    session.feed(DONE)
    assert session.learnt() == {}
    session.asked("2a52", ALL)
    session.feed(record(1))
    assert session.learnt() == {}
    for said in (record(2), record(3), DONE):
        session.feed(said)
    assert session.learnt() == {"sequence": 3}


def test_a_fresh_measure_after_the_last_record_was_looked_at_is_learnt() -> None:
    session = meter()
    session.asked("2a52", SINCE_45)
    session.feed(NO_RECORDS)
    session.asked("2a52", LAST)
    session.feed(record(44))
    session.feed(DONE)
    session.feed(record(45))
    assert session.learnt() == {"sequence": 45}


@pytest.mark.parametrize("stale", ["06000301", "06000406", "0500c201"])
def test_the_answer_to_another_request_does_not_end_a_report(stale: str) -> None:
    assert learnt(record(46), record(44), frame("2a52", stale)) == {}


def test_the_last_record_alone_completes_nothing() -> None:
    session = meter()
    session.asked("2a52", LAST)
    for said in (record(44), DONE, record(45)):
        session.feed(said)
    assert session.learnt() == {}
