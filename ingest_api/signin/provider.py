"""An identity provider as we speak with it: the way there, the exchange of the code, who it was, the way out.

Authorization code flow with PKCE (S256), the client's secret on the server only. Addresses come from the configured
issuer's own discovery document, never from a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from hub.accounts import fresh_secret
from hub.errors import ProviderSilent, SignInRefused
from hub.identities import Identity
from ingest_api.signin.attempts import Attempt, Returned
from ingest_api.signin.configured import ProviderSettings, identity_of
from ingest_api.signin.discovery import HELD_OFF, WIRE_ERRORS, Discovery, silent
from ingest_api.signin.id_token import Claims, Expected, read_id_token, read_signed

PATIENCE = 5.0
"""Seconds to wait for the provider."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who signed in, and the token by which the provider's own session can be ended."""

    identity: Identity
    id_token: str = field(repr=False)


class Provider:
    """Speaks with one identity provider. Thread-safe."""

    def __init__(self, settings: ProviderSettings, http: httpx.Client | None = None) -> None:
        """Speak with that provider, over a client of its own unless one is given."""
        self.settings = settings
        # a redirect could carry the client's secret elsewhere
        self._http = http or httpx.Client(timeout=PATIENCE, follow_redirects=False)
        self._discovery = Discovery(settings.issuer, self._http)

    def way_there(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes to sign in, to come back to `back`; raises ProviderSilent."""
        asked = {"nonce": attempt.nonce} | ({"acr_values": self.settings.acr} if self.settings.acr else {})
        url, _ = self._client(back).create_authorization_url(
            self._place("authorization_endpoint"), state=attempt.state, code_verifier=attempt.verifier, **asked
        )
        return str(url)

    def arrived(self, code: str, returned: Returned, back: str) -> Arrived:
        """Who came back with that code; raises SignInRefused, ProviderSilent."""
        tokens = self._exchange(code, returned.verifier, back)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise ProviderSilent("the identity provider gave no identity token; try again later")
        claims = self._believed(id_token, returned.nonce)
        return Arrived(identity_of({**self._described(access_token, claims), **claims}, self.settings), id_token)

    def way_out(self, id_token: str, back: str) -> str | None:
        """Where the browser goes to end its session at the provider too; None if it has no such place.

        OpenID Connect RP-Initiated Logout 1.0. Raises ProviderSilent.
        """
        place = self._discovery.known().place("end_session_endpoint")
        asked = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": back,
            "client_id": self.settings.client_id,
            "state": fresh_secret(),  # FranceConnect wants one; nothing hangs on its coming back
        }
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}" if place else None

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _place(self, name: str) -> str:
        place = self._discovery.known().place(name)
        if place is None:
            raise silent()
        return place

    def _client(self, back: str) -> Any:
        known = self._discovery.known().document.get("token_endpoint_auth_methods_supported", [])
        only_in_body = "client_secret_post" in known and "client_secret_basic" not in known
        return OAuth2Client(
            _Session(self._http),
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
            scope=self.settings.scope,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post" if only_in_body else "client_secret_basic",
        )

    def _exchange(self, code: str, verifier: str, back: str) -> Mapping[str, Any]:
        try:
            tokens: Mapping[str, Any] = self._client(back).fetch_token(
                self._place("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except OAuth2Error:
            raise SignInRefused("the identity provider does not know this sign-in any more; begin again") from None
        except WIRE_ERRORS:
            raise silent() from None
        return tokens

    def _believed(self, id_token: str, nonce: str) -> Claims:
        """What the identity token says; a second look with fresh keys, should the provider have changed its own."""
        expected = Expected(self.settings.issuer, self.settings.client_id, nonce, self.settings.acr)
        known = self._discovery.known()
        try:
            return read_id_token(id_token, known.keys, expected, int(time()))
        except SignInRefused:
            fresh = self._discovery.known(HELD_OFF)
            if fresh is known:
                raise
        return read_id_token(id_token, fresh.keys, expected, int(time()))

    def _described(self, access_token: str, believed: Claims) -> Claims:
        """What the provider adds of the same subject (Core 1.0, 5.3.2), signed or not; nothing if it has no place."""
        place = self._discovery.known().place("userinfo_endpoint")
        if place is None:
            return {}
        try:
            answer = self._http.get(place, headers={"Authorization": f"Bearer {access_token}"}).raise_for_status()
            signed = "jwt" in answer.headers.get("content-type", "")
            told = self._signed(answer.text) if signed else answer.json()
        except WIRE_ERRORS:
            raise silent() from None
        if not isinstance(told, Mapping) or told.get("sub") != believed["sub"]:
            raise SignInRefused("the identity provider described somebody else; begin again")
        return told

    def _signed(self, text: str) -> Claims:
        told = read_signed(text, self._discovery.known().keys)
        audience = told.get("aud")
        ours = self.settings.client_id in (audience if isinstance(audience, list) else [audience])
        if told.get("iss") != self.settings.issuer or not ours:
            raise SignInRefused("the identity provider's description is not for us; begin again")
        return told


class _Session:
    """What authlib posts with: its way of proving who the client is, over httpx."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> httpx.Response:
        url, proven, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self._http.post(url, headers=proven, content=body)
