"""The national identity: its key, who may keep it, who may search by it, and that it is said nowhere."""

import json
import logging
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from hub.accounts import ActorRole
from hub.database import Database, Role
from hub.errors import RecordError
from hub.ins import Ins, find, keep, key
from hub.records import Person
from ingest_api.app import Application
from ingest_api.context import Hub
from tests.support.http import Api
from tests.support.messages import moment
from tests.support.record import Record

BODY = {"given": "Ada", "family": "Martin", "birth_date": "1980-05-17", "sex": "female", "time_zone": "Europe/Paris"}


def numbered(thirteen: str) -> str:
    """With its key."""
    return f"{thirteen}{key(thirteen):02}"


def kept(database: Database) -> list[tuple[str, str, str]]:
    """Every identity, as the owner of the tables sees it."""
    with psycopg.connect(database.url, options="-c search_path=vigie") as connection:
        return connection.execute("SELECT ins, status, source FROM identity_ins ORDER BY person").fetchall()


def keeps(database: Database, person: Person, number: str, by: str | None) -> None:
    """As a desk does."""
    with database.transaction(Role.REGISTER) as connection:
        keep(connection, person.number, Ins(number), by)


def finds(hub: Hub, token: str, number: str) -> UUID | None:
    """What the database answers who holds that token."""
    actor = hub.access.actor(token)
    assert actor is not None
    with hub.reading(actor) as connection:
        return find(connection, Ins(number))


# 2 55 08 14 168 025, key 38: the specimen of the French social security card
@pytest.mark.parametrize(("thirteen", "due"), [("2550814168025", 38), ("1000000000000", 97 - 10**12 % 97)])
def test_the_key_is_97_less_the_remainder(thirteen: str, due: int) -> None:
    assert key(thirteen) == due


@pytest.mark.parametrize(("department", "counts_as"), [("2A", "19"), ("2B", "18")])
def test_corsicas_departments_count_as_numbers(department: str, counts_as: str) -> None:
    assert key(f"18005{department}116002") == key(f"18005{counts_as}116002")
    assert Ins(numbered(f"18005{department.lower()}116002".upper())).reveal()[5:7] == department


@pytest.mark.parametrize(
    "text",
    ["", "1" * 15, "255081416802539", "25508141680253", "2550814168025 3 8 1", "25508C416802538", "２55081416802538"],
)
def test_a_number_whose_key_is_wrong_is_refused_without_being_said(text: str) -> None:
    with pytest.raises(RecordError) as refused:
        Ins(text)
    assert not text or text not in str(refused.value)


def test_it_does_not_print() -> None:
    ins = Ins("2 55 08 14 168 025 38")
    assert "255" not in f"{ins} {ins!r} {[ins]}"


def test_with_a_new_person_it_is_kept_unqualified_told_to_nobody_and_not_searched(api: Api, hub: Hub) -> None:
    number = numbered("2550814168025")
    answer = api.post("/v1/people", BODY | {"ins": number})
    assert answer.status_code == 201
    assert number not in answer.text
    assert (number, "provisional", "administrator") in kept(hub.database)
    assert finds(hub, hub.access.create(ActorRole.ADMIN), number) is None


@pytest.mark.parametrize("wrong", ["255081416802539", "x", "", 255081416802538])
def test_one_whose_key_is_wrong_is_answered_422_and_opens_no_record(api: Api, hub: Hub, wrong: object) -> None:
    before = kept(hub.database)
    answer = api.post("/v1/people", BODY | {"ins": wrong})
    assert answer.status_code == 422
    assert "25508" not in answer.text
    assert kept(hub.database) == before


def test_what_an_issuer_vouched_for_is_not_replaced_by_what_nobody_did(database: Database, record: Record) -> None:
    person, right, other = record.person(), numbered("1800575116002"), numbered("1800575116003")
    keeps(database, person, right, "issuer")
    keeps(database, person, other, None)
    assert kept(database) == [(right, "qualified", "issuer")]


def test_a_search_finds_only_whom_the_asker_may_see(hub: Hub, desk: Record) -> None:
    person, stranger, number = desk.person(), desk.person(), numbered("1810575116004")
    keeps(hub.database, person, number, "issuer")
    own, others = (hub.access.create(ActorRole.PERSON, str(each.id)) for each in (person, stranger))
    assert finds(hub, own, number) == person.id
    assert finds(hub, others, number) is None


def test_a_number_that_two_people_bear_finds_neither(hub: Hub, desk: Record) -> None:
    number, admin = numbered("1820575116004"), hub.access.create(ActorRole.ADMIN)
    keeps(hub.database, desk.person(), number, "issuer")
    assert finds(hub, admin, number) is not None
    keeps(hub.database, desk.person(), number, "issuer")
    assert finds(hub, admin, number) is None


def test_after_twenty_searches_in_an_hour_nothing_is_found(hub: Hub, desk: Record) -> None:
    person, number = desk.person(), numbered("1830575116004")
    keeps(hub.database, person, number, "issuer")
    own = hub.access.create(ActorRole.PERSON, str(person.id))
    assert [finds(hub, own, number) for _ in range(21)] == [person.id] * 20 + [None]


@pytest.mark.parametrize("role", list(Role))
def test_no_role_reads_the_table(hub: Hub, role: Role) -> None:
    with pytest.raises(InsufficientPrivilege), hub.database.transaction(role) as connection:
        connection.execute("SELECT ins FROM vigie.identity_ins")


def test_neither_an_ins_nor_a_value_nor_a_name_is_ever_logged(
    app: Application, hub: Hub, desk: Record, caplog: pytest.LogCaptureFixture
) -> None:
    number, canaries = numbered("2990275116999"), ("137.0625", "7.6125", "Canaryname", "29902751")
    with caplog.at_level(logging.DEBUG):
        admin = Api(app, hub.access.create(ActorRole.ADMIN))
        person = admin.post("/v1/people", BODY | {"ins": number, "family": "Canaryname"}).json()["id"]
        admin.post("/v1/people", BODY | {"ins": number[:-1] + "0", "family": "Canaryname"})
        device = desk.device()
        admin.post(f"/v1/people/{person}/pairings", {"device": str(device.id), "since": "2026-01-01T00:00:00Z"})
        said = {"id": "1", "kind": "glucose", "value": 137.0625, "unit": "mg/dL", "taken_at": moment()}
        wrong = [said | {"id": "2", "unit": "stone"}, said | {"id": "3", "value": 7.6125}, said | {"taken_at": "x"}]
        admin.post("/v1/readings", {"device": device.address, "readings": [said, *wrong]})
        for path in ("readings", "latest", "access-log"):
            assert admin.get(f"/v1/people/{person}/{path}").status_code == 200
        for form in ("csv", "fhir"):
            assert admin.get(f"/v1/people/{person}/export", format=form).status_code == 200
        admin.post(f"/v1/people/{person}/collection", {"stopped": True})
        admin.post("/v1/readings", {"device": device.address, "readings": [said | {"id": "4"}]})
        admin.post("/v1/readings", json.dumps({"device": device.address, "readings": [said], "x": number}).encode())
        admin.request("DELETE", f"/v1/people/{person}", json={"confirm": person})
    assert caplog.records
    assert [word for word in canaries if word in caplog.text] == []
