"""Where an identity provider's places are and which keys it signs with, as its own discovery document says."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.errors import ProviderSilent

FRESH = 3600.0
"""Seconds a discovery document and its keys are used before they are fetched again."""

HELD_OFF = 60.0
"""Seconds between fetches for a token that does not hold, so that forged ones cannot make us flood the provider."""

WIRE_ERRORS = (httpx.HTTPError, httpx.InvalidURL, ValueError)
_NEEDED = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri"})


@dataclass(frozen=True, slots=True)
class Known:
    """What was found at a moment (monotonic seconds): its document, its keys."""

    at: float
    document: Mapping[str, Any]
    keys: KeySet

    def place(self, name: str) -> str | None:
        """The address of that name, if the provider has one."""
        place = self.document.get(name)
        return place if isinstance(place, str) else None


class Discovery:
    """Finds, and remembers for FRESH seconds. Thread-safe."""

    def __init__(self, issuer: str, http: httpx.Client) -> None:
        """Of that issuer."""
        self._issuer = issuer
        self._http = http
        self._fetching = Lock()
        self._known: Known | None = None

    def known(self, fresh: float = FRESH) -> Known:
        """What was found at most `fresh` seconds ago; raises ProviderSilent."""
        with self._fetching:
            if self._known is None or monotonic() - self._known.at > fresh:
                self._known = self._found()
            return self._known

    def _found(self) -> Known:
        document = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        places = {name: str(at) for name, at in document.items() if name.endswith(("_endpoint", "_uri"))}
        if document.get("issuer") != self._issuer or not places.keys() >= _NEEDED:
            raise ProviderSilent("the identity provider's discovery document is not its own; check its issuer setting")
        # https all along; plain http only for the demo's own, whose issuer is
        if any(urlsplit(at).scheme not in ("https", urlsplit(self._issuer).scheme) for at in places.values()):
            raise ProviderSilent("the identity provider names an address without https; check its issuer setting")
        keys: Any = self._fetch(places["jwks_uri"])
        try:
            return Known(monotonic(), document, KeySet.import_key_set(keys))
        except (JoseError, ValueError, KeyError, TypeError):
            raise silent() from None

    def _fetch(self, url: str) -> Mapping[str, Any]:
        try:
            told = self._http.get(url).raise_for_status().json()
        except WIRE_ERRORS:
            raise silent() from None
        if not isinstance(told, Mapping):
            raise silent()
        return told


def silent() -> ProviderSilent:
    """What to say of a provider that does not keep to its protocol."""
    return ProviderSilent("the identity provider does not answer as it should; try again later")
