"""A glucose sensor's connection: samples placed by their session's start, damaged ones refused one by one."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.gatt import Session
from device_adapters.wire.crc import mcrf4xx
from hub.errors import Malformed
from hub.measurements import Condition, Measurement
from hub.quantities import Kind
from tests.device_adapters.ble.vectors import frame, heard, session_of

WITH_CRC, WITHOUT_CRC = frame("2aa8", "6e9e01168ac1"), frame("2aa8", "6e8e0119ffff")
PARIS_SUMMER = frame("2aaa", "ea0707010800000404")
NO_ZONE = frame("2aaa", "ea07070108000080ff")
NO_START = frame("2aaa", "00000000000000" + "80ff")
DONE = frame("2a52", "06000101")


def sensor() -> Session:
    return session_of("2aa7")


def sample(offset: int, mg_dl: int = 120) -> str:
    """A smallest record, in hex."""
    return f"0600{mg_dl.to_bytes(2, 'little').hex()}{offset.to_bytes(2, 'little').hex()}"


def checked(hexadecimal: str) -> str:
    """A value with its E2E-CRC."""
    return hexadecimal + mcrf4xx(bytes.fromhex(hexadecimal)).to_bytes(2, "little").hex()


def only(measurements: tuple[Measurement, ...]) -> Measurement:
    (measurement,) = measurements
    return measurement


def test_a_sample_is_as_many_minutes_after_its_sessions_start() -> None:
    measurement = only(heard(sensor(), PARIS_SUMMER, frame("2aa7", sample(300))).measurements)
    assert measurement.device_time == datetime.fromisoformat("2026-07-01T13:00:00+02:00")
    assert measurement.stored


def test_without_a_zone_the_start_is_a_display() -> None:
    measurement = only(heard(sensor(), NO_ZONE, frame("2aa7", sample(300))).measurements)
    assert measurement.device_time == datetime(2026, 7, 1, 13)  # noqa: DTZ001 - a display


@pytest.mark.parametrize("frames", [(), (NO_START,)])
def test_without_a_start_the_newest_sample_is_of_now_and_older_ones_have_no_time(frames: tuple[()]) -> None:
    older, newest = heard(sensor(), *frames, frame("2aa7", sample(295) + sample(300))).measurements
    assert (older.stored, older.device_time) == (True, None)
    assert (newest.stored, newest.device_time) == (False, None)


def test_the_same_sample_notified_and_fetched_has_one_name_in_whatever_zone() -> None:
    london = frame("2aaa", "ea0707010700000004")
    paris = only(heard(sensor(), PARIS_SUMMER, frame("2aa7", sample(300))).measurements)
    assert only(heard(sensor(), london, frame("2aa7", sample(300))).measurements).key == paris.key


def test_the_next_sensors_sample_of_the_same_offset_has_another_name() -> None:
    another = frame("2aaa", "ea0707020800000404")
    first = only(heard(sensor(), PARIS_SUMMER, frame("2aa7", sample(300))).measurements)
    assert only(heard(sensor(), another, frame("2aa7", sample(300))).measurements).key != first.key


@pytest.mark.parametrize("damaged", ["000064000500", "05006400", "0d4373002c01", "ff"])
def test_a_record_of_a_wrong_size_is_refused_and_does_not_hang(damaged: str) -> None:
    decoded = heard(sensor(), PARIS_SUMMER, frame("2aa7", sample(5) + damaged))
    assert only(decoded.measurements).sequence == 5
    assert [(r.position, type(r.why)) for r in decoded.refused] == [(1, Malformed)]


def test_a_sensor_that_has_checksums_must_send_them() -> None:
    bare = frame("2aa7", sample(5))
    assert heard(sensor(), WITH_CRC, bare).measurements == ()
    assert only(heard(sensor(), WITH_CRC, frame("2aa7", checked("0800780005 00".replace(" ", "")))).measurements)


def test_a_sensor_that_has_no_checksums_may_not_send_one() -> None:
    record = frame("2aa7", checked("080078000500"))
    assert heard(sensor(), WITHOUT_CRC, record).measurements == ()
    assert only(heard(sensor(), record).measurements).sequence == 5


@given(st.integers(0, 103))
def test_any_flipped_bit_of_a_checked_sample_is_refused(place: int) -> None:
    record = bytearray.fromhex("0d4373002c010324001a003e04")
    record[place // 8] ^= 1 << place % 8
    assert heard(sensor(), WITH_CRC, frame("2aa7", bytes(record))).measurements == ()


@pytest.mark.parametrize(
    ("flags", "octet", "condition"),
    [
        ("80", "04", Condition.SENSOR_FAULT),
        ("80", "08", Condition.SENSOR_FAULT),
        ("80", "20", Condition.SENSOR_FAULT),
        ("80", "02", None),
        ("40", "10", Condition.SENSOR_FAULT),
        ("40", "20", Condition.SENSOR_FAULT),
        ("40", "01", None),
        ("20", "40", Condition.BELOW_RANGE),
        ("20", "80", Condition.ABOVE_RANGE),
        ("20", "04", None),
    ],
)
def test_what_a_sensor_says_of_itself_is_a_condition(flags: str, octet: str, condition: Condition | None) -> None:
    measurement = only(heard(sensor(), frame("2aa7", f"07{flags}78000500{octet}")).measurements)
    assert measurement.condition is condition


def test_a_sensor_that_says_what_it_measures_in_is_believed() -> None:
    plasma = frame("2aa8", "6e8e0116ffff")
    assert only(heard(sensor(), plasma, frame("2aa7", sample(5))).measurements).kind is Kind.GLUCOSE_PLASMA
    assert only(heard(sensor(), WITHOUT_CRC, frame("2aa7", sample(5))).measurements).kind is Kind.GLUCOSE_INTERSTITIAL


def test_the_last_sample_is_learnt_with_its_session_and_only_when_the_older_ones_are_here() -> None:
    session = sensor()
    session.feed(PARIS_SUMMER)
    session.feed(frame("2aa7", sample(300)))
    assert session.learnt() == {}
    session.feed(DONE)
    assert session.learnt()["offset"] == 300
    assert session.learnt()["start"] == (datetime(2026, 7, 1, 6) - datetime(2000, 1, 1)).total_seconds() // 60  # noqa: DTZ001


def test_a_sample_looked_at_to_compare_and_a_report_under_way_teach_nothing() -> None:
    session = sensor()
    session.feed(PARIS_SUMMER)
    session.asked("2a52", bytes.fromhex("0103012d01"))
    session.feed(frame("2a52", "06000106"))
    session.asked("2a52", bytes.fromhex("0106"))
    session.feed(frame("2aa7", sample(200)))
    session.feed(DONE)
    assert session.learnt() == {}
    session.asked("2a52", bytes.fromhex("0101"))
    session.feed(frame("2aa7", sample(5)))
    assert session.learnt() == {}
    session.feed(frame("2a52", "06000301"))
    assert session.learnt() == {}
    session.feed(DONE)
    assert session.learnt()["offset"] == 5


def test_a_live_sample_after_the_last_one_was_looked_at_is_learnt() -> None:
    session = sensor()
    session.feed(PARIS_SUMMER)
    session.asked("2a52", bytes.fromhex("0103012d01"))
    session.feed(frame("2a52", "06000106"))
    session.asked("2a52", bytes.fromhex("0106"))
    session.feed(DONE)
    session.feed(frame("2aa7", sample(305)))
    assert session.learnt()["offset"] == 305
