"""The clinician's list over HTTP, and a household's inbox."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.database import Database, Role
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Quantity, Unit
from hub.records import Person
from tests.ingest_api.test_api_register import problem
from tests.support.clock import begun
from tests.support.http import Api
from tests.support.readings import a_reading, mg_dl
from tests.support.record import Record
from tests.support.shared_scale import Home, a_home
from timeseries.postgres_store import PostgresStore
from timeseries.upkeep import Upkeep

Body = dict[str, Any]


def wear(database: Database, record: Record, given: str, value: float, days: float = 13) -> Person:
    """Somebody whose sensor said that value every quarter of an hour."""
    person, device = record.person(given), record.device()
    record.pair(device, person)
    readings = [
        a_reading(
            f"{given} {n}", person=person.number, device=device.number, raw=mg_dl(value),
            taken_at=begun() - timedelta(minutes=15 * n),
        )
        for n in range(int(days * 96))
    ]  # fmt: skip
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(readings)
    return person


@pytest.fixture(scope="module")
def people(lasting_database: Database) -> dict[str, Person]:
    """One of each kind of need."""
    record = Record(lasting_database)
    found = {
        "fine": wear(lasting_database, record, "Fine", 110),
        "low": wear(lasting_database, record, "Low", 60),
        "very low": wear(lasting_database, record, "Verylow", 50),
        "high": wear(lasting_database, record, "High", 200),
        "little": wear(lasting_database, record, "Little", 110, days=5),
        "without": record.person("Without"),
    }
    upkeep = Upkeep(lasting_database)
    while upkeep.turn():
        pass
    return found


def listed(api: Api, **asked: Any) -> Body:
    answer = api.get("/v1/population", **asked)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


def test_the_list_begins_with_those_who_need_most(api: Api, people: dict[str, Person]) -> None:
    rows = listed(api)["people"]
    assert [(row["given"], row["reason"]) for row in rows if row["person"] in {str(p.id) for p in people.values()}] == [
        ("Verylow", "very_low"),
        ("Low", "low"),
        ("High", "out_of_range"),
        ("Little", "little_wear"),
        ("Fine", "on_target"),
        ("Without", "no_sensor"),
    ]


@pytest.mark.usefixtures("people")
def test_pages_follow_one_another_without_gap_or_overlap(api: Api) -> None:
    whole = [row["person"] for row in listed(api)["people"]]
    one_by_one, page = [], 1
    while page:
        told = listed(api, page=page, limit=2)
        one_by_one += [row["person"] for row in told["people"]]
        page = told["next"]
    assert one_by_one == whole


@pytest.mark.usefixtures("people")
def test_one_reason_can_be_asked_for(api: Api) -> None:
    assert {row["reason"] for row in listed(api, reason="low")["people"]} == {"low"}


def test_a_row_says_the_figures_of_the_fortnight(api: Api, people: dict[str, Person]) -> None:
    rows = {row["person"]: row for row in listed(api)["people"]}
    high = rows[str(people["high"].id)]["glucose"]
    assert (high["mean"], high["tir"], high["tar1"], high["unit"], high["days"]) == (200, 0, 100, "mg/dL", 14)
    assert rows[str(people["without"].id)]["glucose"] is None


def test_a_mean_is_told_in_the_unit_asked_for(api: Api, people: dict[str, Person]) -> None:
    rows = {row["person"]: row for row in listed(api, unit="mmol/L")["people"]}
    assert rows[str(people["high"].id)]["glucose"]["mean"] == pytest.approx(200 / GLUCOSE_MG_DL_PER_MMOL_L)


@pytest.mark.parametrize("asked", [{"sort": "name"}, {"page": 0}, {"limit": 0}, {"reason": "whatever"}])
def test_a_list_that_cannot_be_is_refused(api: Api, asked: Body) -> None:
    assert problem(api.get("/v1/population", **asked)) == (422, "invalid_request")


# ── A household's inbox ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def home(lasting_database: Database) -> Home:
    """Two people, a shared scale, and what it said."""
    home = a_home(lasting_database)
    home.keep(
        home.weighing("1", 62.5),
        home.weighing("fat", 0, kind=Kind.BODY_FAT, raw=Quantity(24.5, Unit.PERCENT)),
        home.weighing("2", 80.1, after=300),
    )
    upkeep = Upkeep(lasting_database)
    while upkeep.turn():
        pass
    return home


def the_id(home: Home) -> UUID:
    with home.database.transaction(Role.WATCH) as connection:
        row = connection.execute("SELECT id FROM household WHERE number = %s", (home.household,)).fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


def waiting(api: Api, home: Home, **asked: Any) -> list[Body]:
    answer = api.get(f"/v1/households/{the_id(home)}/unassigned", **asked)
    assert answer.status_code == 200, answer.text
    found: list[Body] = answer.json()["unassigned"]
    return found


def test_what_waits_is_listed_with_what_came_with_it_and_who_it_may_be(api: Api, home: Home) -> None:
    newest, oldest = waiting(api, home)
    assert (newest["value"], newest["unit"], newest["composition"]) == (80.1, "kg", [])
    assert oldest["composition"] == [{"kind": "body_fat", "value": 24.5, "unit": "%"}]
    assert {each["person"] for each in oldest["candidates"]} == {str(home.ada.id), str(home.bob.id)}


def test_weights_are_told_in_the_unit_asked_for_and_shares_in_theirs(api: Api, home: Home) -> None:
    newest, oldest = waiting(api, home, unit="lb")
    assert (newest["value"], newest["unit"]) == (pytest.approx(80.1 / 0.45359237), "lb")
    assert oldest["composition"][0]["unit"] == "%"


def test_the_inbox_is_read_page_by_page(api: Api, home: Home) -> None:
    path = f"/v1/households/{the_id(home)}/unassigned"
    first = api.get(path, limit=1).json()
    second = api.get(path, limit=1, cursor=first["next"]).json()
    assert [each["value"] for each in [*first["unassigned"], *second["unassigned"]]] == [80.1, 62.5]
    assert second["next"] is None


def assign(api: Api, home: Home, reading: str, person: UUID | None) -> Any:
    body = {"person": None if person is None else str(person)}
    return api.post(f"/v1/households/{the_id(home)}/unassigned/{reading}/assign", body)


def test_one_tap_gives_a_weight_its_time_and_its_composition(api: Api, home: Home) -> None:
    oldest = waiting(api, home)[1]
    answer = assign(api, home, oldest["id"], home.ada.id)
    assert (answer.status_code, len(answer.json()["readings"])) == (200, 2)
    read = api.get(f"/v1/people/{home.ada.id}/readings", from_="2026-08-01T00:00:00Z", to="2026-08-02T00:00:00Z").json()
    assert {(each["kind"], each["value"], each["taken_at"]) for each in read["readings"]} == {
        ("weight", 62.5, oldest["taken_at"]),
        ("body_fat", 24.5, oldest["taken_at"]),
    }


def test_a_second_tap_moves_it(api: Api, home: Home) -> None:
    reading = waiting(api, home)[0]["id"]
    assign(api, home, reading, home.ada.id)
    assign(api, home, reading, home.bob.id)
    assert (home.weights(home.ada), home.weights(home.bob)) == ([], [80.1])


def test_what_was_nobodys_is_not_listed_again(api: Api, home: Home) -> None:
    reading = waiting(api, home)[0]["id"]
    assert assign(api, home, reading, None).json() == {"person": None, "readings": [reading]}
    assert [each["value"] for each in waiting(api, home)] == [62.5]


def test_it_is_given_to_members_only(api: Api, home: Home, desk: Record) -> None:
    reading = waiting(api, home)[0]["id"]
    assert problem(assign(api, home, reading, desk.person().id)) == (404, "not_found")
    assert problem(assign(api, home, reading, uuid4())) == (404, "not_found")
    assert problem(assign(api, home, str(uuid4()), home.ada.id)) == (404, "not_found")


def test_an_unknown_household_is_not_found(api: Api) -> None:
    assert problem(api.get(f"/v1/households/{uuid4()}/unassigned")) == (404, "not_found")
