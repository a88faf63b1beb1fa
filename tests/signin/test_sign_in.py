"""Signing in with a browser, from the first link to the last page."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.accounts import ActorRole
from hub.database import Database, Role
from ingest_api.app import Application
from ingest_api.signin import sessions
from tests.signin.conftest import ADA, DR_HOUSE, MALLORY, ORIGIN, SECRET, Browser, Forger, invited
from tests.support.record import Record

COOKIE = "__Host-vigie"


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    """What the register says."""
    with database.transaction(Role.REGISTER) as connection:
        return connection.execute(query).fetchall()


def done(database: Database, command: str, *values: object) -> None:
    """Change what the register says."""
    with database.transaction(Role.REGISTER) as connection:
        connection.execute(command, values)


def with_invitation(browser: Browser, invitation: str) -> Browser:
    """The browser, the invitation entered."""
    assert browser.post("/sign-in/invitation", data={"invitation": invitation}).status_code == 303
    return browser


def test_a_professional_signs_in_and_is_known_by_what_never_changes(browser: Browser, database: Database) -> None:
    answer = browser.sign_in("clinician", DR_HOUSE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    session = browser.get("/v1/session").json()
    assert (session["role"], session["name"]) == ("clinician", "899700218896")
    told = "SELECT issuer, subject, full_name, profession, national_id, structure FROM account WHERE role = 'clinician'"
    assert rows(database, told) == [
        ("http://127.0.0.1:9999/op", "899700218896", "Gregory House", "10^1.2.250", "899700218896", None)
    ]


def test_the_same_identity_is_the_same_account_again(browser: Browser, database: Database) -> None:
    first = [browser.sign_in("clinician", DR_HOUSE), browser.get("/v1/session").json()["account"]]
    second = [browser.sign_in("clinician", DR_HOUSE), browser.get("/v1/session").json()["account"]]
    assert first[1] == second[1]
    assert rows(database, "SELECT count(*) FROM account WHERE role = 'clinician'") == [(1,)]


def test_a_person_is_nobody_until_invited_then_always_themselves(
    browser: Browser, database: Database, desk: Record
) -> None:
    ada = desk.person("Ada")
    refusal = browser.sign_in("person", ADA)
    assert (refusal.status_code, COOKIE in browser.cookies) == (403, False)
    _, invitation = invited(database, ActorRole.PERSON, str(ada.id))
    with_invitation(browser, invitation).sign_in("person", ADA)
    assert browser.get("/v1/session").json()["name"] == str(ada.id)
    later = Browser(browser.app, browser.op)
    later.sign_in("person", ADA)
    assert later.get("/v1/session").json()["name"] == str(ada.id)


def test_an_invitation_ties_one_identity_once(browser: Browser, database: Database, desk: Record) -> None:
    account, invitation = invited(database, ActorRole.PERSON, str(desk.person().id))
    with_invitation(browser, invitation).sign_in("person", ADA)
    mallory = with_invitation(Browser(browser.app, browser.op), invitation)
    assert mallory.sign_in("person", MALLORY).status_code == 403
    _, another = invited(database, ActorRole.PERSON, account.name)
    assert with_invitation(mallory, another).sign_in("person", MALLORY).status_code == 403
    assert rows(database, "SELECT subject FROM account WHERE role = 'person'") == [("ada-at-op",)]


def test_an_invitation_that_was_used_is_used_even_if_the_tie_is_undone(
    browser: Browser, database: Database, desk: Record
) -> None:
    _, invitation = invited(database, ActorRole.PERSON, str(desk.person().id))
    assert with_invitation(browser, invitation).sign_in("person", ADA).status_code == 303
    done(database, "UPDATE account SET issuer = NULL, subject = NULL")
    assert with_invitation(browser, invitation).sign_in("person", MALLORY).status_code == 403


def test_an_invitation_ends_after_a_week(browser: Browser, database: Database, desk: Record) -> None:
    _, invitation = invited(database, ActorRole.PERSON, str(desk.person().id))
    done(database, "UPDATE invitation SET expires_at = now()")
    assert with_invitation(browser, invitation).sign_in("person", ADA).status_code == 403


def test_a_professionals_provider_cannot_redeem_a_persons_invitation(
    browser: Browser, database: Database, desk: Record
) -> None:
    _, invitation = invited(database, ActorRole.PERSON, str(desk.person().id))
    assert with_invitation(browser, invitation).sign_in("clinician", DR_HOUSE).status_code == 403
    assert rows(database, "SELECT subject FROM account WHERE role = 'person'") == [(None,)]


def test_a_name_that_is_taken_is_not_taken_over(browser: Browser, database: Database) -> None:
    invited(database, ActorRole.APP, "899700218896")
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 403


def test_a_closed_account_does_not_sign_in_and_its_session_is_over(browser: Browser, database: Database) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    done(database, "UPDATE account SET closed_at = now() WHERE role = 'clinician'")
    assert browser.get("/v1/session").status_code == 401
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 403


# ── The way there and back ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_provider_is_asked_for_a_code_with_state_nonce_and_challenge(browser: Browser) -> None:
    asked, again = browser.set_out("clinician"), browser.set_out("clinician")
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "vigie", "openid")
    assert asked["redirect_uri"] == f"{ORIGIN}/sign-in/back"
    assert (asked["code_challenge_method"], asked["acr_values"]) == ("S256", "eidas1")
    fresh = ("state", "nonce", "code_challenge")
    assert {len(asked[name]) for name in fresh} == {43}
    assert [name for name in fresh if asked[name] == again[name]] == []
    assert not {"client_secret", "code_verifier"} & asked.keys()


def test_the_way_back_works_once_even_if_the_provider_takes_the_code_again(browser: Browser, op: Forger) -> None:
    back = browser.choose(browser.set_out("clinician"), DR_HOUSE)
    cookies, codes = dict(browser.cookies), dict(op._codes)
    assert browser.get(back).status_code == 303
    browser.cookies, op._codes = cookies, codes
    assert (browser.get(back).status_code, COOKIE in browser.cookies) == (403, False)


def test_the_way_back_works_in_the_browser_that_set_out_only(browser: Browser) -> None:
    """Else somebody could be signed in as somebody else without noticing, and write into the wrong record."""
    back = browser.choose(browser.set_out("clinician"), DR_HOUSE)
    victim = Browser(browser.app, browser.op)
    assert victim.get(back).status_code == 403
    victim.set_out("clinician")
    assert victim.get(back).status_code == 403
    assert COOKIE not in victim.cookies


def test_an_unknown_state_is_refused(browser: Browser) -> None:
    asked = browser.set_out("clinician")
    back = browser.choose(asked, DR_HOUSE).replace(asked["state"], asked["state"][::-1])
    assert browser.get(back).status_code == 403
    assert [browser.get(f"/sign-in/back{query}").status_code for query in ("", "?code=x", "?state=%00&code=x")] == [
        403
    ] * 3


def test_an_attempt_is_over_after_ten_minutes(browser: Browser, database: Database) -> None:
    back = browser.choose(browser.set_out("clinician"), DR_HOUSE)
    done(database, "UPDATE sign_in SET expires_at = now()")
    assert browser.get(back).status_code == 403


def test_an_answer_by_another_issuer_is_refused(browser: Browser) -> None:
    back = browser.choose(browser.set_out("clinician"), DR_HOUSE)
    assert browser.get(back.replace("127.0.0.1", "evil.example")).status_code == 403


def test_a_code_of_another_attempt_is_refused(browser: Browser) -> None:
    """PKCE: the code is bound to the verifier of the attempt it was asked for."""
    stolen = browser.choose(browser.set_out("clinician"), DR_HOUSE)
    asked = browser.set_out("clinician")
    ours = browser.choose(asked, MALLORY)
    swapped = ours.replace(_code(ours), _code(stolen))
    assert browser.get(swapped).status_code == 403


def test_a_provider_that_says_no_ends_the_attempt(browser: Browser) -> None:
    asked = browser.set_out("clinician")
    answer = browser.get(f"/sign-in/back?error=access_denied&error_description=<b>&state={asked['state']}")
    assert (answer.status_code, "<b>" in answer.text) == (403, False)
    assert browser.get(browser.choose(asked, DR_HOUSE)).status_code == 403


def test_a_provider_that_is_silent_is_said_to_be(browser: Browser, op: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(op, "document", lambda: {"issuer": "https://another.example"})
    assert browser.get("/sign-in/clinician").status_code == 503


def test_an_unknown_provider_is_not_there(browser: Browser) -> None:
    assert browser.get("/sign-in/nobody").status_code == 404


def _code(url: str) -> str:
    return urlsplit(url).query.split("&")[0].removeprefix("code=")


# ── The session ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(browser: Browser) -> None:
    lines = browser.sign_in("clinician", DR_HOUSE).headers.get_list("set-cookie")
    session = next(line for line in lines if line.startswith(f"{COOKIE}="))
    parts = {part.strip().lower() for part in session.split(";")[1:]}
    assert parts == {"path=/", "secure", "httponly", "samesite=lax", "max-age=43200"}
    assert len(browser.cookies[COOKIE]) == 43


def test_the_database_keeps_only_the_cookies_hash(browser: Browser, database: Database) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    assert browser.cookies[COOKIE] not in str(rows(database, "SELECT hash, session::text FROM session"))


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(browser: Browser) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    former = dict(browser.cookies)
    browser.sign_in("clinician", DR_HOUSE)
    assert former[COOKIE] != browser.cookies[COOKIE]
    assert browser.get("/v1/session").status_code == 200
    browser.cookies = former
    assert browser.get("/v1/session").status_code == 401


def test_a_cookie_somebody_set_beforehand_never_becomes_a_session(browser: Browser) -> None:
    browser.cookies[COOKIE] = "chosen-by-mallory"
    browser.sign_in("clinician", DR_HOUSE)
    assert browser.cookies[COOKIE] != "chosen-by-mallory"


@pytest.mark.parametrize(
    ("aged", "longest"),
    [
        ("UPDATE session SET seen_at = now() - %s", sessions.IDLE),
        ("UPDATE session SET expires_at = now() + interval '12 h' - %s", sessions.LONGEST),
    ],
    ids=["idle", "at most"],
)
def test_a_session_ends_when_idle_and_in_the_end_always(
    browser: Browser, database: Database, aged: str, longest: timedelta
) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    done(database, aged, longest - timedelta(seconds=20))
    assert browser.get("/v1/session").status_code == 200
    done(database, aged, longest)
    assert browser.get("/v1/session").status_code == 401


def test_a_busy_session_does_not_go_idle(browser: Browser, database: Database) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    done(database, "UPDATE session SET seen_at = now() - interval '10 minutes'")
    browser.get("/v1/session")
    assert rows(database, "SELECT now() - seen_at < interval '1 minute' FROM session") == [(True,)]


def test_a_session_opens_the_same_routes_as_a_token(browser: Browser, database: Database) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    person = "/v1/people/00000000-0000-0000-0000-000000000000"
    assert (browser.get(person).status_code, Browser(browser.app, browser.op).get(person).status_code) == (404, 401)
    assert browser.get("/v1/population").json()["people"] == []


def test_signing_out_ends_the_session_here_and_leads_to_the_provider(browser: Browser, database: Database) -> None:
    browser.sign_in("clinician", DR_HOUSE)
    cookies, csrf = dict(browser.cookies), browser.csrf()
    answer = browser.post("/sign-out", data={"csrf": csrf}, headers={"Origin": "null"})
    assert answer.status_code == 200
    assert answer.headers["refresh"].startswith("0; url=http://127.0.0.1:9999/op/end?id_token_hint=ey")
    assert COOKIE not in browser.cookies
    browser.cookies = cookies
    assert browser.get("/v1/session").status_code == 401
    assert rows(database, "SELECT ended_at IS NOT NULL, id_token FROM session") == [(True, None)]


# ── What is said, and what is not ────────────────────────────────────────────────────────────────────────────────────


def test_the_page_names_the_providers_and_nothing_it_could_be_tricked_by(browser: Browser) -> None:
    page = browser.get("/sign-in")
    assert page.headers["content-type"].startswith("text/html")
    assert "OP for &lt;clinician&gt;" in page.text
    assert [word for word in ("<script", "<style", "style=", "//", SECRET) if word in page.text] == []


def test_no_secret_reaches_the_log(
    browser: Browser, app: Application, database: Database, desk: Record, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    _, invitation = invited(database, ActorRole.PERSON, str(desk.person().id))
    back = with_invitation(browser, invitation)
    url = back.choose(back.set_out("person"), ADA)
    secrets = {*browser.cookies.values(), invitation, SECRET, _code(url), url.split("state=")[1][:43]}
    browser.get(url)
    secrets |= {*browser.cookies.values(), browser.csrf(), "Ada"}
    browser.get(url)
    Browser(app, browser.op).get("/v1/session", headers={"Authorization": "Bearer vigie_canary"})
    browser.post("/sign-out", data={"csrf": "wrong-canary"})
    # the browser is a client of httpx too, which names each address it asks: not what the hub says
    ours = [record for record in caplog.records if f"GET {ORIGIN}" not in record.getMessage()]
    told = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in ours)
    assert "sign-in did not succeed" in told
    assert [secret for secret in {*secrets, "canary", "eyJ"} if secret in told] == []
