"""The page for leaving: the export, collection stopped and restarted, closing and deleting once the name is typed."""

import pytest

from hub.accounts import ActorRole
from ingest_api.pages.routes.leave import same_name
from tests.access.world import Holder, World
from tests.pages.settling.visit import visit


def test_both_exports_are_a_link_away_for_whoever_is_signed_in(world: World, ada: Holder) -> None:
    browser = visit(world, ada)
    links = [at["href"] or "" for at in browser.page(f"/people/{ada.id}/leave").of("a") if "download" in at]
    answers = [browser.get(link) for link in links]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.headers["content-type"] for answer in answers] == ["application/zip", "application/fhir+json"]
    assert "Exported · 2 times" in browser.page(f"/people/{ada.id}/access-log").text


def test_collection_is_stopped_and_restarted_and_the_page_says_which(world: World, ada: Holder) -> None:
    browser, path = visit(world, ada), f"/people/{ada.id}/leave/collection"
    assert "Collection is stopped since" in browser.done(path, {"collection": "stop"}).text
    stopped = "SELECT collection_stopped_at IS NOT NULL FROM person WHERE number = %s"
    assert world.as_administrator(stopped, ada.number) == [(True,)]
    assert "Collection is stopped since" not in browser.done(path, {"collection": "restart"}).text
    assert world.as_administrator(stopped, ada.number) == [(False,)]


@pytest.mark.parametrize("act", ["close", "delete"])
@pytest.mark.parametrize("typed", ["", "Ada", "Ada Marti", "Bob Martin", "delete"])
def test_without_the_whole_name_nothing_happens(world: World, act: str, typed: str) -> None:
    ada = world.holder()
    answer = visit(world, ada).post(f"/people/{ada.id}/leave/{act}", {"name": typed})
    assert answer.status_code == 422
    assert world.as_administrator("SELECT closed_at FROM person WHERE number = %s", ada.number) == [(None,)]


def test_a_record_closed_is_nobodys_to_read_and_that_is_said_once(world: World, ada: Holder) -> None:
    browser = visit(world, ada)
    answer = browser.post(f"/people/{ada.id}/leave/close", {"name": " ada  MARTIN "})
    assert answer.status_code == 200
    assert "The record is closed" in answer.text
    assert browser.get(f"/people/{ada.id}/leave").status_code == 404
    assert world.as_administrator("SELECT count(*) FROM reading WHERE person = %s", ada.number) == [(5,)]


def test_everything_deleted_is_gone_with_the_way_to_sign_in(world: World, ada: Holder) -> None:
    browser = visit(world, ada, "fr")
    answer = browser.post(f"/people/{ada.id}/leave/delete", {"name": "Ada Martin"})
    assert answer.status_code == 200
    assert "Tout est supprimé" in answer.text
    assert world.as_administrator("SELECT 1 FROM reading WHERE person = %s", ada.number) == []
    assert world.as_administrator("SELECT 1 FROM person WHERE number = %s", ada.number) == []
    assert browser.get(f"/people/{ada.id}/leave").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("act", ["close", "delete"])
def test_a_delegate_is_shown_neither_and_can_do_neither(world: World, ada: Holder, act: str) -> None:
    sister = world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, sister, delegate=True)
    browser = visit(world, sister)
    page = browser.page(f"/people/{ada.id}/leave")
    assert [at["action"] for at in page.of("form") if (at.get("action") or "").endswith(("/close", "/delete"))] == []
    assert "for the person themselves" in page.text
    assert browser.post(f"/people/{ada.id}/leave/{act}", {"name": "Ada Martin"}).status_code == 404
    assert world.as_administrator("SELECT closed_at FROM person WHERE number = %s", ada.number) == [(None,)]


def test_an_administrator_sees_whose_record_it_is_before_deleting_it(world: World, ada: Holder) -> None:
    page = visit(world, world.somebody(ActorRole.ADMIN, "administrator")).page(f"/people/{ada.id}/leave")
    assert page.text.count("Ada Martin") >= 3


def test_a_name_is_the_same_however_its_accents_are_composed_and_its_case() -> None:
    assert same_name("  zoe\u0308   LEFÈVRE", "Zoë Lefèvre")
    assert not same_name("Zoe Lefevre", "Zoë Lefèvre")
    assert not same_name("", "Zoë")
