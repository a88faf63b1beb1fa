"""The calendar: who can fetch it, what it says, and how it is closed."""

from datetime import date, timedelta

import httpx
import pytest
from icalendar import Calendar

from hub.accounts import ActorRole, Scope
from ingest_api.app import create_app
from ingest_api.context import Hub
from ingest_api.limits import Limits, Rates
from tests.access.world import Holder, World
from tests.prevention.making import ITEM, a_woman, acts, say, told
from tests.support.clock import begun
from tests.support.http import Api


def opened(holder: Holder, api: Api | None = None, **body: object) -> str:
    """The path of a new calendar of theirs."""
    answer = (api or holder.api).request("POST", holder.path("/prevention/calendar"), json=body)
    assert answer.status_code == 201
    address: str = answer.json()["address"]
    assert address.startswith("http://127.0.0.1:8080/v1/calendars/")
    return address.removeprefix("http://127.0.0.1:8080")


def fetched(world: World, path: str) -> httpx.Response:
    """As a calendar program does, with nothing but the address."""
    return world.caller(None).get(path)


def entries(answer: httpx.Response) -> list[str]:
    """The titles."""
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_whoever_has_the_address_sees_one_entry_for_each_thing_due_or_soon(world: World) -> None:
    ada = a_woman(world)
    answer = fetched(world, opened(ada))
    pressing = [each for each in told(ada.api, ada)["items"] if each["status"] in ("due", "soon")]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert len(entries(answer)) == len(pressing) > 0


def test_unless_asked_for_in_full_it_says_nothing_of_health_and_names_nobody(world: World) -> None:
    ada = a_woman(world, "type 1 diabetes")
    answer = fetched(world, opened(ada))
    assert set(entries(answer)) == {"Appointment to make"}
    said = answer.text.lower()
    spoken = [word for each in told(ada.api, ada)["items"] for word in (each["title"].lower(), each["item"])]
    assert [word for word in (*spoken, "diabet", "martin", str(ada.id)) if word in said] == []


def test_in_full_it_says_what_and_why_in_the_language_it_was_opened_in(world: World) -> None:
    ada = a_woman(world)
    address = ada.api.request(
        "POST", ada.path("/prevention/calendar"), json={"in_full": True}, params={"language": "fr"}
    ).json()["address"]
    answer = fetched(world, address.removeprefix("http://127.0.0.1:8080"))
    assert "Test HPV du col de l’utérus" in entries(answer)


def test_what_is_done_leaves_the_calendar(world: World) -> None:
    ada = a_woman(world)
    path = opened(ada)
    before = len(entries(fetched(world, path)))
    say(ada.api, ada)
    assert len(entries(fetched(world, path))) == before - 1


def test_a_new_address_ends_the_one_before(world: World) -> None:
    ada = a_woman(world)
    first, second = opened(ada), opened(ada)
    assert [fetched(world, path).status_code for path in (first, second)] == [404, 200]


def test_closed_it_answers_as_if_it_had_never_been(world: World) -> None:
    ada = a_woman(world)
    path = opened(ada)
    for _ in range(2):
        assert ada.api.request("DELETE", ada.path("/prevention/calendar")).json() == {
            "open": False, "language": None, "in_full": None, "created_at": None, "fetched_on": None,
        }  # fmt: skip
    gone, never = fetched(world, path), fetched(world, "/v1/calendars/vigie_none.ics")
    assert (gone.status_code, gone.text) == (never.status_code, never.text)
    assert gone.status_code == 404


def test_a_closed_record_has_no_calendar(world: World) -> None:
    ada = a_woman(world)
    path = opened(ada)
    ada.api.post(ada.path("/close"), {"confirm": str(ada.id)})
    assert fetched(world, path).status_code == 404


@pytest.mark.parametrize("scopes", [[], [Scope.READINGS_READ], [Scope.CALENDAR, Scope.READINGS_READ]])
def test_no_other_token_is_taken_from_an_address(world: World, scopes: list[Scope]) -> None:
    ada = a_woman(world)
    opened(ada)
    token = world.hub.access.create(ActorRole.PERSON, str(ada.id), scopes)
    assert fetched(world, f"/v1/calendars/{token}.ics").status_code == 404


def test_the_address_opens_nothing_else(world: World) -> None:
    ada = a_woman(world)
    secret = opened(ada).removeprefix("/v1/calendars/").removesuffix(".ics")
    bearer = world.caller(secret)
    asked = ("", "/readings", "/prevention", "/prevention/calendar", "/access-log", "/forecast")
    assert {bearer.get(ada.path(path)).status_code for path in asked} == {403}
    assert bearer.post(ada.path(f"/prevention/{ITEM}/done"), {}).status_code == 403


def test_the_database_keeps_only_the_hash(world: World) -> None:
    ada = a_woman(world)
    secret = opened(ada).removeprefix("/v1/calendars/").removesuffix(".ics")
    rows = world.as_administrator(
        "SELECT t, c FROM prevention_calendar c JOIN token t ON t.hash = c.token WHERE c.person = %s", ada.number
    )
    assert len(rows) == 1
    assert secret not in str(rows)
    told_of = ada.api.get(ada.path("/prevention/calendar")).text
    assert secret not in told_of


def test_opening_closing_and_the_first_fetch_of_a_day_are_entered_in_the_log(world: World) -> None:
    ada = a_woman(world)
    path = opened(ada)
    for _ in range(3):
        fetched(world, path)
    ada.api.request("DELETE", ada.path("/prevention/calendar"))
    assert acts(world, ada) == [("person", "calendar"), ("person", "calendar fetched"), ("person", "close calendar")]


def test_the_person_is_told_when_it_was_last_fetched(world: World) -> None:
    ada = a_woman(world)
    path = opened(ada, in_full=True)
    never = ada.api.get(ada.path("/prevention/calendar")).json()
    fetched(world, path)
    after = ada.api.get(ada.path("/prevention/calendar")).json()
    assert (never["open"], never["in_full"], never["fetched_on"]) == (True, True, None)
    assert abs(date.fromisoformat(after["fetched_on"]) - begun().date()) <= timedelta(days=1)


def test_it_shows_the_person_what_they_hid_from_others_and_others_cannot_open_it(world: World) -> None:
    ada, clinician = a_woman(world), world.clinician()
    world.grant(ada, clinician)
    assert clinician.api.post(ada.path("/prevention/calendar"), {}).status_code == 404
    assert world.as_administrator("SELECT count(*) FROM prevention_calendar WHERE person = %s", ada.number) == [(0,)]


def test_guessing_addresses_is_held_off_and_the_true_one_still_answers(world: World) -> None:
    ada = a_woman(world)
    path = opened(ada)
    fetched(world, path)
    hub = Hub(
        world.database, world.hub.intake, world.hub.access, dict, limits=Limits(Rates(failures="3/minute"))
    )  # fmt: skip
    stranger = Api(create_app(hub), None)
    came = [stranger.get(f"/v1/calendars/vigie_{n}.ics").status_code for n in range(5)]
    assert came == [404, 404, 404, 429, 429]
    assert stranger.get(path).status_code == 200
