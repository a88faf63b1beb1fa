"""Readings in and back over HTTP."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.database import Role
from hub.records import DeviceKind
from ingest_api import quarantine
from ingest_api.context import Hub
from tests.ingest_api.test_api_register import problem
from tests.support.http import Api
from tests.support.messages import moment
from tests.support.readings import NOON
from tests.support.record import Record

SPAN = {"from_": "2026-08-01T00:00:00Z", "to": "2026-08-02T00:00:00Z"}
Body = dict[str, Any]


@pytest.fixture
def ada(desk: Record) -> tuple[UUID, str]:
    """Somebody and the address of their sensor."""
    person, device = desk.wearer()
    return person.id, device.address


def said(key: str = "1", after: float = 0, **other: Any) -> Body:
    """A glucose of 110 mg/dL at noon; a field said to be None is left out."""
    whole = {"id": key, "kind": "glucose", "value": 110, "unit": "mg/dL", "taken_at": moment(after)} | other
    return {name: value for name, value in whole.items() if value is not None}


def send(api: Api, device: str, *readings: object) -> list[Body]:
    """The results of sending these."""
    answer = api.post("/v1/readings", {"device": device, "readings": readings})
    assert answer.status_code == 200
    results: list[Body] = answer.json()["results"]
    return results


def read(api: Api, person: UUID, **asked: Any) -> list[Body]:
    """A person's readings of that day."""
    answer = api.get(f"/v1/people/{person}/readings", **SPAN | asked)
    assert answer.status_code == 200
    readings: list[Body] = answer.json()["readings"]
    return readings


# ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_readings_are_stored_once_however_often_they_are_sent(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    batch = [said("1"), said("2", 60), said("1")]
    first, again = send(api, device, *batch), send(api, device, *batch)
    assert [result["outcome"] for result in first] == ["stored", "stored", "duplicate"]
    assert [result["outcome"] for result in again] == ["duplicate"] * 3
    assert [result["id"] for result in first] == ["1", "2", "1"]
    assert len(read(api, person)) == 2


def test_a_device_may_be_named_by_its_id(api: Api, desk: Record) -> None:
    _, device = desk.wearer()
    assert send(api, str(device.id), said()) == [{"id": "1", "outcome": "stored"}]


def test_the_same_measure_from_a_second_sensor_is_linked(api: Api, desk: Record) -> None:
    person, one = desk.wearer()
    other = desk.device()
    desk.pair(other, person)
    assert send(api, one.address, said())[0]["outcome"] == "stored"
    assert send(api, other.address, said("b", 10))[0]["outcome"] == "linked"
    assert len(read(api, person.id)) == 1


REFUSED: dict[str, tuple[Body, str]] = {
    "wrong unit": ({"unit": "kg"}, "unit_mismatch"),
    "unknown unit": ({"unit": "mg"}, "unit_unknown"),
    "unit missing": ({"unit": None}, "unit_missing"),
    "plausible only in another unit": ({"value": 6.1}, "unit_suspect"),
    "mmol/L that is mg/dL": ({"value": 110, "unit": "mmol/L"}, "unit_suspect"),
    "implausible in all": ({"value": -1}, "implausible_value"),
    "a number in a string": ({"value": "110"}, "not_a_number"),
    "a boolean": ({"value": True}, "not_a_number"),
    "no value": ({"value": None}, "malformed"),
    "a list": ({"value": [110]}, "not_a_number"),
    "no id": ({"id": None}, "malformed"),
    "an id that is a number": ({"id": 1}, "malformed"),
    "unknown kind": ({"kind": "mood"}, "kind_unknown"),
    "1970": ({"taken_at": "1970-01-01T00:00:00Z"}, "implausible_time"),
    "2106": ({"taken_at": "2106-02-07T06:28:15Z"}, "implausible_time"),
    "a time without offset": ({"taken_at": "2026-08-01T12:00:00"}, "malformed"),
    "a time that is a number": ({"taken_at": 1785585600}, "malformed"),
    "before the pairing": ({"taken_at": "2019-01-01T00:00:00Z"}, "not_paired"),
}


@pytest.mark.parametrize(("wrong", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_reading_is_quarantined_by_name_and_the_others_are_stored(
    api: Api, ada: tuple[UUID, str], wrong: Body, reason: str
) -> None:
    person, device = ada
    results = send(api, device, said("a"), said("b", 60, **wrong), said("c", 120))
    assert [result["outcome"] for result in results] == ["stored", "quarantined", "stored"]
    assert (results[1]["reason"], "reason" in results[0]) == (reason, False)
    assert results[1]["why"]
    assert len(read(api, person)) == 2


@pytest.mark.parametrize("thing", [None, 5, "x", [], {}])
def test_something_that_is_no_reading_has_its_result_in_its_place(
    api: Api, ada: tuple[UUID, str], thing: object
) -> None:
    results = send(api, ada[1], said("a"), thing, said("c", 60))
    assert [(result.get("id"), result["outcome"]) for result in results] == [
        ("a", "stored"),
        (None, "quarantined"),
        ("c", "stored"),
    ]


def test_an_unknown_device_has_all_its_readings_quarantined(api: Api) -> None:
    results = send(api, "nobody's", said("1"), said("2", 60))
    assert [(result["outcome"], result["reason"]) for result in results] == [("quarantined", "unknown_device")] * 2


def test_a_scale_does_not_measure_glucose(api: Api, desk: Record) -> None:
    _, scale = desk.wearer(DeviceKind.SCALE)
    assert send(api, scale.address, said())[0]["reason"] == "unit_mismatch"


WHOLE: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 422, "malformed"),
    "not JSON": (b"{", 422, "malformed"),
    "not UTF-8": (b"\xff\xfe", 422, "malformed"),
    "null": (b"null", 422, "malformed"),
    "no device": (b'{"readings": [{}]}', 422, "malformed"),
    "no readings": (b'{"device": "x", "readings": []}', 422, "malformed"),
    "NaN": (b'{"device": "x", "readings": [{"value": NaN}]}', 422, "not_a_number"),
    "Infinity": (b'{"device": "x", "readings": [{"value": -Infinity}]}', 422, "not_a_number"),
    "a key twice": (b'{"device": "x", "readings": [{"value": 1, "value": 2}]}', 422, "malformed"),
    "nested for ever": (b'{"device": "x", "readings": ' + b"[" * 200_000, 422, "malformed"),
    "longer than a message": (b'{"device": "x", "readings": ["' + b"x" * 700_000 + b'"]}', 413, "too_large"),
    "longer than a request": (b" " * 1_100_000, 413, "too_large"),
    "too many": (json.dumps({"device": "x", "readings": [{}] * 5_001}).encode(), 422, "malformed"),
}


@pytest.mark.parametrize(("body", "status", "code"), WHOLE.values(), ids=WHOLE)
def test_a_request_that_says_nothing_usable_is_a_problem(api: Api, body: bytes, status: int, code: str) -> None:
    assert problem(api.post("/v1/readings", body)) == (status, code)


def test_what_was_refused_lies_in_quarantine_byte_for_byte(api: Api, hub: Hub) -> None:
    body = b'{"device": "x", "readings": [{"value": NaN, "n": "%s"}]}' % uuid4().hex.encode()
    api.post("/v1/readings", body)
    with hub.database.transaction(Role.INTAKE) as connection:
        assert body in [kept.raw.payload for kept in quarantine.waiting(connection, 10_000)]


# ── Back ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reading_comes_back_with_its_unit_and_where_it_came_from(api: Api, desk: Record) -> None:
    person, device = desk.wearer()
    send(api, device.address, said(value=6.1, unit="mmol/L"))
    [reading] = read(api, person.id)
    received = datetime.fromisoformat(reading["provenance"].pop("received_at"))
    assert timedelta(0) <= datetime.now(UTC) - received < timedelta(minutes=5)
    assert UUID(reading.pop("id"))
    assert reading.pop("value") == pytest.approx(109.895, abs=0.001)
    assert reading == {
        "kind": "glucose_interstitial",
        "taken_at": "2026-08-01T12:00:00Z",
        "utc_offset_minutes": 120,
        "unit": "mg/dL",
        "raw": {"value": 6.1, "unit": "mmol/L"},
        "condition": None,
        "device": str(device.id),
        "provenance": {"channel": "http", "time": "sender", "device_time": None},
    }


def test_a_value_asked_for_in_the_unit_it_was_said_in_is_that_value(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    send(api, device, said(value=6.1, unit="mmol/L"))
    shown = [(r["value"], r["unit"]) for r in read(api, person, unit="mmol/L") + read(api, person, unit="g/L")]
    assert shown == [(6.1, "mmol/L"), (pytest.approx(1.09895, abs=1e-5), "g/L")]


def test_a_bound_has_no_value_and_says_why(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    assert send(api, device, said(value=400, condition="above_range")) == [{"id": "1", "outcome": "stored"}]
    [reading] = read(api, person)
    assert (reading["value"], reading["unit"], reading["condition"]) == (None, "mg/dL", "above_range")
    assert reading["raw"] == {"value": 400, "unit": "mg/dL"}


@pytest.mark.parametrize(
    ("since", "until", "keys"),
    [(0, 60, [0]), (0, 61, [0, 60]), (60, 120, [60]), (1, 121, [60, 120]), (60, 60, []), (121, 0, [])],
)
def test_a_span_has_its_beginning_and_not_its_end(
    api: Api, ada: tuple[UUID, str], since: int, until: int, keys: list[int]
) -> None:
    person, device = ada
    send(api, device, *(said(f"{after}", after) for after in (0, 60, 120)))
    readings = read(api, person, from_=moment(since), to=moment(until))
    assert [datetime.fromisoformat(r["taken_at"]) for r in readings] == [NOON + timedelta(seconds=k) for k in keys]


def test_without_a_span_the_last_two_weeks_are_given(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    now = datetime.now(UTC)
    times = {"old": now - timedelta(days=15), "kept": now - timedelta(days=13), "new": now - timedelta(seconds=1)}
    send(api, device, *(said(key, taken_at=at.isoformat()) for key, at in times.items()))
    answer = api.get(f"/v1/people/{person}/readings").json()
    assert [datetime.fromisoformat(r["taken_at"]) for r in answer["readings"]] == [times["kept"], times["new"]]


def test_pages_give_every_reading_once(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    send(api, device, *(said(f"{n}", 60 * (n // 3), value=100 + n) for n in range(20)))
    pages = [api.get(f"/v1/people/{person}/readings", **SPAN, limit=7).json()]
    pages += [api.get(f"/v1/people/{person}/readings", **SPAN, limit=7, cursor=pages[0]["next"]).json()]
    pages += [api.get(f"/v1/people/{person}/readings", **SPAN, limit=7, cursor=pages[1]["next"]).json()]
    assert [(len(page["readings"]), page["next"] is None) for page in pages] == [(7, False), (7, False), (6, True)]
    assert [r for page in pages for r in page["readings"]] == read(api, person)


def test_a_page_that_is_just_full_is_the_last(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    send(api, device, said("1"), said("2", 60))
    assert api.get(f"/v1/people/{person}/readings", **SPAN, limit=2).json()["next"] is None


def test_kinds_are_asked_for_by_name_or_by_family(api: Api, desk: Record) -> None:
    person, device = desk.wearer()
    weight = {"kind": "weight", "value": 70, "unit": "kg"}
    send(api, device.address, said("1"), said("2", 60, kind="glucose_capillary"), said("3", 120, **weight))
    asked = [None, "glucose", "glucose_capillary", "weight", "height"]
    assert [len(read(api, person.id, **{"kind": k} if k else {})) for k in asked] == [3, 2, 1, 1, 0]


def b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"kind": "mood"}, 422, "kind_unknown"),
        ({"unit": "mg"}, 422, "unit_unknown"),
        ({"unit": "kg", "kind": "glucose"}, 422, "unit_mismatch"),
        ({"limit": 0}, 422, "invalid_request"),
        ({"limit": 10_001}, 422, "invalid_request"),
        ({"from_": "2026-08-01T00:00:00"}, 422, "invalid_request"),
        ({"from_": "yesterday"}, 422, "invalid_request"),
        ({"cursor": "x"}, 422, "malformed"),
        ({"cursor": "é"}, 422, "malformed"),
        ({"cursor": b64("[]")}, 422, "malformed"),
        ({"cursor": b64("5")}, 422, "malformed"),
        ({"cursor": b64('[5, "x"]')}, 422, "malformed"),
        ({"cursor": b64('["2026-08-01T00:00:00Z", 5]')}, 422, "malformed"),
        ({"cursor": b64(f'["0001-01-01T00:00:00+14:00", "{uuid4()}"]')}, 422, "malformed"),
        ({"cursor": b64("[" * 30_000)}, 422, "invalid_request"),
        ({"from_": 1785542400}, 422, "invalid_request"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem(
    api: Api, ada: tuple[UUID, str], asked: Body, status: int, code: str
) -> None:
    send(api, ada[1], said())
    assert problem(api.get(f"/v1/people/{ada[0]}/readings", **SPAN | asked)) == (status, code)


@pytest.mark.parametrize("to", ["0001-01-01T00:00:00Z", "0001-01-02T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_are_no_fault(api: Api, ada: tuple[UUID, str], to: str) -> None:
    assert api.get(f"/v1/people/{ada[0]}/readings", to=to).status_code in (200, 422)


def test_a_person_nobody_knows_has_no_readings_to_ask_for(api: Api) -> None:
    answers = [api.get(f"/v1/people/{uuid4()}/{what}") for what in ("readings", "latest") for _ in range(2)]
    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 4
    assert len({answer.content for answer in answers}) == 1


def test_the_latest_of_each_kind_has_its_age_and_glucose_its_arrow(api: Api, desk: Record) -> None:
    person, device = desk.wearer()
    now = datetime.now(UTC)
    ago = {"a": 14, "b": 9, "c": 4}
    rising = [
        said(key, taken_at=(now - timedelta(minutes=minutes)).isoformat(), value=100 + 25 * n)
        for n, (key, minutes) in enumerate(ago.items())
    ]
    weight = said("w", kind="weight", value=70, unit="kg", taken_at=(now - timedelta(days=30)).isoformat())
    send(api, device.address, *rising, weight)
    latest = {each["kind"]: each for each in api.get(f"/v1/people/{person.id}/latest").json()["latest"]}
    assert {kind: (each["value"], each["unit"], each["arrow"]) for kind, each in latest.items()} == {
        "glucose_interstitial": (150, "mg/dL", "DoubleUp"),
        "weight": (70, "kg", None),
    }
    assert latest["glucose_interstitial"]["age_seconds"] == pytest.approx(240, abs=60)
    assert latest["weight"]["age_seconds"] == pytest.approx(30 * 86_400, abs=60)


def test_the_arrow_does_not_mix_two_sensors(api: Api, desk: Record) -> None:
    person, one = desk.wearer()
    other = desk.device()
    desk.pair(other, person)
    send(api, one.address, said("a", 0, value=100), said("b", 600, value=100))
    send(api, other.address, said("c", 300, value=150))
    [latest] = api.get(f"/v1/people/{person.id}/latest").json()["latest"]
    assert (latest["value"], latest["arrow"]) == (100, "Flat")


NEEDS_NO_UNIT = {"utc_offset_minutes", "age_seconds"}


def numbers_without_unit(answer: object, name: str = "") -> list[str]:
    """Names of numbers that stand in an object without a `unit`, and do not name their unit themselves."""
    if isinstance(answer, list):
        return [bare for each in answer for bare in numbers_without_unit(each, name)]
    if not isinstance(answer, dict):
        return []
    bare = [
        key
        for key, value in answer.items()
        if isinstance(value, int | float) and key not in NEEDS_NO_UNIT and not (key == "value" and "unit" in answer)
    ]
    return bare + [deep for key, value in answer.items() for deep in numbers_without_unit(value, key)]


def test_every_number_has_its_unit_beside_it(api: Api, ada: tuple[UUID, str]) -> None:
    person, device = ada
    send(api, device, said(), said("2", 60, value=6.1, unit="mmol/L"), said("3", 120, kind="spo2", value=97, unit="%"))
    answers = [api.get(f"/v1/people/{person}/{what}").json() for what in ("readings", "latest")]
    answers += [{"readings": read(api, person)}, {"value": 5}]
    assert [numbers_without_unit(answer) for answer in answers] == [[], [], [], ["value"]]
