"""JSON that a lenient parser would let through is refused, by its name; good items survive their bad neighbours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from device_adapters.adapter import decode
from device_adapters.strict_json import STRICT, instant, parse, read
from hub.errors import Malformed, NotANumber, Refusal
from hub.measurements import Channel, Decoded, RawPayload

NUMBERS: TypeAdapter[list[float]] = TypeAdapter(list[float], config=STRICT)
ITEM = {
    "id": "a1",
    "device": "scale",
    "kind": "weight",
    "value": 61.75,
    "unit": "kg",
    "taken_at": "2026-07-14T07:31:00+02:00",
}
BOOT = "7f3c2f5e-6f0e-4f3e-9a55-0f2f6f1f9a01"


def up(*items: object) -> Decoded:
    """A gateway's message of these items, decoded."""
    return received("vigie/v1/up/kitchen", json.dumps({"boot": BOOT, "seq": 1, "items": items}).encode(), Channel.MQTT)


def post(*items: object) -> Decoded:
    """An app's request with these readings, decoded."""
    return received("/v1/readings", json.dumps({"device": "scale", "readings": items}).encode(), Channel.HTTP)


def received(source: str, payload: bytes, channel: Channel) -> Decoded:
    return decode(RawPayload(channel, source, payload, datetime(2026, 8, 1, tzinfo=UTC)))


both_natives = pytest.mark.parametrize("send", [up, post])


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b'{"value": 1, "value": 2}', id="a key twice"),
        pytest.param(b'{"item": {"value": 1, "value": 2}}', id="a key twice, deeper"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested 100 000 deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="objects nested 100 000 deep"),
        pytest.param(b'["\xff"]', id="bad UTF-8"),
        pytest.param(b'["\\ud800"]', id="half a surrogate pair"),
        pytest.param(b"[" + b"9" * 5_000 + b"]", id="an integer of 5000 digits"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[1,]", id="a trailing comma"),
        pytest.param(b"[01]", id="a leading zero"),
        pytest.param(b"[1] [2]", id="two documents"),
    ],
)
def test_what_is_not_json_is_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        parse(payload)


@pytest.mark.parametrize("payload", [b"[NaN]", b"[Infinity]", b"[-Infinity]", b'{"weight": NaN}'])
def test_constants_that_are_no_numbers_are_refused_as_such(payload: bytes) -> None:
    with pytest.raises(NotANumber):
        parse(payload)


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"true", b'"61.75"', b"null", b"[]"])
def test_what_stands_for_a_number_and_is_none_is_refused_as_such(number: bytes) -> None:
    with pytest.raises(NotANumber):
        read(NUMBERS, b"[" + number + b"]")


@pytest.mark.parametrize("text", ["2026-07-14T07:31:00", "2026-07-14", "1700000000000", "1700000000", "yesterday", ""])
def test_a_time_needs_its_offset_and_is_no_number_of_seconds(text: str) -> None:
    with pytest.raises(Malformed):
        instant(text, "taken_at")


@both_natives
@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("value", True, "not_a_number"),
        ("value", "61.75", "not_a_number"),
        ("value", None, "not_a_number"),
        ("unit", "oz", "unit_unknown"),
        ("unit", "KG", "unit_unknown"),
        ("kind", "mood", "kind_unknown"),
        ("taken_at", 1700000000, "malformed"),
        ("taken_at", "1700000000", "malformed"),
        ("taken_at", "2026-07-14T07:31:00", "malformed"),
        ("id", "", "malformed"),
        ("seq", "7", "not_a_number"),
    ],
)
def test_a_bad_item_is_refused_by_its_name_and_its_neighbours_are_kept(
    send: Any, field: str, value: object, why: str
) -> None:
    decoded = send(ITEM, {**ITEM, field: value}, {**ITEM, "id": "a3"})
    assert [m.key for m in decoded.measurements] == ["a1", "a3"]
    assert [(r.position, r.why.code) for r in decoded.refused] == [(1, why)]


@both_natives
@pytest.mark.parametrize(
    ("field", "why"),
    [("unit", "unit_missing"), ("value", "malformed"), ("taken_at", "malformed"), ("id", "malformed")],
)
def test_an_item_without_a_mandatory_field_is_refused_and_its_neighbours_are_kept(
    send: Any, field: str, why: str
) -> None:
    incomplete = {key: value for key, value in ITEM.items() if key != field}
    decoded = send(incomplete, ITEM)
    assert [m.key for m in decoded.measurements] == ["a1"]
    assert [(r.position, r.why.code) for r in decoded.refused] == [(0, why)]


@both_natives
def test_keys_nobody_knows_are_ignored(send: Any) -> None:
    assert len(send({**ITEM, "mood": "good"}).measurements) == 1


def test_what_a_refusal_says_names_the_field_and_never_the_value() -> None:
    with pytest.raises(Refusal, match=r"weight must be a finite number") as refusal:
        received("scale/body-composition", b'{"weight": "72.45"}', Channel.MQTT)
    assert "72.45" not in str(refusal.value)
