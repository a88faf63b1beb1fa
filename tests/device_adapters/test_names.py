"""A measure said twice has one name, and two measures have two: keys and echoes, shape by shape."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device_adapters.adapter import decode
from hub.measurements import Channel, Condition, Measurement, RawPayload

MORNING = datetime(2026, 8, 1, 7, 31, tzinfo=UTC)
SETTLED, SETTLING, STEPPED_OFF = (
    "0226e607020e10293af7019a38",
    "0206e607020e10293af7019a38",
    "02a6e607020e10293af7019a38",
)
STUCK = "223e30e6070d2010293a"
RUNNING_SINCE_1970 = "223a2fb207010c171d1a"


def advert(frame: str, at: datetime = MORNING) -> RawPayload:
    """A Xiaomi advertisement as heard at that moment."""
    source = {20: "181d", 26: "181b"}[len(frame)]
    return RawPayload(Channel.ADVERT, source, bytes.fromhex(frame), at, "70:87:9E:5B:33:42")


def message(topic: str, payload: object, at: datetime = MORNING) -> RawPayload:
    """A broker's message received at that moment; text as it is, anything else as JSON."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return RawPayload(Channel.MQTT, topic, text.encode(), at)


def said(raw: RawPayload) -> tuple[Measurement, ...]:
    """What it says, at least something."""
    measurements = decode(raw).measurements
    assert measurements
    return measurements


def names(raw: RawPayload) -> set[tuple[str, str]]:
    """The names of what it says."""
    return {(m.device, m.key) for m in said(raw)}


def insert(
    weight: float, date: object = "2026-07-14T07:31+0200", topic: str = "openScaleSync/1/measurements/insert"
) -> RawPayload:
    return message(topic, {"date": date, "weight": weight})


UNDATED = [
    pytest.param(message("scale/body-composition/dad", {"weight": 80}), id="ble-scale-sync"),
    pytest.param(message("glucose/current", "6.7"), id="dex2mqtt"),
    pytest.param(
        message("home/gw/BTtoMQTT/C8478CC09589", {"id": "C8:47:8C:C0:95:89", "unit": "kg", "weight": 72.45}),
        id="theengs",
    ),
    pytest.param(message("mi.scale2", {"unit": "kg", "weight": 72.45}), id="xiaomi-scale-2-mqtt"),
    pytest.param(advert(STUCK), id="xiaomi-scale with an impossible date"),
]
DATED = [
    pytest.param(advert(SETTLED), id="xiaomi-scale"),
    pytest.param(advert(RUNNING_SINCE_1970), id="xiaomi-scale that counts from 1970"),
    pytest.param(insert(82.0), id="openscale-sync"),
    pytest.param(
        message("miscale/Al/weight", {"weight": 75.3, "weight_unit": "kg", "timestamp": "2026-08-01T08:00:00+00:00"}),
        id="miscale",
    ),
    pytest.param(
        message("mi.scale2", {"unit": "kg", "weight": 72.45, "date": "2026-09-01T06:00:00.000Z"}),
        id="xiaomi-scale-2-mqtt",
    ),
    pytest.param(message("dexpy/al", "1700000000|4|108"), id="dexpy"),
    pytest.param(
        message(
            "stat/bath/SENSOR",
            {
                "Time": "2026-08-01T08:00:00",
                "MISCALEV1aabbcc": {"mac": "70879eaabbcc", "weight_unit": "kg", "weight": 61.75},
            },
        ),
        id="tasmota-mi32",
    ),
    pytest.param(
        message(
            "dusun_pub",
            {
                "type": "reportAttribute",
                "data": {
                    "value": {
                        "device_list": [
                            {"scan_time": 1841875953, "ble_addr": "806fb0750c88", "blood_glucose": "108"},
                        ]
                    }
                },
            },
        ),
        id="ble-box-4g",
    ),
]


@pytest.mark.parametrize("raw", DATED)
def test_a_dated_message_delivered_again_later_has_the_same_names(raw: RawPayload) -> None:
    assert names(replace(raw, received_at=MORNING + timedelta(hours=3), again=True)) == names(raw)


@pytest.mark.parametrize("raw", UNDATED)
def test_an_undated_message_with_the_same_number_tomorrow_has_other_names(raw: RawPayload) -> None:
    assert names(replace(raw, received_at=MORNING + timedelta(days=1))).isdisjoint(names(raw))


@pytest.mark.parametrize("raw", UNDATED)
def test_an_undated_message_says_within_which_time_a_repeat_is_an_echo(raw: RawPayload) -> None:
    assert all(m.echo for m in said(raw))


@pytest.mark.parametrize("raw", UNDATED)
def test_an_undated_message_kept_by_the_broker_says_nothing(raw: RawPayload) -> None:
    assert not decode(replace(raw, retained=True)).measurements


@pytest.mark.parametrize("raw", DATED)
def test_a_dated_message_kept_by_the_broker_is_a_record_and_never_dated_by_its_receipt(raw: RawPayload) -> None:
    assert all(m.stored for m in said(replace(raw, retained=True)))


def test_what_stays_on_the_air_after_stepping_off_has_the_names_of_the_weighing() -> None:
    assert names(advert(STEPPED_OFF)) == names(advert(SETTLED))


def test_a_number_still_settling_does_not_take_the_name_of_the_one_it_settles_on() -> None:
    assert names(advert(SETTLING)).isdisjoint(names(advert(SETTLED)))
    assert [m.condition for m in said(advert(SETTLING))] == [Condition.UNSTABLE]


def test_a_number_still_settling_on_the_other_bridge_has_its_own_name_too() -> None:
    weighing = {"unit": "kg", "weight": 72.45, "date": "2026-09-01T06:00:00.000Z", "isStabilized": True}
    settling = weighing | {"isStabilized": False}
    assert names(message("mi.scale2", settling)).isdisjoint(names(message("mi.scale2", weighing)))


def test_a_gateways_raw_advertisement_has_the_names_of_our_own_radio() -> None:
    wrapped = {"id": "70:87:9E:5B:33:42", "servicedata": SETTLED, "servicedatauuid": "0x181b"}
    assert names(message("home/gw/BTtoMQTT/70879E5B3342", wrapped)) == names(advert(SETTLED))


def test_a_glucose_echo_is_shorter_than_the_sensors_interval() -> None:
    echoes = [m.echo for m in said(replace(message("glucose/current", "6.7"), again=True))]
    assert echoes == [timedelta(minutes=3)]


@pytest.mark.parametrize("action", ["update", "last"])
def test_openscale_says_one_measure_under_one_name_whatever_it_does(action: str) -> None:
    assert names(insert(82.0, topic=f"openScaleSync/1/measurements/{action}")) == names(insert(82.0))


def test_openscales_history_names_a_measure_as_its_insert_did_though_it_knows_the_second() -> None:
    seconds = int(datetime(2026, 7, 14, 5, 31, 42, tzinfo=UTC).timestamp())
    history = {"fields": ["date", "weight"], "units": {"weight": "kg"}, "rows": [[seconds * 1000, 82.0]]}
    assert names(message("openScaleSync/1/measurements/history", history)) == names(insert(82.0))


def test_an_openscale_value_corrected_is_another_measure() -> None:
    assert names(insert(81.4)).isdisjoint(names(insert(82.0)))


def test_openscale_users_are_different_devices() -> None:
    assert names(insert(82.0, topic="openScaleSync/2/measurements/insert")).isdisjoint(names(insert(82.0)))
