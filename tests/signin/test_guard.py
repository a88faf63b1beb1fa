"""Requests other sites have a signed-in browser send."""

import pytest
from fastapi import APIRouter

from ingest_api.context import Anyone
from ingest_api.signin.guard import csrf_token
from tests.signin.conftest import DR_HOUSE, ORIGIN, Browser

OURS: dict[str, dict[str, str]] = {
    "a page of ours": {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN},
    "a form of ours, without a referrer": {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    "a page of ours that names no origin": {"Sec-Fetch-Site": "same-origin", "Origin": ""},
    "a page of ours in an older browser": {"Sec-Fetch-Site": "", "Origin": ORIGIN},
}
OTHERS: dict[str, dict[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "another site that hides": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "another site, origin ours": {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    "a sister site": {"Sec-Fetch-Site": "same-site", "Origin": "https://other.vigie.example"},
    "nobody's page": {"Sec-Fetch-Site": "none", "Origin": ""},
    "another site in an older browser": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    "a sandbox in an older browser": {"Sec-Fetch-Site": "", "Origin": "null"},
    "no browser": {"Sec-Fetch-Site": "", "Origin": ""},
    "plain http": {"Sec-Fetch-Site": "", "Origin": "http://vigie.example"},
    "an origin that begins like ours": {"Sec-Fetch-Site": "", "Origin": f"{ORIGIN}.evil.example"},
    "both, at odds": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
}


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """Dr House's browser, on a hub with a route that changes something."""
    router = APIRouter()

    @router.api_route("/change", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def change(actor: Anyone) -> str:
        return actor.name

    browser.app.include_router(router)
    browser.sign_in("clinician", DR_HOUSE)
    return browser


@pytest.mark.parametrize("name", list(OURS))
def test_our_own_pages_may_change_something(signed_in: Browser, name: str) -> None:
    headers = {**OURS[name], "X-Vigie-CSRF": signed_in.csrf()}
    assert signed_in.post("/change", headers=headers).json() == "899700218896"


@pytest.mark.parametrize("name", list(OTHERS))
def test_nobody_elses_pages_may_even_with_the_token(signed_in: Browser, name: str) -> None:
    assert signed_in.post("/change", headers={**OTHERS[name], "X-Vigie-CSRF": signed_in.csrf()}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("token", ["", "wrong", "é", "another session's"])
def test_nothing_changes_without_the_sessions_own_token(signed_in: Browser, method: str, token: str) -> None:
    sent = token.replace("another session's", csrf_token("another")).encode()
    assert signed_in.ask(method, "/change", headers={"X-Vigie-CSRF": sent}).status_code == 403


def test_looking_needs_no_token(signed_in: Browser) -> None:
    assert signed_in.get("/change", headers=OTHERS["another site"]).status_code == 200


def test_a_form_sends_the_token_in_a_field(signed_in: Browser) -> None:
    csrf = signed_in.csrf()
    assert signed_in.post("/change", data={"csrf": csrf, "x": "y"}).status_code == 200
    assert signed_in.post("/change", data={"x": csrf}).status_code == 403
    assert signed_in.post("/change", json={"csrf": csrf}).status_code == 403
    many = "&".join(f"f{n}=" for n in range(100))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert signed_in.post("/change", content=f"csrf={csrf}&{many}", headers=form).status_code == 422
    assert signed_in.post("/change", content=b"csrf=\xff", headers=form).status_code == 422


def test_the_token_tells_nothing_of_the_cookie_and_is_another_in_every_session(signed_in: Browser) -> None:
    cookie, csrf = signed_in.cookies["__Host-vigie"], signed_in.csrf()
    assert cookie not in csrf
    signed_in.sign_in("clinician", DR_HOUSE)
    assert signed_in.csrf() != csrf
    assert signed_in.post("/change", headers={"X-Vigie-CSRF": csrf}).status_code == 403


def test_a_bearer_token_needs_neither(signed_in: Browser) -> None:
    from ingest_api.access import ActorRole

    token = signed_in.app.state.hub.access.create(ActorRole.APP, "uploader")
    headers = {**OTHERS["another site"], "Authorization": f"Bearer {token}"}
    assert signed_in.post("/change", headers=headers).json() == "uploader"


def test_a_bad_bearer_token_is_not_made_good_by_a_cookie(signed_in: Browser) -> None:
    assert signed_in.get("/change", headers={"Authorization": "Bearer vigie_wrong"}).status_code == 401


def test_an_invitation_is_taken_from_our_own_page_only(browser: Browser) -> None:
    answer = browser.post("/sign-in/invitation", data={"invitation": "x"}, headers=OTHERS["another site"])
    assert (answer.status_code, browser.cookies) == (403, {})


@pytest.mark.parametrize("text", ["", "a;b", "a\r\nSet-Cookie: x=y", "é", "x" * 101, "-_"])
def test_what_cannot_be_an_invitation_is_not_kept(browser: Browser, text: str) -> None:
    assert browser.post("/sign-in/invitation", data={"invitation": text}).status_code == 303
    assert browser.cookies == {}
