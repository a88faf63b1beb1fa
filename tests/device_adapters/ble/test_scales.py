"""A scale's connection: stamps, users, history, and what is no weight of a person."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from device_adapters.adapter import decode
from device_adapters.gatt import Frame, Session
from device_adapters.shapes import ECHO
from hub.errors import ImplausibleValue, Malformed, UnitUnknown
from hub.measurements import Channel, Condition, RawPayload
from hub.quantities import Kind
from tests.device_adapters.ble.vectors import ADDRESS, NOW, frame, heard, session_of, values

BF720, BF720_BODY = frame("2a9d", "0e783eea07050c12353601ee002607"), frame("2a9c", "9803c200df1a9701cc2fca21a811")
MI = frame("2a9c", "0226e607020e10293af7019a38")


def scale() -> Session:
    return session_of("2a9d", "181d")


def stamped(moment: datetime, grams: int = 75_000) -> Frame:
    """A weighing with that display."""
    date = moment.year.to_bytes(2, "little") + bytes(
        (moment.month, moment.day, moment.hour, moment.minute, moment.second)
    )
    return frame("2a9d", bytes([2]) + (grams // 5).to_bytes(2, "little") + date)


def test_a_composition_without_a_date_has_that_of_its_weighing_and_its_user() -> None:
    said = {(m.device_time, m.hint) for m in heard(scale(), BF720, BF720_BODY).measurements}
    assert said == {(datetime(2026, 5, 12, 18, 53, 54), "1")}  # noqa: DTZ001 - a display


def test_what_a_scale_computes_beside_stays_in_the_context() -> None:
    fat = next(m for m in heard(scale(), BF720_BODY).measurements if m.kind is Kind.BODY_FAT)
    assert '"body_water_mass_kg":43.25' in (fat.context or "")
    assert '"basal_metabolism_kj":6879' in (fat.context or "")


def test_a_scale_with_both_services_says_the_same_through_either() -> None:
    other = session_of("2a9c", "181b")
    assert heard(other, BF720, BF720_BODY) == heard(scale(), BF720, BF720_BODY)


@pytest.mark.parametrize(
    ("shown", "stored"),
    [
        (NOW - timedelta(minutes=1), False),
        (NOW + timedelta(hours=2), False),
        (NOW - timedelta(days=2), True),
        (datetime(1970, 1, 1, 0, 20, tzinfo=UTC), False),
        (datetime(2094, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_stamp_of_long_ago_is_a_record_and_a_clock_nobody_set_dates_nothing(shown: datetime, stored: bool) -> None:
    (weighing,) = heard(scale(), stamped(shown)).measurements
    assert weighing.stored is stored


def test_each_weighing_of_a_history_has_its_own_name_and_a_repeat_has_the_same() -> None:
    history = [stamped(NOW - timedelta(days=n)) for n in range(36)]
    keys = [m.key for m in heard(scale(), *history, *history).measurements]
    assert len(keys) == 72
    assert len(set(keys)) == 36


def test_a_weighing_without_a_stamp_is_dated_by_receipt_and_its_repeat_is_an_echo() -> None:
    (weighing,) = heard(scale(), frame("2a9d", "00983a")).measurements
    assert (weighing.device_time, weighing.stored, weighing.echo) == (None, False, ECHO)


@pytest.mark.parametrize("payload", ["009f0f", "01a00f"])
def test_who_weighs_less_than_20_kg_is_no_person_on_a_scale(payload: str) -> None:
    (refused,) = heard(scale(), frame("2a9d", payload)).refused
    assert isinstance(refused.why, ImplausibleValue)


@pytest.mark.parametrize("payload", ["00ffff", "000000"])
def test_an_unsuccessful_weighing_says_nothing(payload: str) -> None:
    assert heard(scale(), frame("2a9d", payload)).measurements == ()


@pytest.mark.parametrize("payload", ["00983a00", "10983a", "80983a", "02983aea0701"])
def test_another_layout_than_the_flags_announce_is_refused(payload: str) -> None:
    with pytest.raises(Malformed):
        scale().feed(frame("2a9d", payload))


def test_two_packets_of_one_composition_belong_together() -> None:
    first, second = frame("2a9c", "0614c800ea0708010a000001803e"), frame("2a9c", "0012c8008813")
    said = heard(scale(), first, second).measurements
    assert values(said) == {"weight kg": 80.0, "body_fat %": 20.0, "impedance ohm": 500.0}
    assert len({(m.device_time, m.hint) for m in said}) == 1


def test_a_connected_mi_scale_and_its_advertisement_say_the_same_under_the_same_names() -> None:
    connected = heard(session_of("2a9c", model="MIBFS"), MI).measurements
    advertised = decode(RawPayload(Channel.ADVERT, "181b", MI.payload, NOW, ADDRESS)).measurements
    assert {m.key for m in connected} == {m.key for m in advertised}
    assert {m.channel for m in connected} == {Channel.GATT}


def test_a_blood_pressure_is_said_with_its_pulse_and_what_disturbed_it() -> None:
    monitor = session_of("2a35")
    decoded = heard(monitor, frame("2a35", "1e780050005d00ea0708010900004800010400"))
    assert values(decoded.measurements) == {
        "blood_pressure_systolic mmHg": 120.0,
        "blood_pressure_diastolic mmHg": 80.0,
        "blood_pressure_mean mmHg": 93.0,
        "heart_rate /min": 72.0,
    }
    assert {m.context for m in decoded.measurements} == {'{"status":["irregular-pulse"]}'}
    assert {m.hint for m in decoded.measurements} == {"1"}


def test_a_mean_pressure_that_is_not_computed_is_left_out() -> None:
    decoded = heard(session_of("2a35"), frame("2a35", "0078005000ff07"))
    assert set(values(decoded.measurements)) == {"blood_pressure_systolic mmHg", "blood_pressure_diastolic mmHg"}


@pytest.mark.parametrize(("uuid", "payload"), [("2a35", "01100010000c00"), ("2a1c", "01d20300ff")])
def test_a_unit_we_do_not_keep_is_refused_by_its_name(uuid: str, payload: str) -> None:
    (refused,) = heard(session_of(uuid), frame(uuid, payload)).refused
    assert isinstance(refused.why, UnitUnknown)


def test_a_temperature_is_said_with_where_it_was_taken() -> None:
    (measurement,) = heard(session_of("2a1c"), frame("2a1c", "046c0100ff06")).measurements
    assert (measurement.quantity.value, measurement.context) == (36.4, '{"site":"mouth"}')


def test_a_spot_check_says_saturation_and_pulse_and_a_sensor_off_the_finger_is_a_fault() -> None:
    spot = heard(session_of("2a5e"), frame("2a5e", "0061004800"))
    assert values(spot.measurements) == {"spo2 %": 97.0, "heart_rate /min": 72.0}
    off = heard(session_of("2a5e"), frame("2a5e", "0461004800000800"))
    assert {m.condition for m in off.measurements} == {Condition.SENSOR_FAULT}
    continuous = heard(session_of("2a5f"), frame("2a5f", "03610048006100480061004800"))
    assert values(continuous.measurements) == values(spot.measurements)


def test_no_two_names_of_a_connection_are_the_same() -> None:
    keys = sorted(m.key for m in heard(scale(), BF720, BF720_BODY).measurements)
    assert all(one != other for one, other in pairwise(keys))
