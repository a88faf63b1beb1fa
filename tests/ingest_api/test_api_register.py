"""People, devices, pairings, households over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.http import Api
from tests.support.record import Record

ADA: dict[str, Any] = {
    "given": "Ada",
    "family": "Lovelace-Ünsal",
    "birth_date": "1951-02-28",
    "sex": "female",
    "time_zone": "Europe/Paris",
    "conditions": ["diabetes type 1"],
    "height_cm": 165.5,
}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal; that it is a problem as RFC 9457 has it."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["type"]) == (answer.status_code, f"urn:vigie:{body['code']}")
    assert body["detail"]
    return answer.status_code, body["code"]


def test_a_person_is_opened_and_read_back(api: Api) -> None:
    opened = api.post("/v1/people", ADA)
    assert opened.status_code == 201
    person = opened.json()
    assert person == ADA | {"id": person["id"]}
    assert api.get(f"/v1/people/{person['id']}").json() == person


def test_what_may_be_left_out_may_be(api: Api) -> None:
    least = {name: ADA[name] for name in ("given", "family", "birth_date", "sex", "time_zone")}
    assert api.post("/v1/people", least).json()["height_cm"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"given": ""},
        {"given": "x" * 201},
        {"given": "a\nb"},
        {"given": "a\0b"},
        {"given": 5},
        {"given": None},
        {"birth_date": "1951-02-29"},
        {"birth_date": "28/02/1951"},
        {"birth_date": 0},
        {"sex": "F"},
        {"time_zone": "Paris"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "+02:00"},
        {"height_cm": "165"},
        {"height_cm": True},
        {"height_cm": 1.65},
        {"height_cm": 1650},
        {"hieght_cm": 165},
    ],
)
def test_a_person_wrongly_described_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    assert problem(api.post("/v1/people", ADA | wrong)) == (422, "invalid_request")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b'{"height_cm": NaN}', b"[" * 50_000])
def test_a_body_that_is_no_person_is_refused(api: Api, body: bytes) -> None:
    assert problem(api.post("/v1/people", body)) == (422, "invalid_request")


def test_half_a_character_in_a_name_is_refused(api: Api) -> None:
    body = b'{"given": "\\ud800", "family": "x", "birth_date": "1951-01-01", "sex": "male", "time_zone": "UTC"}'
    assert problem(api.post("/v1/people", body)) == (422, "invalid_request")


def test_a_refusal_does_not_repeat_what_was_said(api: Api) -> None:
    answer = api.post("/v1/people", ADA | {"birth_date": "secret-4321"})
    assert "secret-4321" not in answer.text


def test_a_device_registered_twice_is_one(api: Api) -> None:
    device = {"address": "aa-bb-cc-dd-ee-01", "kind": "meter", "model": "GL50", "gateway": "attic"}
    first, again = api.post("/v1/devices", device), api.post("/v1/devices", device)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() == device | {"address": "AA:BB:CC:DD:EE:01", "id": first.json()["id"]}


def test_a_device_registered_as_something_else_is_a_conflict(api: Api) -> None:
    api.post("/v1/devices", {"address": "SN-1", "kind": "meter"})
    assert problem(api.post("/v1/devices", {"address": "SN-1", "kind": "scale"})) == (409, "conflict")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "toaster"}, "invalid_request"),
        ({"address": ""}, "invalid_request"),
        ({"address": "  "}, "record_error"),
    ],
)
def test_a_device_wrongly_described_is_refused(api: Api, wrong: dict[str, Any], code: str) -> None:
    assert problem(api.post("/v1/devices", {"address": "SN-2", "kind": "meter"} | wrong)) == (422, code)


@pytest.fixture
def people(desk: Record) -> tuple[str, str, str]:
    """Ada, Bob, and a device of nobody's."""
    return str(desk.person().id), str(desk.person().id), str(desk.device().id)


def test_a_pairing_is_answered_in_utc_and_its_repetition_is_itself(api: Api, people: tuple[str, str, str]) -> None:
    ada, _, device = people
    body = {"device": device, "since": "2026-08-01T02:00:00+02:00", "until": "2026-09-01T00:00:00Z"}
    first, again = (api.post(f"/v1/people/{ada}/pairings", body) for _ in range(2))
    assert first.status_code == 201
    assert first.json()["person"] == ada
    assert first.json() == again.json()


def test_overlapping_pairings_of_one_device_to_two_people_are_a_conflict(
    api: Api, people: tuple[str, str, str]
) -> None:
    ada, bob, device = people
    api.post(f"/v1/people/{ada}/pairings", {"device": device, "since": "2026-08-01T00:00:00Z"})
    late = api.post(f"/v1/people/{bob}/pairings", {"device": device, "since": "2027-08-01T00:00:00Z"})
    assert problem(late) == (409, "conflict")


@pytest.mark.parametrize(
    "wrong", [{"since": "2026-08-01T00:00:00"}, {"since": None}, {"since": "yesterday"}, {"device": "x"}, {"more": 1}]
)
def test_a_pairing_wrongly_described_is_refused(api: Api, people: tuple[str, str, str], wrong: dict[str, Any]) -> None:
    ada, _, device = people
    body = {"device": device, "since": "2026-08-01T00:00:00Z"} | wrong
    assert problem(api.post(f"/v1/people/{ada}/pairings", body)) == (422, "invalid_request")


@pytest.mark.parametrize("since", [1785542400, "1785542400", 0])
def test_a_time_is_written_as_a_time(api: Api, people: tuple[str, str, str], since: object) -> None:
    """RFC 3339 with its offset: a number could be seconds or milliseconds."""
    ada, _, device = people
    answer = api.post(f"/v1/people/{ada}/pairings", {"device": device, "since": since})
    assert problem(answer) == (422, "invalid_request")


def test_who_or_what_does_not_exist_is_not_found(api: Api, people: tuple[str, str, str]) -> None:
    ada, _, device = people
    since = "2026-08-01T00:00:00Z"
    missing = str(uuid4())
    answers = [
        api.get(f"/v1/people/{missing}"),
        api.post(f"/v1/people/{missing}/pairings", {"device": device, "since": since}),
        api.post(f"/v1/people/{ada}/pairings", {"device": missing, "since": since}),
        api.post("/v1/households", {"name": "Home", "members": [missing], "devices": []}),
    ]
    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 4


def test_a_household_is_made_and_its_device_is_no_other_households(api: Api, people: tuple[str, str, str]) -> None:
    ada, bob, device = people
    home = {"name": "Home", "members": [ada, bob], "devices": [device]}
    made = api.post("/v1/households", home)
    assert (made.status_code, made.json()) == (201, home | {"id": made.json()["id"]})
    assert problem(api.post("/v1/households", home | {"members": [bob]})) == (409, "conflict")


@pytest.mark.parametrize("wrong", [{"members": []}, {"members": ["x"]}, {"name": ""}, {"members": [str(uuid4())] * 51}])
def test_a_household_wrongly_described_is_refused(
    api: Api, people: tuple[str, str, str], wrong: dict[str, Any]
) -> None:
    home = {"name": "Home", "members": [people[0]], "devices": []}
    assert problem(api.post("/v1/households", home | wrong)) == (422, "invalid_request")
