"""What every answer tells the browser, whatever it answers."""

from dataclasses import replace

import pytest

from ingest_api.app import create_app
from ingest_api.headers import ALWAYS, DATA_POLICY, PAGE_POLICY
from ingest_api.parts import Hub
from ingest_api.site import Site
from tests.signin.conftest import Browser, Forger

EVERY = [
    "/health/live",
    "/metrics",
    "/openapi.json",
    "/v1/session",
    "/sign-in",
    "/sign-in/back",
    "/nothing",
    "/v1/people",
]


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_has_them(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert {name: headers[name] for name in ALWAYS} == ALWAYS
    assert headers["cache-control"] == "no-store"
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert "server" not in headers
    assert headers.get_list("content-security-policy") == [headers["content-security-policy"]]


def test_a_refused_body_and_a_fault_of_ours_have_them_too(
    hub: Hub, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_long = browser.post("/v1/readings", content=b"x" * 2_000_000)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ingest_api.routes.sign_in.page", fails)
    fault = browser.get("/sign-in")
    assert (too_long.status_code, fault.status_code) == (413, 500)
    assert [answer.headers["x-content-type-options"] for answer in (too_long, fault)] == ["nosniff"] * 2


def test_data_may_load_nothing_and_pages_only_from_here(browser: Browser) -> None:
    assert browser.get("/v1/session").headers["content-security-policy"] == DATA_POLICY
    policy = browser.get("/sign-in").headers["content-security-policy"]
    assert policy == PAGE_POLICY
    assert [word for word in ("unsafe", "http", "*", "data:") if word in policy] == []


def test_https_is_asked_for_only_where_it_is_there(hub: Hub, op: Forger) -> None:
    plain = Browser(create_app(replace(hub, site=Site("http://127.0.0.1:8080"))), op)
    assert "strict-transport-security" not in plain.get("/sign-in").headers
