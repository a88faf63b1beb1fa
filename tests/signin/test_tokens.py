"""`vigie token`, and what its tokens open."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

import pytest
from fastapi import APIRouter, Depends
from typer.testing import CliRunner

from hub.accounts import ActorRole, Scope
from hub.database import Database, Role
from hub.errors import SettingsError, VigieError
from hub.settings import load
from ingest_api.access import Actor
from ingest_api.context import Administrator, Anyone, Hub, Policy
from tests.signin.conftest import Browser
from tests.support.record import Record
from vigie.cli import app as command_line
from vigie.tokens import create, lifetime, revoke

CLOSED = (
    "UPDATE account SET closed_at = now() "
    "WHERE number = (SELECT account FROM token WHERE hash = sha256(%s::text::bytea))"
)


@pytest.fixture
def vigie(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command line, at this database."""
    monkeypatch.setenv("VIGIE_DATABASE_URL", database.url)
    load.cache_clear()
    yield CliRunner()
    load.cache_clear()


@pytest.fixture
def caller(browser: Browser) -> Browser:
    """A caller, at a hub with routes for everybody, for administrators, for readers, for apps that write."""
    router = APIRouter()

    @router.get("/anyone")
    def anyone(actor: Anyone) -> str:
        return actor.name

    @router.get("/administrator")
    def administrator(actor: Administrator) -> str:
        return actor.name

    @router.get("/read")
    def read(actor: Annotated[Actor, Depends(Policy(scope=Scope.READINGS_READ))]) -> str:
        return actor.name

    @router.get("/write")
    def write(actor: Annotated[Actor, Depends(Policy((ActorRole.APP,), Scope.READINGS_WRITE))]) -> str:
        return actor.name

    browser.app.include_router(router)
    return browser


def opened(caller: Browser, token: str) -> dict[str, int]:
    """What each route answers to that token."""
    bearer = {"Authorization": f"Bearer {token}"}
    paths = ("/anyone", "/administrator", "/read", "/write")
    return {path[1:]: caller.get(path, headers=bearer).status_code for path in paths}


def test_it_prints_a_token_and_nothing_else(vigie: CliRunner, desk: Record, caller: Browser) -> None:
    ada = str(desk.person().id)
    for arguments in (
        ["admin"],
        ["create", "--role", "person", "--for", ada],
        ["create", "--role", "app", "--for", "x"],
    ):
        printed = vigie.invoke(command_line, ["token", *arguments]).stdout
        assert (printed.count("\n"), len(printed.strip())) == (1, 49)
        assert opened(caller, printed.strip())["anyone"] == 200


def test_an_unlimited_token_opens_what_its_role_may(hub: Hub, caller: Browser, database: Database) -> None:
    app = create(database.url, "app", "x", [], None)
    assert opened(caller, app) == {"anyone": 200, "administrator": 403, "read": 200, "write": 200}
    clinician = create(database.url, "clinician", "c", [], None)
    assert opened(caller, clinician) == {"anyone": 200, "administrator": 403, "read": 200, "write": 403}
    administrator = hub.access.create(ActorRole.ADMIN)
    assert opened(caller, administrator) == {"anyone": 200, "administrator": 200, "read": 200, "write": 403}


def test_a_limited_token_opens_only_what_names_its_scope(caller: Browser, database: Database) -> None:
    app = create(database.url, "app", "x", ["readings:write"], None)
    assert opened(caller, app) == {"anyone": 403, "administrator": 403, "read": 403, "write": 200}
    both = create(database.url, "app", "x", ["readings:write", "readings:read", "readings:read"], None)
    assert opened(caller, both) == {"anyone": 403, "administrator": 403, "read": 200, "write": 200}


def test_a_limited_administrator_is_limited_too(hub: Hub, caller: Browser) -> None:
    token = hub.access.create(ActorRole.ADMIN, scopes=[Scope.READINGS_READ])
    assert opened(caller, token) == {"anyone": 403, "administrator": 403, "read": 200, "write": 403}


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE token SET revoked_at = now() WHERE hash = sha256(%s::text::bytea)",
        "UPDATE token SET expires_at = now() WHERE hash = sha256(%s::text::bytea)",
        CLOSED,
    ],
    ids=["revoked", "expired", "closed"],
)
def test_a_token_is_refused_at_the_next_request(caller: Browser, database: Database, ended: str) -> None:
    token = create(database.url, "app", f"ended-{uuid4().hex}", [], "1h")
    assert opened(caller, token)["anyone"] == 200
    with database.transaction(Role.REGISTER) as connection:
        connection.execute(ended, (token,))
    assert set(opened(caller, token).values()) == {401}


def test_the_list_shows_no_token_and_leads_to_revoking_one(
    vigie: CliRunner, caller: Browser, database: Database
) -> None:
    token = create(database.url, "app", "to-revoke", [], None)
    listed = vigie.invoke(command_line, ["token", "list"], env={"COLUMNS": "200"}).stdout
    assert token[6:20] not in listed
    identifier = next(line.split()[1] for line in listed.splitlines() if "to-revoke" in line)
    assert vigie.invoke(command_line, ["token", "revoke", identifier]).exit_code == 0
    assert opened(caller, token)["anyone"] == 401


def test_an_actor_has_their_record_on_their_ticket(hub: Hub, desk: Record, database: Database) -> None:
    ada = desk.person()
    actor = hub.access.actor(create(database.url, "caregiver", str(ada.id), [], None))
    assert actor is not None
    assert (actor.role, actor.name, actor.person) == (ActorRole.PERSON, str(ada.id), ada.number)
    with database.transaction(Role.REGISTER) as connection:
        ticket = connection.execute("SELECT account, role, person FROM ticket WHERE value = %s", (actor.ticket,))
        assert ticket.fetchone() == (actor.account, "person", ada.number)


@pytest.mark.parametrize(
    ("role", "holder", "scopes", "expires"),
    [
        ("admin", "x", [], None),
        ("team", "x", [], None),
        ("", "x", [], None),
        ("app", "administrator", [], None),
        ("person", "x", [], None),
        ("app", "x", ["everything"], None),
        ("app", "x", [""], None),
        ("app", "x", [], "soon"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_makes_nothing(
    database: Database, role: str, holder: str, scopes: list[str], expires: str | None
) -> None:
    with database.transaction(Role.REGISTER) as connection:
        before = connection.execute("SELECT count(*) FROM token").fetchone()
    with pytest.raises(VigieError):
        create(database.url, role, holder, scopes, expires)
    with database.transaction(Role.REGISTER) as connection:
        assert connection.execute("SELECT count(*) FROM token").fetchone() == before


@pytest.mark.parametrize(
    ("text", "life"), [("1h", timedelta(hours=1)), ("90d", timedelta(days=90)), ("3660d", timedelta(days=3660))]
)
def test_a_lifetime_is_hours_or_days(text: str, life: timedelta) -> None:
    assert lifetime(text) == life


@pytest.mark.parametrize("text", ["", "0d", "-1d", "90", "d", "3661d", "1 d", "90d\n", "٩d", "999999h"])
def test_anything_else_is_no_lifetime(text: str) -> None:
    with pytest.raises(SettingsError, match="90d"):
        lifetime(text)


def test_an_unknown_identifier_is_said(database: Database) -> None:
    with pytest.raises(VigieError, match="token list"):
        revoke(database.url, "0" * 12)
