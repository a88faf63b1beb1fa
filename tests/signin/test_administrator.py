"""An administrator's way to the pages: their token, before any identity provider is set up."""

import pytest

from hub.accounts import ActorRole, Scope, secret_hash
from hub.database import Database
from ingest_api.access import Access
from tests.signin.conftest import Browser
from vigie.tokens import administrator, revoke


def with_token(browser: Browser, token: str) -> int:
    """What signing in with it is answered."""
    return browser.post("/sign-in/administrator", data={"token": token}).status_code


def test_an_administrator_signs_in_with_their_token_and_is_led_to_the_first_run(
    browser: Browser, database: Database
) -> None:
    assert with_token(browser, f" {administrator(database.url)}\n") == 303
    assert browser.get("/v1/session").json()["role"] == "admin"
    assert browser.get("/").headers["location"] == "/first-run"
    assert browser.get("/first-run").status_code == 200
    assert browser.post("/sign-out", data={"csrf": browser.csrf()}).status_code == 200
    assert browser.get("/v1/session").status_code == 401


def test_the_session_ends_with_the_token(browser: Browser, database: Database) -> None:
    token = administrator(database.url)
    with_token(browser, token)
    revoke(database.url, secret_hash(token).hex())
    assert browser.get("/v1/session").status_code == 401


@pytest.mark.parametrize("role", [ActorRole.CLINICIAN, ActorRole.CAREGIVER, ActorRole.GATEWAY])
def test_nobody_elses_token_opens_a_session(browser: Browser, database: Database, role: ActorRole) -> None:
    assert with_token(browser, Access(database).create(role, f"no {role}")) == 403
    assert browser.get("/v1/session").status_code == 401


def test_a_limited_token_opens_no_session_that_may_do_more(browser: Browser, database: Database) -> None:
    assert with_token(browser, Access(database).create(ActorRole.ADMIN, scopes=[Scope.REGISTER])) == 403


def test_another_site_cannot_have_somebody_sign_in(browser: Browser, database: Database) -> None:
    token = administrator(database.url)
    answer = browser.post("/sign-in/administrator", data={"token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert browser.get("/v1/session").status_code == 401


def test_who_guesses_is_held_off(browser: Browser) -> None:
    assert [with_token(browser, "vigie_guess") for _ in range(21)][-1] == 429
