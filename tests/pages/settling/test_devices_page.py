"""The devices page: what is paired, what it last said, pairing and unpairing."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hub.accounts import ActorRole
from hub.database import Database, Role
from hub.errors import NotFound
from hub.records import DeviceKind
from hub.register import Register
from tests.access.world import Holder, World, glucose
from tests.pages.settling.visit import Html, Visit, visit
from tests.support.clock import begun
from tests.support.http import Api
from tests.support.record import LONG_AGO, Record


def ends(page: Html) -> list[str]:
    """Where its forms unpair."""
    return [at["action"] or "" for at in page.of("form") if (at.get("action") or "").endswith("/end")]


def send(api: Api, device: object, at: datetime) -> str:
    """What becomes of a reading of that device."""
    item = {"id": str(uuid4()), "kind": "glucose", "value": 99, "unit": "mg/dL", "taken_at": at.isoformat()}
    answer = api.post("/v1/readings", {"device": str(device), "readings": [item]})
    outcome: str = answer.json()["results"][0]["outcome"]
    return outcome


@pytest.fixture
def admin(world: World) -> Api:
    """Sends for anybody."""
    return world.somebody(ActorRole.ADMIN, "administrator").api


def test_a_device_is_listed_with_what_it_last_said(world: World) -> None:
    ada = world.holder()
    world.keep(glucose(ada, 100, timedelta(hours=5)), glucose(ada, 100, timedelta(days=40)))
    text = visit(world, ada).page(f"/people/{ada.id}/devices").text
    assert "Glucose sensor Last reading 5 h ago Paired from Wed 1 Jan 2020 01:00" in text
    assert "Scale Last reading nothing in the last 30 days" in text


def test_a_device_unpaired_brings_in_nothing_new_and_what_it_measured_stays(world: World, admin: Api) -> None:
    ada = world.measured()
    browser = visit(world, ada)
    before = datetime.now(UTC) - timedelta(minutes=1)
    assert send(admin, ada.sensor.id, before) == "stored"
    unpair_all(browser, ada)
    assert send(admin, ada.sensor.id, datetime.now(UTC)) == "quarantined"
    assert "glucose" in str(ada.api.get(ada.path("/latest")).json())
    page = browser.page(f"/people/{ada.id}/devices")
    assert "No device is paired." in page.text
    assert "Formerly paired" in page.text


def unpair_all(browser: Visit, holder: Holder) -> None:
    for action in ends(browser.page(f"/people/{holder.id}/devices")):
        browser.done(action)


def test_one_that_was_paired_before_is_chosen_from_a_list_and_paired_again(world: World, admin: Api) -> None:
    ada = world.holder()
    browser = visit(world, ada)
    unpair_all(browser, ada)
    page = browser.page(f"/people/{ada.id}/devices")
    choices = {at["value"] for at in page.of("option")}
    assert choices == {"", str(ada.sensor.id), str(ada.scale.id)}
    browser.done(f"/people/{ada.id}/devices", {"chosen": str(ada.sensor.id), "number": ""})
    assert send(admin, ada.sensor.id, datetime.now(UTC) + timedelta(seconds=1)) == "stored"


def test_one_that_is_somebody_elses_is_answered_as_one_that_is_not_there(world: World) -> None:
    ada, bob = world.holder(), world.holder("Bob")
    browser, path = visit(world, ada), f"/people/{ada.id}/devices"
    answers = [browser.post(path, {"number": number}) for number in (str(bob.sensor.id), str(uuid4()), "mine")]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert len({answer.text.partition('role="alert">')[2].partition("<")[0] for answer in answers}) == 1
    assert browser.post(path, {"number": str(uuid4()), "since": "soon"}).status_code == 422


def test_anothers_pairing_cannot_be_ended(world: World) -> None:
    ada, bob = world.holder(), world.holder("Bob")
    (first, *_) = ends(visit(world, bob).page(f"/people/{bob.id}/devices"))
    theirs = first.replace(str(bob.id), str(ada.id))
    assert visit(world, ada).post(theirs).status_code == 404
    assert len(ends(visit(world, bob).page(f"/people/{bob.id}/devices"))) == 2


def test_a_home_is_linked_with_what_waits_in_its_inbox(world: World) -> None:
    ada = world.holder()
    home = world.record.household([ada.person], [world.record.device(DeviceKind.SCALE)])
    page = visit(world, ada, "fr").page(f"/people/{ada.id}/devices")
    assert f"/households/{home.id}/inbox" in [at["href"] for at in page.of("a")]
    assert "0 pesée attend" in page.text


def test_a_pairing_not_begun_is_gone_and_an_ended_one_is_not_there(database: Database, record: Record) -> None:
    ada, device = record.person(), record.device()
    later = record.pair(device, ada, since=begun() + timedelta(days=1))
    over = record.pair(device, ada, since=LONG_AGO, until=begun() - timedelta(days=1))
    with database.transaction(Role.REGISTER) as connection:
        register = Register(connection)
        register.unpair(later.id, ada.id, begun())
        with pytest.raises(NotFound):
            register.unpair(over.id, ada.id, begun())
        rows = connection.execute("SELECT id FROM holding WHERE person = %s", (ada.number,)).fetchall()
    assert rows == [(over.id,)]
