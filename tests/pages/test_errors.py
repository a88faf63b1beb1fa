"""What goes wrong, in human words to browsers, as problems to programs."""

from dataclasses import replace
from typing import Any

import pytest

from hub.accounts import ActorRole
from hub.database import OperationalError
from ingest_api.limits import Limits, Rates
from tests.access.world import World
from tests.pages.browser import Browser, Page
from tests.pages.conftest import Opens

NOBODY = "/people/00000000-0000-4000-8000-000000000000"


def told(answer: Any) -> tuple[int, str, str]:
    page = Page(answer)
    return answer.status_code, page.one("html")["lang"], page.one("h1").text


def test_whoever_is_not_signed_in_is_sent_there_and_back(opens: Opens) -> None:
    answer = opens().get(f"{NOBODY}/glucose?days=3")
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/sign-in?next=%2Fpeople%2F00000000-0000-4000-8000-000000000000%2Fglucose%3Fdays%3D3",
    )  # fmt: skip


def test_a_form_of_a_session_that_is_over_says_that_nothing_was_kept(opens: Opens) -> None:
    answer = opens().post("/first-run/person")
    assert told(answer) == (401, "en", "You are no longer signed in")
    assert "Nothing you just sent was kept" in Page(answer).said


def test_a_form_of_a_page_of_another_session_and_one_sent_twice_say_where_one_stands(
    world: World, opens: Opens
) -> None:
    ada, carer = world.holder(), world.clinician()
    path = f"/people/{ada.id}/sharing/grants/{world.grant(ada, carer)}/end"
    browser = opens(ada, "fr.mgdl.device")
    assert told(browser.post(path, csrf="of before")) == (403, "fr", "Rien n’a été changé")
    assert [browser.post(path).status_code for _ in range(2)] == [303, 404]
    assert told(browser.post(path)) == (404, "fr", "Il n’y a plus rien à changer ici")


@pytest.mark.parametrize(
    ("likes", "words"),
    [
        ("en.mgdl.device", "There is nothing here that you may see"),
        ("fr.mgdl.device", "Il n’y a rien ici que vous puissiez voir"),
    ],
)
@pytest.mark.parametrize("path", [NOBODY, "/people/no-id", "/nothing", f"{NOBODY}/alerts?cursor=broken"])
def test_what_is_not_there_is_said_in_the_visitors_words(
    world: World, opens: Opens, path: str, likes: str, words: str
) -> None:
    ada = world.holder()
    assert told(opens(ada, likes).get(path)) == (404, likes[:2], words)


def test_another_role_is_told_so(world: World, opens: Opens) -> None:
    assert told(opens(world.holder(), "fr.mgdl.device").get("/first-run")) == (403, "fr", "Ceci ne vous est pas ouvert")


def test_a_program_is_told_by_a_problem(world: World, opens: Opens) -> None:
    asking_for_no_page = opens(world.holder()).get(NOBODY, headers={"Accept": "*/*"})
    with_a_token = world.holder().api.request("GET", NOBODY, headers={"Accept": "text/html"})
    for answer in (asking_for_no_page, with_a_token):
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_too_many_requests_say_when_to_come_again(world: World) -> None:
    seldom = replace(world.hub, limits=Limits(Rates(reads="1/hour")))
    browser = Browser(seldom, world.holder().account)
    answers = [browser.get("/people") for _ in range(2)]
    assert told(answers[1]) == (429, "en", "Too many requests")
    assert int(answers[1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (ZeroDivisionError("74.6 kg"), 500, "Something broke on our side"),
        (OperationalError("74.6 kg"), 503, "The service does not answer right now"),
    ],
)
def test_a_fault_of_ours_says_what_is_certain_and_no_more(
    world: World, opens: Opens, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, words: str
) -> None:
    def fails(*_: object) -> None:
        raise fault

    monkeypatch.setattr("ingest_api.pages.routes.people.card_of", fails)
    monkeypatch.setattr("ingest_api.pages.routes.people.enter", fails)
    answer = opens(world.somebody(ActorRole.CAREGIVER)).get("/people")
    assert told(answer) == (status, "en", words)
    assert "74.6" not in answer.text
