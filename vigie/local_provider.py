"""A small OpenID Connect provider for the demo and the tests: whoever sits at this machine may be any of its people.

It vouches for nobody: it refuses to be anywhere but on loopback, and no setting can make a hub believe it (issuers in
VIGIE_OIDC_… begin with https). The demo hands it to its own hub, within one process.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from hub.errors import SettingsError
from ingest_api.site import is_loopback

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CODE_LIFE = 60
TOKEN_LIFE = 300
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who may be chosen; `claims` are told besides `sub` and `name`."""

    subject: str
    name: str
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the hub, and where browsers go back to."""

    id: str
    secret: str = field(repr=False)
    back: str
    after: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    who: Somebody
    nonce: str
    challenge: str
    until: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its body, or where to go."""

    body: str = ""
    kind: str = "application/json"
    status: int = 200
    location: str | None = None


class LocalProvider:
    """An ASGI application: discovery, keys, a page to choose who one is, tokens, description, way out."""

    def __init__(self, issuer: str, client: Client, people: Sequence[Somebody], key: RSAKey | None = None) -> None:
        """At that address, for that one client; raises SettingsError beyond loopback."""
        if not is_loopback(urlsplit(issuer).hostname or ""):
            raise SettingsError("the demo's identity provider lets anybody be anybody; it stays on this machine")
        self.issuer = issuer
        self.client = client
        self.people = {each.subject: each for each in people}
        self.key = key or RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig"}, auto_kid=False)
        self._codes: dict[str, Grant] = {}
        self._bearers: dict[str, Somebody] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        answer = self.answer(scope["path"], _fields(scope["query_string"]), _fields(body), _headers(scope))
        told = {"content-type": answer.kind, "cache-control": "no-store", "referrer-policy": "no-referrer"}
        told |= {"location": answer.location} if answer.location else {}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body.encode()})

    def answer(
        self, path: str, asked: Mapping[str, str], sent: Mapping[str, str], headers: Mapping[str, str]
    ) -> Answer:
        """What to say to a request: its query, its form, its headers."""
        match path.removeprefix(urlsplit(self.issuer).path):
            case "/.well-known/openid-configuration":
                return _json(self.document())
            case "/keys":
                return _json(dict(KeySet([self.key]).as_dict()))
            case "/authorize":
                return self.authorize(asked)
            case "/token":
                return self.token(sent, headers)
            case "/userinfo":
                return self.userinfo(headers)
            case "/end":
                return Answer(status=303, location=self.client.after)
        return _error("not_found", 404)

    def document(self) -> dict[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0, section 3)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def authorize(self, asked: Mapping[str, str]) -> Answer:
        """The page to choose who one is; once chosen (`as`), the way back with a code."""
        held = asked.get("client_id"), asked.get("redirect_uri"), asked.get("response_type")
        if held != (self.client.id, self.client.back, "code"):
            return _error("invalid_request")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return _error("invalid_request")
        who = self.people.get(asked.get("as", ""))
        if who is None:
            return Answer(self._choices(asked), "text/html; charset=utf-8")
        code = secrets.token_urlsafe(32)
        self._codes[code] = Grant(who, asked.get("nonce", ""), asked["code_challenge"], time() + CODE_LIFE)
        back = urlencode({"code": code, "state": asked.get("state", ""), "iss": self.issuer})
        return Answer(status=303, location=f"{self.client.back}?{back}")

    def token(self, sent: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Tokens for a code, once, to the client that knows its secret and the code's verifier."""
        pair = base64.b64encode(f"{self.client.id}:{self.client.secret}".encode()).decode()
        if not hmac.compare_digest(headers.get("authorization", "").encode(), f"Basic {pair}".encode()):
            return _error("invalid_client", 401)
        grant = self._codes.pop(sent.get("code", ""), None)
        proven = base64.urlsafe_b64encode(sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if grant is None or grant.until < time() or grant.challenge != proven:
            return _error("invalid_grant")
        if sent.get("redirect_uri") != self.client.back or sent.get("grant_type") != "authorization_code":
            return _error("invalid_grant")
        bearer = secrets.token_urlsafe(32)
        self._bearers[bearer] = grant.who
        id_token = self.sign(self.claims(grant))
        return _json({"access_token": bearer, "token_type": "Bearer", "expires_in": TOKEN_LIFE, "id_token": id_token})

    def claims(self, grant: Grant) -> dict[str, Any]:
        """What the identity token says."""
        now = int(time())
        return {
            "iss": self.issuer, "sub": grant.who.subject, "aud": self.client.id, "azp": self.client.id,
            "iat": now, "exp": now + TOKEN_LIFE, "nonce": grant.nonce, "acr": "eidas1",
        }  # fmt: skip

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The identity token that says that."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, dict(claims), self.key)

    def userinfo(self, headers: Mapping[str, str]) -> Answer:
        """Who the bearer of that token is."""
        who = self._bearers.get(headers.get("authorization", "").removeprefix("Bearer "))
        return _json({"sub": who.subject, "name": who.name, **who.claims}) if who else _error("invalid_token", 401)

    def _choices(self, asked: Mapping[str, str]) -> str:
        links = "".join(
            f'<li><a href="?{escape(urlencode({**asked, "as": who.subject}))}">{escape(who.name)}</a></li>'
            for who in self.people.values()
        )
        title = "Démonstration : qui êtes-vous ? / Demo: who are you?"
        return f"{_HEAD}<title>{title}</title><h1>{title}</h1><ul>{links}</ul>"


_HEAD = (
    '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<link rel="icon" href="data:,"><style>body{font:1.125rem system-ui;margin:1rem}li{padding:.5rem}</style>'
)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _fields(encoded: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(encoded.decode("latin-1")).items()}


def _json(told: Mapping[str, Any]) -> Answer:
    return Answer(json.dumps(told))


def _error(name: str, status: int = 400) -> Answer:
    return Answer(json.dumps({"error": name}), status=status)
