"""The demo's sign-in, over real HTTP on this machine."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from hub.database import Database, Role
from ingest_api.app import create_app
from ingest_api.parts import Hub
from ingest_api.site import Site
from tests.signin.conftest import Browser
from tests.support.record import Record
from vigie.demo_sign_in import DemoSignIn
from vigie.local_provider import Somebody

ORIGIN = "http://127.0.0.1:8099"


@pytest.fixture
def demo(hub: Hub, database: Database, desk: Record) -> Iterator[tuple[DemoSignIn, Browser, str]]:
    """The demo's providers, a browser at its hub, and Ada's id."""
    sign_in = DemoSignIn(Site(ORIGIN))
    ada = str(desk.person().id)
    app = create_app(replace(hub, site=sign_in.signing.site, providers=sign_in.signing.providers))
    browser = Browser(app, sign_in.local[next(iter(sign_in.local))])
    with sign_in.open_for({"Ada": ada}, database):
        yield sign_in, browser, ada
    hang_up(sign_in)


def hang_up(sign_in: DemoSignIn) -> None:
    """Close the connections to its providers, as the hub does when it ends."""
    for provider in sign_in.signing.providers.values():
        provider.close()


def come_back(browser: Browser, provider: str, who: str) -> httpx.Response:
    """There and back, the provider asked over the network."""
    there = browser.get(f"/sign-in/{provider}").headers["location"]
    page = httpx.get(there)
    assert who in page.text
    answer = httpx.get(f"{there}&as={who}")
    assert answer.status_code == 303
    back = urlsplit(answer.headers["location"])
    return browser.get(f"{back.path}?{back.query}")


def test_whoever_sits_here_may_be_anybody_of_the_demo(demo: tuple[DemoSignIn, Browser, str]) -> None:
    _, browser, ada = demo
    assert come_back(browser, "person", ada).status_code == 303
    assert browser.cookies.keys() == {"vigie"}
    assert browser.get("/v1/session").json()["name"] == ada
    assert come_back(browser, "clinician", "demo-clinician").status_code == 303
    assert browser.get("/v1/session").json()["role"] == "clinician"


def test_the_next_demo_has_another_port_and_the_same_people(
    demo: tuple[DemoSignIn, Browser, str], hub: Hub, database: Database
) -> None:
    first, _, ada = demo
    second = DemoSignIn(Site(ORIGIN))
    assert second.port != first.port
    app = create_app(replace(hub, site=second.signing.site, providers=second.signing.providers))
    with second.open_for({"Ada": ada}, database):
        assert come_back(Browser(app, first.local[next(iter(first.local))]), "person", ada).status_code == 303
    hang_up(second)


def test_the_people_let_the_clinician_in_once_and_may_shut_them_out(
    demo: tuple[DemoSignIn, Browser, str], database: Database
) -> None:
    _, browser, ada = demo
    come_back(browser, "clinician", "demo-clinician")
    let_in = browser.get(f"/v1/people/{ada}").status_code
    with database.transaction(Role.REGISTER) as connection:
        connection.execute("UPDATE access_grant SET revoked_at = now()")
    again = DemoSignIn(Site(ORIGIN))
    with again.open_for({"Ada": ada}, database):
        assert (let_in, browser.get(f"/v1/people/{ada}").status_code) == (200, 404)
    hang_up(again)


def test_a_stranger_to_the_provider_gets_nothing(demo: tuple[DemoSignIn, Browser, str]) -> None:
    sign_in, browser, _ = demo
    there = browser.get("/sign-in/person").headers["location"]
    base = f"http://127.0.0.1:{sign_in.port}/person"
    assert httpx.get(there.replace("client_id=vigie-demo", "client_id=other")).status_code == 400
    assert httpx.get(there.replace("sign-in%2Fback", "elsewhere")).status_code == 400
    assert httpx.get(there.replace("code_challenge_method=S256", "code_challenge_method=plain")).status_code == 400
    assert httpx.post(f"{base}/token", data={"code": "x"}).status_code == 401
    assert httpx.get(f"{base}/userinfo").status_code == 401
    assert httpx.get(f"{base}/nothing").status_code == 404


def test_names_on_its_page_are_only_names(demo: tuple[DemoSignIn, Browser, str]) -> None:
    sign_in, browser, _ = demo
    local = next(iter(sign_in.local.values()))
    local.people = {'"><script>': Somebody('"><script>', "<script>alert(1)</script>")}
    assert "<script>" not in httpx.get(browser.get("/sign-in/person").headers["location"]).text
