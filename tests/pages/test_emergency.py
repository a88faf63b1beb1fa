"""The page on which a professional opens a record in an emergency."""

from uuid import uuid4

import pytest

from hub.accounts import ActorRole
from hub.database import Database
from tests.access.world import Holder, World
from tests.pages.settling.visit import HOSTILE, Html, visit

WHY = "found unconscious at home"
PAGES = ("", "/glucose", "/weight", "/alerts", "/report", "/thresholds", "/prevention")


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    return World(lasting_database)


@pytest.fixture
def ada(world: World) -> Holder:
    return world.measured("Ada")


def test_it_opens_for_an_hour_with_the_warning_on_every_page_and_its_holder_reads_why(
    world: World, ada: Holder
) -> None:
    doctor = world.clinician()
    browser = visit(world, doctor)
    assert browser.get(f"/people/{ada.id}").status_code == 404
    first = browser.done(f"/people/{ada.id}/emergency", {"reason": f"{WHY} {HOSTILE}", "way": "regulation"})
    banners = [browser.page(f"/people/{ada.id}{each}").text for each in PAGES]
    assert all("You opened this record in an emergency, to read, until" in each for each in (first.text, *banners))
    log = visit(world, ada).page(f"/people/{ada.id}/access-log")
    assert f"{WHY} {HOSTILE}" in log.text
    assert log.of("img") == []


def test_nothing_can_be_changed_in_it(world: World, ada: Holder) -> None:
    browser = visit(world, world.clinician())
    browser.done(f"/people/{ada.id}/emergency", {"reason": WHY})
    assert browser.post(f"/people/{ada.id}/notes", {"text": "x"}).status_code == 404
    assert browser.get(f"/people/{ada.id}/sharing").status_code == 404


@pytest.mark.parametrize("reason", ["", "too short", " " * 40, "x" * 501, "found \0 unconscious"])
def test_without_a_reason_nothing_is_opened(world: World, ada: Holder, reason: str) -> None:
    browser = visit(world, world.clinician())
    answer = browser.post(f"/people/{ada.id}/emergency", {"reason": reason})
    assert (answer.status_code, "Nothing was opened" in Html(answer.text).text) == (422, True)
    assert browser.get(f"/people/{ada.id}").status_code == 404


def test_the_form_tells_nothing_of_whether_there_is_a_record(world: World, ada: Holder) -> None:
    browser = visit(world, world.clinician())
    there, not_there = (browser.page(f"/people/{each}/emergency").text for each in (ada.id, uuid4()))
    assert there == not_there
    blocked, shut_out = world.holder("Blocks"), world.clinician()
    world.block(blocked, shut_out)
    answers = [
        visit(world, shut_out).post(f"/people/{each}/emergency", {"reason": WHY}) for each in (blocked.id, uuid4())
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Html(answers[0].text).text == Html(answers[1].text).text


def test_nobody_but_a_clinician_is_asked(world: World, ada: Holder) -> None:
    carer = world.somebody(ActorRole.CAREGIVER)
    assert visit(world, carer).get(f"/people/{ada.id}/emergency").status_code == 403


def test_a_record_that_is_not_there_shows_the_way_to_professionals(world: World) -> None:
    address = f"/people/{uuid4()}"
    answer = visit(world, world.clinician()).get(f"{address}/glucose")
    assert [at for at in Html(answer.text).of("a") if at.get("href") == f"{address}/emergency"] != []
