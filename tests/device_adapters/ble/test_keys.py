"""Bind keys: whose beacons are opened, and whose say nothing."""

import json
import logging

import pytest

from device_adapters.adapter import Keys, decode
from hub.errors import BindKeyMissing, DecodeError
from hub.measurements import Channel, RawPayload
from hub.quantities import Kind
from tests.device_adapters.ble.vectors import NOW, vectors

SCALE = "84:46:93:64:A5:E6"
(VECTOR,) = [v for v in vectors("xiaomi-mibeacon-encrypted") if v.id == "s400-742"]
KEY = bytes.fromhex(VECTOR.said["bindkey"])
THERMOMETER = "41a47266c95f730011223378237214"


def passed_on(service_data: str, uuid: str, keys: Keys) -> list[Kind | None]:
    """What a gateway that cannot read a beacon passes on, and we with these keys."""
    message = {"id": SCALE, "servicedata": service_data, "servicedatauuid": uuid}
    raw = RawPayload(Channel.MQTT, "home/gw/BTtoMQTT/84469364A5E6", json.dumps(message).encode(), NOW)
    return [m.kind for m in decode(raw, keys).measurements]


def test_a_weighing_is_weight_pulse_and_one_impedance() -> None:
    decoded = decode(RawPayload(Channel.ADVERT, "fe95", VECTOR.payload, NOW, SCALE), {SCALE: KEY})
    assert {m.kind: m.quantity.value for m in decoded.measurements} == {
        Kind.WEIGHT: 74.2,
        Kind.HEART_RATE: 102.0 - 50,
        Kind.IMPEDANCE: 400.9,
    }
    assert {m.hint for m in decoded.measurements} == {"1"}


def test_a_key_is_one_devices() -> None:
    with pytest.raises(BindKeyMissing):
        decode(RawPayload(Channel.ADVERT, "fe95", VECTOR.payload, NOW, SCALE), {"70:87:9E:5B:33:42": KEY})


@pytest.mark.parametrize("length", [0, 12, 15, 17])
def test_a_key_of_a_wrong_length_is_named(length: int) -> None:
    with pytest.raises(DecodeError, match="16 bytes"):
        decode(RawPayload(Channel.ADVERT, "fe95", VECTOR.payload, NOW, SCALE), {SCALE: bytes(length)})


def test_what_a_gateway_passes_on_of_the_streets_encrypted_beacons_says_nothing() -> None:
    assert passed_on(VECTOR.payload.hex(), "0xfe95", {}) == []
    assert passed_on(THERMOMETER, "0xfcd2", {}) == []


def test_what_a_gateway_passes_on_is_opened_with_its_key() -> None:
    assert Kind.WEIGHT in passed_on(VECTOR.payload.hex(), "0xfe95", {SCALE: KEY})


def test_a_wrong_key_is_said_also_through_a_gateway() -> None:
    with pytest.raises(BindKeyMissing):
        passed_on(VECTOR.payload.hex(), "0xfe95", {SCALE: bytes(16)})


def test_the_same_beacon_is_opened_again_with_the_same_result() -> None:
    raw = RawPayload(Channel.ADVERT, "fe95", VECTOR.payload, NOW, SCALE)
    assert decode(raw, {SCALE: KEY}) == decode(raw, {SCALE: KEY})


def test_the_libraries_log_no_payload(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        decode(RawPayload(Channel.ADVERT, "fcd2", bytes.fromhex("40065e1f0201000000"[:14]), NOW, SCALE))
    assert "5e1f" not in caplog.text
