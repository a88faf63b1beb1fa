"""What holds for every route: who may ask, how errors look, what is served besides."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from hub.database import Database, Role
from hub.errors import DatabaseError
from ingest_api.access import ActorRole
from ingest_api.app import ALL, HEALTH, Application, create_app
from ingest_api.context import Hub, Public, policy_of
from tests.ingest_api.test_api_register import ADA, problem
from tests.support.http import Api
from tests.support.messages import item, native
from tests.support.record import Record

OPEN = {"/health/live", "/health/ready", "/metrics"}
SIGN_IN = {"/sign-in", "/sign-in/invitation", "/sign-in/administrator", "/sign-in/back", "/sign-in/{provider}"}
SHARED = {"/preferences", "/static/{name}", "/sw.js", "/v1/calendars/{secret}.ics"}
VERBS = {"get", "post", "put", "patch", "delete"}


def routes(app: Application) -> list[tuple[str, str]]:
    """Every verb and path of the OpenAPI description."""
    return [(verb, path) for path, verbs in app.openapi()["paths"].items() for verb in verbs if verb in VERBS]


def filled(path: str) -> str:
    """The path with somebody who does not exist."""
    return path.replace("{person}", str(uuid4()))


@pytest.mark.parametrize("token", [None, "", "vigie_wrong", "x" * 5000], ids=["none", "empty", "wrong", "long"])
def test_every_route_but_health_asks_for_a_token(app: Application, token: str | None) -> None:
    stranger = Api(app, token)
    closed = [(verb, filled(path)) for verb, path in routes(app) if path not in OPEN | SIGN_IN | SHARED]
    assert len(closed) >= 7
    answers = [stranger.request(verb.upper(), path, json={}) for verb, path in closed]
    assert [problem(answer) for answer in answers] == [(401, "unauthorized")] * len(closed)
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_every_route_declares_who_may_ask() -> None:
    every = [route for module in ALL for route in module.router.routes]
    declared = {route.path: policy_of(route) for route in every if isinstance(route, APIRoute)}
    assert len(every) > 15
    assert [path for path, policy in declared.items() if policy is None] == []
    assert {path for path, policy in declared.items() if isinstance(policy, Public)} == OPEN | SIGN_IN | SHARED


@pytest.mark.parametrize("header", ["Basic {}", "bearer", "Bearer", "Token {}", "{}", "Bearer é{}"])
def test_a_token_comes_as_a_bearer_token_only(app: Application, hub: Hub, header: str) -> None:
    token = hub.access.create(ActorRole.ADMIN)
    answer = Api(app, None).request(
        "GET", f"/v1/people/{uuid4()}", headers={b"Authorization": header.format(token).encode()}
    )
    assert problem(answer) == (401, "unauthorized")


def test_a_revoked_token_is_refused_at_the_next_request(app: Application, hub: Hub) -> None:
    token = hub.access.create(ActorRole.ADMIN)
    holder = Api(app, token)
    assert holder.get(f"/v1/people/{uuid4()}").status_code == 404
    with hub.database.transaction(Role.REGISTER) as connection:
        connection.execute("UPDATE token SET revoked_at = now() WHERE hash = sha256(%s)", (token.encode(),))
    assert problem(holder.get(f"/v1/people/{uuid4()}")) == (401, "unauthorized")


def test_paths_and_verbs_that_are_not_there_are_problems(api: Api) -> None:
    assert problem(api.get("/v1/nothing")) == (404, "not_found")
    assert problem(api.request("DELETE", "/v1/people")) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/v1/people", "/v1/devices", "/v1/households", "/v1/readings"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_too_long_is_refused_whether_it_says_so_or_not(api: Api, path: str, declared: bool) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 50_000

    body: object = b" " * 2_000_000 if declared else flood()
    assert problem(api.request("POST", path, content=body)) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(app: Application, length: str) -> None:
    sent: list[dict[str, object]] = []

    async def call() -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/v1/people", "raw_path": b"/v1/people", "query_string": b"", "root_path": "",
            "headers": [(b"content-length", length.encode())],
        }  # fmt: skip

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            sent.append(message)

        await app(scope, receive, send)

    asyncio.run(call())
    assert sent[0]["status"] in (400, 413)


def test_openapi_names_every_route_and_says_how_to_sign_in(app: Application) -> None:
    answer = Api(app, None).get("/openapi.json")
    assert answer.status_code == 200
    described = answer.json()
    assert {
        "/v1/people",
        "/v1/devices",
        "/v1/people/{person}/pairings",
        "/v1/households",
        "/v1/readings",
        "/v1/people/{person}/readings",
        "/v1/people/{person}/latest",
        *OPEN,
    } <= set(described["paths"])
    assert described["paths"]["/v1/people"]["post"]["security"]
    assert [Api(app, None).get(page).status_code for page in ("/docs", "/redoc")] == [404, 404]


# ── Health ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_live_and_ready(app: Application) -> None:
    stranger = Api(app, None)
    assert (stranger.get("/health/live").status_code, stranger.get("/health/ready").json()) == (200, {"database": True})


def test_it_is_not_ready_while_a_part_does_not_work(hub: Hub) -> None:
    broken = Api(create_app(replace(hub, ready=lambda: {"database": True, "broker": False}), HEALTH), None)
    answer = broken.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "broker": False})
    assert broken.get("/health/live").status_code == 200


def test_a_process_without_the_api_answers_health_only(hub: Hub) -> None:
    app = create_app(hub, HEALTH)
    assert {path for _, path in routes(app)} == OPEN


def test_metrics_count_and_name_nobody(app: Application, hub: Hub, desk: Record) -> None:
    person, device = desk.wearer()
    hub.intake.accept([native(item("1", device.address), item("2", "nobody", value=123.456))])
    text = Api(app, None).get("/metrics").text
    assert 'vigie_readings_total{fate="stored"}' in text
    assert 'vigie_refusals_total{reason="unknown_device"}' in text
    assert [
        secret for secret in (str(person.id), device.address, str(device.id), "123.456", "nobody") if secret in text
    ] == []


# ── When things break ────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_database_every_answer_says_to_try_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.database.ANSWER_WITHIN", 0.1)
    nowhere = Database("postgresql://vigie_admin:secret@127.0.0.1:1/vigie")
    broken = replace(hub, database=nowhere, ready=lambda: {"database": nowhere.answers()})
    api = Api(create_app(broken), hub.access.create(ActorRole.ADMIN))
    answers = [api.get(f"/v1/people/{uuid4()}"), api.get(f"/v1/people/{uuid4()}/latest"), api.post("/v1/people", ADA)]
    assert [problem(answer) for answer in answers] == [(503, "database_error")] * 3
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}
    assert api.get("/health/ready").status_code == 503
    nowhere.close()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(DatabaseError("gone"), 503, "database_error"), (ZeroDivisionError("with a secret"), 500, "fault")],
)
def test_a_failure_behind_a_route_is_a_problem_that_tells_no_secret(
    hub: Hub, api: Api, app: Application, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("ingest_api.opened.whose", fails)
    answer = api.get(f"/v1/people/{uuid4()}/latest")
    assert problem(answer) == (status, code)
    assert "secret" not in answer.text


def test_a_fault_is_logged_by_its_place_and_its_message_reaches_nobody(
    api: Api, app: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("with a secret")

    async def ask() -> httpx.Response:
        # like the server: what the application raises is not caught
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return await client.get(f"/v1/people/{uuid4()}/latest", headers=api._headers)

    monkeypatch.setattr("ingest_api.opened.whose", fails)
    assert asyncio.run(ask()).status_code == 500
    assert "unforeseen ZeroDivisionError in /v1/people/{person}/latest, at " in caplog.text
    assert "secret" not in caplog.text
