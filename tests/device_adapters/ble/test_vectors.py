"""Every recorded or constructed frame says what its file says it does, or is refused."""

from datetime import datetime

import pytest

from device_adapters.adapter import decode
from device_adapters.described import describe
from device_adapters.wire import racp, user_control
from device_adapters.wire.device import write_current_time
from hub.errors import BindKeyMissing, DecodeError, Refusal
from hub.measurements import Channel, Condition, Decoded, Measurement, RawPayload
from hub.quantities import Kind, to_canonical
from tests.device_adapters.ble.vectors import (
    EVERY,
    NOW,
    Vector,
    frame,
    heard,
    kept,
    measured,
    session_of,
    values,
    vectors,
)

GLUCOSE = vectors("glucose-measurement")
SENSOR = vectors("cgm-measurement")
SCALES = vectors("weight-measurement", "body-composition-measurement")
QUIRKS = [v for v in SCALES if "quirk" in v.expected]
TRUE_SCALES = [v for v in SCALES if v.is_of_a_person and v not in QUIRKS]
MI_CONNECTED = vectors("vendor-on-sig-uuid")
VENDORS = vectors("scale-vendor-frame")
DEXCOM = vectors("dexcom-g5-g6-glucose-rx")
DESCRIPTIONS = vectors(
    "glucose-measurement-context", "glucose-feature", "racp-indication", "cgm-feature", "cgm-status",
    "cgm-session-start-time", "cgm-session-run-time", "cgm-socp-indication", "user-control-point-indication",
)  # fmt: skip
BESIDES = ("flags", "trailing_bytes", "warnings")
"""What a file remarks on the layout itself."""

ADVERTS = vectors("mi-scale-v1", "mi-scale-v2", "xiaomi-mibeacon-encrypted", "bthome-mass")


def of(candidates: list[Vector], *among: str) -> list[Vector]:
    """Those that are right and say one of these."""
    return [v for v in candidates if not v.is_wrong and any(name in v.expected for name in among)]


def advert(vector: Vector) -> Decoded:
    """The advertisement with the key its file gives, where it gives one."""
    mac = vector.said.get("mac", "C4:2E:0B:9A:11:05")
    raw = RawPayload(Channel.ADVERT, vector.said["service"], vector.payload, NOW, mac)
    key = vector.said.get("bindkey")
    return decode(raw, {} if key is None else {mac: bytes.fromhex(key)})


@pytest.mark.parametrize("vector", EVERY, ids=str)
def test_every_frame_tells_its_origin_and_licence(vector: Vector) -> None:
    assert vector.said["provenance"]
    assert vector.said["source"]["licence"]


@pytest.mark.parametrize("vector", [v for v in GLUCOSE + SENSOR + SCALES + DEXCOM if v.is_wrong], ids=str)
def test_a_wrong_measurement_is_refused(vector: Vector) -> None:
    with pytest.raises(Refusal):
        measured(vector)


@pytest.mark.parametrize("vector", [v for v in DESCRIPTIONS if v.is_wrong], ids=str)
def test_a_wrong_value_of_another_characteristic_is_refused(vector: Vector) -> None:
    with pytest.raises(DecodeError):
        describe(vector.uuid, vector.payload)


@pytest.mark.parametrize("vector", [v for v in GLUCOSE + SENSOR + SCALES + DEXCOM if not v.is_of_a_person], ids=str)
def test_what_is_not_to_be_stored_reaches_nobodys_record(vector: Vector) -> None:
    assert kept(vector) == []


@pytest.mark.parametrize("vector", [v for v in of(GLUCOSE, "mg_per_dl") if v.is_of_a_person], ids=str)
def test_a_meter_in_mg_dl_says_its_number_exactly(vector: Vector) -> None:
    (measurement,) = measured(vector)
    assert (measurement.quantity.value, measurement.quantity.unit) == (vector.expected["mg_per_dl"], "mg/dL")


@pytest.mark.parametrize("vector", of(GLUCOSE, "mmol_per_l"), ids=str)
def test_a_meter_in_mmol_l_says_its_number_exactly(vector: Vector) -> None:
    (measurement,) = measured(vector)
    assert (measurement.quantity.value, measurement.quantity.unit) == (vector.expected["mmol_per_l"], "mmol/L")


@pytest.mark.parametrize("vector", [v for v in of(GLUCOSE, "concentration") if v.is_of_a_person], ids=str)
def test_a_meters_record_is_dated_by_what_the_person_sees(vector: Vector) -> None:
    (measurement,) = measured(vector)
    assert measurement.device_time == datetime.fromisoformat(vector.expected["user_facing_time"])
    assert measurement.sequence == vector.expected["sequence_number"]
    assert measurement.stored


@pytest.mark.parametrize("vector", [v for v in GLUCOSE if v.expected.get("accept") == "flag-high-no-value"], ids=str)
def test_hi_is_a_bound_and_no_value(vector: Vector) -> None:
    (measurement,) = measured(vector)
    assert measurement.condition is Condition.ABOVE_RANGE


def test_a_record_without_a_concentration_measures_nothing() -> None:
    (vector,) = [v for v in GLUCOSE if v.id == "gls-spec-no-concentration"]
    assert measured(vector) == ()


@pytest.mark.parametrize("vector", [v for v in of(SENSOR, "glucose_mg_per_dl") if v.is_of_a_person], ids=str)
def test_a_sensor_says_its_number_offset_and_trend(vector: Vector) -> None:
    (measurement,) = measured(vector)
    assert measurement.quantity.value == vector.expected["glucose_mg_per_dl"]
    assert measurement.sequence == vector.expected["time_offset_min"]
    trend = vector.expected.get("trend_mg_per_dl_per_min")
    assert trend is None or f'"trend_mg_dl_per_min":{trend}' in (measurement.context or "")


@pytest.mark.parametrize("vector", of(SENSOR, "records"), ids=str)
def test_a_notification_of_several_records_says_each(vector: Vector) -> None:
    said = [(m.quantity.value, m.sequence) for m in measured(vector)]
    assert said == [(r["glucose_mg_per_dl"], r["time_offset_min"]) for r in vector.expected["records"]]


@pytest.mark.parametrize("vector", [v for v in DESCRIPTIONS if not v.is_wrong], ids=str)
def test_a_value_that_measures_nothing_is_described_as_its_file_does(vector: Vector) -> None:
    expected = {name: value for name, value in vector.expected.items() if name not in BESIDES}
    said = describe(vector.uuid, vector.payload)
    assert {name: said[name] for name in expected} == expected


@pytest.mark.parametrize("vector", vectors("current-time"), ids=str)
def test_a_clock_is_read_and_written_alike(vector: Vector) -> None:
    assert describe("2a2b", vector.payload) == vector.expected
    moment = datetime.fromisoformat(vector.expected["local_time"]).replace(microsecond=17 * 1_000_000 // 256 + 1)
    assert write_current_time(moment) == vector.payload


@pytest.mark.parametrize("vector", vectors("battery-level"), ids=str)
def test_a_battery_says_its_level(vector: Vector) -> None:
    assert describe("2a19", vector.payload) == {"battery": vector.expected["battery_pct"], "unit": "%"}


@pytest.mark.parametrize("level", [101, 255])
def test_a_battery_above_100_is_refused(level: int) -> None:
    with pytest.raises(DecodeError):
        describe("2a19", bytes((level,)))


REQUESTS = {
    "racp-req-report-all": racp.ALL,
    "racp-req-count-all": racp.COUNT_ALL,
    "racp-req-report-ge-45": racp.since(45),
    "racp-req-report-last": racp.LAST,
    "racp-req-report-first": racp.FIRST,
    "racp-req-abort": racp.ABORT,
    "racp-req-count-ge-300": racp.count_since(300),
    "racp-req-report-ge-time": racp.since_time(datetime(2026, 1, 10, 8)),  # noqa: DTZ001 - a meter's display
    "ucp-req-consent": user_control.consent(1, 3752),
    "ucp-req-consent-renpho": user_control.consent(170, 9999),
}


@pytest.mark.parametrize("vector", vectors("racp-request", "user-control-point-request"), ids=str)
def test_what_is_asked_is_written_as_others_write_it(vector: Vector) -> None:
    assert REQUESTS[vector.id] == vector.payload


@pytest.mark.parametrize("vector", of(TRUE_SCALES, "weight_kg"), ids=str)
def test_a_scale_says_its_weight_in_kg(vector: Vector) -> None:
    assert values(measured(vector))["weight kg"] == vector.expected["weight_kg"]


@pytest.mark.parametrize("vector", of(SCALES, "weight_lb"), ids=str)
def test_a_scale_set_to_pounds_says_pounds(vector: Vector) -> None:
    assert values(measured(vector))["weight lb"] == vector.expected["weight_lb"]


@pytest.mark.parametrize("vector", of(TRUE_SCALES, "body_fat_pct"), ids=str)
def test_a_scale_says_fat_muscle_and_impedance(vector: Vector) -> None:
    fields = {"body_fat_pct": "body_fat %", "muscle_pct": "muscle_percent %", "impedance_ohm": "impedance ohm"}
    said = values(measured(vector))
    expected = {ours: vector.expected[theirs] for theirs, ours in fields.items() if theirs in vector.expected}
    assert {name: said[name] for name in expected} == expected


@pytest.mark.parametrize("vector", of(TRUE_SCALES, "timestamp"), ids=str)
def test_a_scales_stamp_and_user_are_said_and_an_unknown_user_is_nobody(vector: Vector) -> None:
    stamp, user = vector.expected["timestamp"], vector.expected["user_id"]
    said = {(m.device_time, m.hint) for m in measured(vector)}
    assert said == {(stamp and datetime.fromisoformat(stamp), user and str(user))}


@pytest.mark.parametrize("vector", [v for v in QUIRKS if "quirk_weight_kg" in v.expected], ids=str)
def test_a_quirky_scale_says_its_true_weight_once_its_model_is_known(vector: Vector) -> None:
    assert values(measured(vector, vector.model))["weight kg"] == vector.expected["quirk_weight_kg"]


@pytest.mark.parametrize("vector", QUIRKS + MI_CONNECTED, ids=str)
def test_a_quirky_scale_of_an_unknown_model_reaches_nobodys_record(vector: Vector) -> None:
    assert kept(vector) == []


def test_the_renpho_says_its_impedance_where_the_sig_has_something_else() -> None:
    (vector,) = [v for v in QUIRKS if v.id == "bcs-renpho-es-wbe28-pkt2"]
    assert values(measured(vector, vector.model)) == {"impedance ohm": vector.expected["impedance_ohm"]}


@pytest.mark.parametrize("vector", MI_CONNECTED, ids=str)
def test_a_connected_mi_scale_says_that_it_still_settles(vector: Vector) -> None:
    (measurement,) = measured(vector, vector.model)
    assert (measurement.quantity.value, measurement.condition) == (vector.expected["weight_kg"], Condition.UNSTABLE)
    assert measurement.device_time == datetime.fromisoformat(vector.expected["device_time"])


@pytest.mark.parametrize("vector", of(VENDORS, "weight_kg"), ids=str)
def test_a_makers_own_frame_says_its_weight_and_whether_it_is_final(vector: Vector) -> None:
    measurements = measured(vector, vector.model)
    assert values(measurements)["weight kg"] == vector.expected["weight_kg"]
    final = vector.expected.get("final", True)
    assert {m.condition for m in measurements} == {None if final else Condition.UNSTABLE}


@pytest.mark.parametrize("vector", [v for v in VENDORS if v.expected.get("measurement") == "none"], ids=str)
def test_a_makers_own_frame_without_a_measure_says_nothing(vector: Vector) -> None:
    assert measured(vector, vector.model) == ()


@pytest.mark.parametrize("vector", [v for v in VENDORS if v.is_wrong], ids=str)
def test_a_makers_own_frame_with_a_wrong_checksum_is_refused(vector: Vector) -> None:
    with pytest.raises(DecodeError):
        measured(vector, vector.model)


def test_a_sanitas_measurement_is_put_together_from_its_parts() -> None:
    parts = [v for v in VENDORS if v.id.startswith(("sbf70-composition", "sbf70-finalize"))]
    said = values(heard(session_of("ffe1", "ffe0", "SBF70"), *(frame("ffe1", v.payload) for v in parts)).measurements)
    assert said == {
        "weight kg": 83.55,
        "impedance ohm": 437.0,
        "body_fat %": 22.3,
        "muscle_percent %": 39.7,
        "body_water %": 52.1,
    }


@pytest.mark.parametrize("vector", of(DEXCOM, "glucose_mg_per_dl"), ids=str)
def test_a_dexcom_frame_says_its_number_though_nobody_connects(vector: Vector) -> None:
    (measurement,) = measured(vector)
    assert measurement.quantity.value == vector.expected["glucose_mg_per_dl"]
    assert measurement.sequence == vector.expected["sequence"]


@pytest.mark.parametrize("vector", [v for v in ADVERTS if v.is_wrong], ids=str)
def test_a_wrong_advertisement_is_refused(vector: Vector) -> None:
    with pytest.raises(DecodeError):
        advert(vector)


@pytest.mark.parametrize("vector", of(ADVERTS, "weight_kg"), ids=str)
def test_an_advertisement_says_its_weight(vector: Vector) -> None:
    weight = next(m for m in advert(vector).measurements if m.kind is Kind.WEIGHT)
    assert to_canonical(Kind.WEIGHT, weight.quantity) == pytest.approx(vector.expected["weight_kg"], abs=0.0005)


@pytest.mark.parametrize("vector", [v for v in ADVERTS if v.expected.get("measurement") == "none"], ids=str)
def test_an_advertisement_of_presence_says_nothing(vector: Vector) -> None:
    assert advert(vector).measurements == ()


@pytest.mark.parametrize("name", ["s400-no-key", "s400-wrong-key", "bthome2-encrypted-nokey"])
def test_without_the_right_key_the_error_names_the_key(name: str) -> None:
    (vector,) = [v for v in ADVERTS if v.id == name]
    with pytest.raises(BindKeyMissing):
        advert(vector)


BTHOME_EVENTS = [v for v in vectors("hci-advertising-report") if v.id.startswith("hci-bthome")]


@pytest.mark.parametrize("vector", BTHOME_EVENTS, ids=str)
def test_the_service_data_of_a_bthome_event_says_its_weight(vector: Vector) -> None:
    event = bytes.fromhex(vector.said["hex"])
    uuid = {0xD2: "fcd2", 0x1C: "181c"}[event[19]]
    (weight,) = decode(RawPayload(Channel.ADVERT, uuid, event[21:-1], NOW, "54:48:E6:8F:80:A5")).measurements
    assert weight.quantity.value == vector.expected["weight_kg"]


OF_THEIR_OWN = {
    "hci-amazfit": ("fee0", slice(40, 60), "70:87:9E:30:A4:0E"),
    "hci-laica": ("manufacturer/ac/a0", slice(-21, -9), "A0:91:5E:BE:2B:A0"),
    "hci-senssun": ("manufacturer/00/01", slice(-18, -1), "18:7A:93:C1:B3:33"),
    "hci-xiaogui-tzc4": ("manufacturer/c0/a3", slice(-14, -1), "5F:5A:29:E5:E0:94"),
    "hci-xiaogui-tzc4-nonstab": ("manufacturer/c0/5d", slice(-14, -1), "5F:5A:29:E5:E0:94"),
    "hci-xiaogui-qjj": ("manufacturer/c0/7d", slice(-14, -1), "5F:5A:29:E5:E0:94"),
}
"""What those events carry: its source, where it lies before the signal strength, and who sent it."""

EVENTS = [v for v in vectors("hci-advertising-report") if v not in BTHOME_EVENTS]


def of_their_own(vector: Vector) -> tuple[Measurement, ...]:
    """What the scale with a layout of its own says."""
    source, place, address = OF_THEIR_OWN[vector.id]
    return decode(RawPayload(Channel.ADVERT, source, vector.payload[place], NOW, address)).measurements


@pytest.mark.parametrize("vector", of(EVENTS, "weight_kg", "non_stabilized_kg"), ids=str)
def test_a_scale_with_a_layout_of_its_own_says_its_weight_and_impedance(vector: Vector) -> None:
    said = values(of_their_own(vector))
    weight = vector.expected.get("weight_kg", vector.expected.get("non_stabilized_kg"))
    assert (said["weight kg"], said.get("impedance ohm")) == (weight, vector.expected.get("impedance_ohm"))


@pytest.mark.parametrize("vector", of(EVENTS, "stabilized"), ids=str)
def test_a_scale_with_a_layout_of_its_own_tells_whether_it_settled(vector: Vector) -> None:
    settled = vector.expected["stabilized"]
    assert {m.condition for m in of_their_own(vector)} == {None if settled else Condition.UNSTABLE}


def test_every_kind_of_frame_is_tried_by_a_sentence_above() -> None:
    tried = {v.kind for v in [*GLUCOSE, *SENSOR, *SCALES, *MI_CONNECTED, *VENDORS, *DEXCOM, *DESCRIPTIONS, *ADVERTS]}
    here = {"current-time", "battery-level", "racp-request", "user-control-point-request", "hci-advertising-report"}
    elsewhere = {"sfloat", "sfloat-special"}
    never_written = {"cgm-socp-request"}
    assert {v.kind for v in EVERY} == tried | here | elsewhere | never_written
