"""`vigie decode`: every frame says its measure, its error, or what it is, one JSON a line."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.errors import SettingsError
from tests.device_adapters.ble.vectors import Vector, vectors
from vigie.cli import app
from vigie.decode import Source, explain

NOBODY = "00:00:00:00:00:00"
MEASURES = vectors(
    "glucose-measurement",
    "cgm-measurement",
    "weight-measurement",
    "body-composition-measurement",
    "vendor-on-sig-uuid",
    "dexcom-g5-g6-glucose-rx",
)
OTHERS = vectors(
    "glucose-measurement-context",
    "glucose-feature",
    "racp-indication",
    "cgm-feature",
    "cgm-status",
    "cgm-session-start-time",
    "cgm-session-run-time",
    "cgm-socp-indication",
    "user-control-point-indication",
    "current-time",
    "battery-level",
)
ADVERTS = vectors("mi-scale-v1", "mi-scale-v2", "xiaomi-mibeacon-encrypted", "bthome-mass")


def lines(*payload: str, **source: str | None) -> list[dict[str, Any]]:
    """What the command prints."""
    fields: dict[str, str | None] = dict.fromkeys(("topic", "uuid", "service", "model", "key")) | source
    address = fields.pop("address", None) or NOBODY
    return list(explain(payload, Source(**fields, address=address)))


def of(vector: Vector, **source: str | None) -> list[dict[str, Any]]:
    """What it prints of one frame, its model not named."""
    return lines(vector.payload.hex(), uuid=vector.uuid, **source)


def advert(vector: Vector) -> list[dict[str, Any]]:
    """What it prints of one advertisement, with its key."""
    source = {"uuid": vector.said["service"], "key": vector.said.get("bindkey"), "address": vector.said.get("mac")}
    return lines(vector.payload.hex(), **source)


def stored(printed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines somebody would take for a measure of a person."""
    return [line for line in printed if "value" in line and "condition" not in line and "error" not in line]


@pytest.mark.parametrize("vector", [v for v in MEASURES + OTHERS if v.is_wrong], ids=str)
def test_a_wrong_frame_is_an_error_with_a_reason(vector: Vector) -> None:
    printed = of(vector)
    assert [line for line in printed if line["error"] and line["why"]] == printed != []


@pytest.mark.parametrize("vector", [v for v in MEASURES if not v.is_of_a_person], ids=str)
def test_what_is_not_to_be_stored_is_marked_as_such(vector: Vector) -> None:
    printed = of(vector)
    assert printed
    assert stored(printed) == []


@pytest.mark.parametrize("vector", [v for v in OTHERS if not v.is_wrong], ids=str)
def test_what_measures_nothing_is_described(vector: Vector) -> None:
    (line,) = of(vector)
    assert "error" not in line
    assert "value" not in line


@pytest.mark.parametrize("vector", [v for v in ADVERTS if v.is_wrong], ids=str)
def test_a_wrong_advertisement_is_an_error_with_a_reason(vector: Vector) -> None:
    assert [set(line) for line in advert(vector)] == [{"error", "why"}]


@pytest.mark.parametrize("vector", [v for v in ADVERTS if v.expected.get("accept") is True], ids=str)
def test_an_advertisement_says_its_measures(vector: Vector) -> None:
    assert "weight" in {line["kind"] for line in stored(advert(vector))}


OBJECTS = [v for v in ADVERTS if v.expected.get("reject_reason") in ("object mode", "weight removed")]


@pytest.mark.parametrize("vector", OBJECTS, ids=str)
def test_an_object_and_what_was_stepped_off_of_are_marked(vector: Vector) -> None:
    assert stored(advert(vector)) == []


def test_a_record_is_one_line() -> None:
    result = CliRunner().invoke(app, ["decode", "--uuid", "2a18", "0b0400e407050e0c311d4e0168b0f80000"])
    assert json.loads(result.stdout) == {
        "kind": "glucose",
        "value": 104.0,
        "unit": "mg/dL",
        "device": NOBODY,
        "device_time": "2020-05-14T18:23:29",
        "seq": 4,
        "context": '{"sample":"undetermined-plasma"}',
    }


def test_several_frames_are_one_session() -> None:
    record = "1b0f00e807011e053a1b53016fb0f80000"
    joined, other = lines(record, "2a34:020f0001", record.replace("0f00", "1000", 1), uuid="2a18")
    assert '"meal":"preprandial"' in joined["context"]
    assert '"meal"' not in other["context"]


def test_a_frame_in_the_middle_that_is_wrong_leaves_its_neighbours_unharmed() -> None:
    good = "030600e407040d10260a000078b0f1"
    assert [line.get("value", line.get("error")) for line in lines(good, "00", good, uuid="2a18")] == [
        120.0,
        "malformed",
        120.0,
    ]


@pytest.mark.parametrize("uuid", ["2A18", "0x2a18", "00002a18-0000-1000-8000-00805F9B34FB"])
def test_a_uuid_may_be_spelled_as_one_likes(uuid: str) -> None:
    assert lines("030600e407040d10260a000078b0f1", uuid=uuid)[0]["value"] == 120.0


@pytest.mark.parametrize("service", [None, "181d", "0x181B"])
def test_a_model_tells_more_than_a_service(service: str | None) -> None:
    printed = lines("4e6a07ea0707040c1a06aa00000000", uuid="2a9d", service=service, model="Renpho ES-WBE28")
    assert printed[0]["value"] == 94.9


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ({"uuid": "ffe1"}, "--model"),
        ({"uuid": "1234"}, "nothing here understands"),
        ({}, "--topic TOPIC"),
        ({"uuid": "2a18", "topic": "a"}, "--topic TOPIC"),
    ],
)
def test_what_is_not_clear_is_asked_for(source: dict[str, str | None], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        lines("00", **source)


def test_what_is_no_hexadecimal_is_named() -> None:
    with pytest.raises(SettingsError, match="hexadecimal"):
        lines("zz", uuid="2a18")
