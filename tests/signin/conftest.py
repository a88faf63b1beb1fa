"""A hub that believes a fake identity provider, both in the test's own process."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from hub.accounts import Account, Accounts, ActorRole
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.identities import Identities
from ingest_api.access import Access
from ingest_api.app import Application, create_app
from ingest_api.intake import Intake
from ingest_api.limits import Limits, Rates
from ingest_api.parts import Hub
from ingest_api.signin.configured import ClaimNames, ProviderSettings
from ingest_api.signin.provider import Provider
from ingest_api.site import Site
from tests.support.record import Record
from vigie.local_provider import Answer, Client, LocalProvider, Somebody

ORIGIN = "https://vigie.example"
ISSUER = "http://127.0.0.1:9999/op"
SECRET = "the-clients-canary-secret"
DR_HOUSE = Somebody("f:1:8100", "Gregory House", {"SubjectNameID": "899700218896", "SubjectRole": ["10^1.2.250"]})
ADA = Somebody("ada-at-op", "Ada Martin")
MALLORY = Somebody("mallory-at-op", "Mallory")
CLIENT = Client("vigie", SECRET, f"{ORIGIN}/sign-in/back", f"{ORIGIN}/sign-in")
PSC = ClaimNames("SubjectNameID", "name", "SubjectRole", "SubjectNameID")


class Forger(LocalProvider):
    """A provider that can be told to lie: `change` alters the claims, `signed` makes the token of them."""

    change: Callable[[dict[str, Any]], None] = staticmethod(lambda _claims: None)
    signed: Callable[[Any], str] | None = None

    described: Callable[[Any], str] | None = None

    def userinfo(self, headers: Mapping[str, str]) -> Answer:
        """As told: signed by `described`, if it is given."""
        plain = super().userinfo(headers)
        told = {**json.loads(plain.body), "iss": ISSUER, "aud": "vigie"}
        return Answer(self.described(told), "application/jwt") if self.described else plain

    def sign(self, claims: Any) -> str:
        """As told."""
        self.change(claims)
        return self.signed(claims) if self.signed else super().sign(claims)


def wire(provider: LocalProvider) -> httpx.Client:
    """A client whose every request that provider answers, without a network."""

    def answer(request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(provider)) as client:
                return await client.send(request)

        answered = asyncio.run(ask())
        return httpx.Response(answered.status_code, headers=answered.headers, content=answered.content)

    return httpx.Client(transport=httpx.MockTransport(answer))


@pytest.fixture(scope="session")
def key() -> RSAKey:
    """The provider's key: making one takes a moment."""
    return RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, auto_kid=False)


@pytest.fixture
def op(key: RSAKey) -> Forger:
    """The provider."""
    return Forger(ISSUER, CLIENT, [DR_HOUSE, ADA, MALLORY], key)


@pytest.fixture
def database(lasting_database: Database) -> Database:
    """One database for a file's tests: a tenth of a second less for each; files that count rows take an empty one."""
    return lasting_database


@pytest.fixture
def desk(database: Database) -> Record:
    """Makes people."""
    return Record(database)


def settings(role: ActorRole, claims: ClaimNames, acr: str | None = None) -> ProviderSettings:
    """The fake provider, as vouching for that role."""
    return ProviderSettings(role, f"OP for <{role}>", ISSUER, "vigie", SECRET, "openid", acr, claims)


@pytest.fixture
def hub(database: Database, op: Forger) -> Hub:
    """The parts behind the API."""
    http = wire(op)
    return Hub(
        database, Intake(database, PostgresDirectory(database)), Access(database), lambda: {"database": True},
        site=Site(ORIGIN),
        limits=Limits(Rates(failures="20/minute")),
        providers={
            "person": Provider(settings(ActorRole.PERSON, ClaimNames()), http),
            "clinician": Provider(settings(ActorRole.CLINICIAN, PSC, "eidas1"), http),
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def built() -> Application:
    """An application without parts: building its routes takes longer than most tests do."""
    return create_app(cast("Hub", None))


@pytest.fixture
def app(built: Application, hub: Hub) -> Application:
    """The application, over this test's parts."""
    built.state.hub = hub
    return built


@dataclass(slots=True)
class Browser:
    """Keeps cookies, goes nowhere by itself, and says where it is as browsers do."""

    app: Application
    op: LocalProvider
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = "203.0.113.7"

    def ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        """One request, its cookies kept."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": jar, "Sec-Fetch-Site": "same-origin", **how.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value}
        answer = asyncio.run(self._ask(method, url, headers=headers, **how))
        for line in answer.headers.get_list("set-cookie"):
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return answer

    async def _ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 40000))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            return await client.request(method, url, **how)

    def get(self, url: str, **how: Any) -> httpx.Response:
        """Look."""
        return self.ask("GET", url, **how)

    def post(self, url: str, **how: Any) -> httpx.Response:
        """Change."""
        return self.ask("POST", url, **how)

    def set_out(self, provider: str) -> dict[str, str]:
        """Begin a sign-in; what the provider is asked."""
        answer = self.get(f"/sign-in/{provider}")
        assert answer.status_code == 303, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def choose(self, asked: dict[str, str], who: Somebody) -> str:
        """At the provider, be somebody; where it sends the browser back to."""
        answer = self.op.authorize({**asked, "as": who.subject})
        assert answer.location is not None, answer.body
        return answer.location

    def sign_in(self, provider: str, who: Somebody) -> httpx.Response:
        """There and back."""
        return self.get(self.choose(self.set_out(provider), who))

    def csrf(self) -> str:
        """The session's token, as pages learn it."""
        token: str = self.get("/v1/session").json()["csrf"]
        return token


@pytest.fixture
def browser(app: Application, op: Forger) -> Browser:
    """A browser that has never been here."""
    return Browser(app, op)


def invited(database: Database, role: ActorRole, name: str) -> tuple[Account, str]:
    """An account and an invitation to it."""
    with database.transaction(Role.REGISTER) as connection:
        account = Accounts(connection).named(role, name)
        return account, Identities(connection).invite(account)
