"""Identity tokens: believed only when signed by the provider's own key, for us, in answer to this very attempt.

OpenID Connect Core 1.0, 3.1.3.7; RFC 8725 (explicit algorithms, no key from the token itself).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from hub.errors import SignInRefused

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Asymmetric only: a symmetric one would make a secret of the provider's public key."""

LEEWAY = 120
"""Seconds by which the provider's clock and ours may differ."""

_FOREIGN_KEYS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64"})
"""Headers by which a token would name its own key, or rules we do not know: refused whatever they hold."""

_EIDAS = ("eidas1", "eidas2", "eidas3")
"""Levels of assurance, each at least as sure as those before it."""

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What an identity token must say; `acr` is the least level of assurance, None if any will do."""

    issuer: str
    client_id: str
    nonce: str
    acr: str | None = None


def read_id_token(token: str, keys: KeySet, expected: Expected, now: int) -> Claims:
    """The claims of an identity token that holds in every respect; raises SignInRefused.

    `now` is in seconds since 1970; `keys` are the provider's own, as fetched from it.
    """
    claims = read_signed(token, keys)
    times = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    )
    try:
        times.validate(dict(claims))
    except (JoseError, OverflowError) as error:
        raise _refused(type(error).__name__) from None
    _check_party(claims, expected.client_id)
    _check_nonce(claims, expected.nonce)
    _check_assurance(claims, expected.acr)
    return claims


def read_signed(token: str, keys: KeySet) -> Claims:
    """What a token says whose signature is one of these keys', by an algorithm of ours; raises SignInRefused."""
    try:
        read = jwt.decode(token, lambda signed: _key(signed.headers(), keys), list(ALGORITHMS), _REGISTRY)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(type(error).__name__) from None
    return read.claims


def _key(header: Mapping[str, Any], keys: KeySet) -> Any:
    """The one key the header names among the provider's; without a name, its only one."""
    if _FOREIGN_KEYS & header.keys():
        raise ValueError("a header that names its own key, or rules of its own")
    suited = [key for key in keys.keys if key.as_dict().get("use", "sig") == "sig"]
    if "kid" in header:
        suited = [key for key in suited if key.kid == header["kid"]]
    if len(suited) != 1:
        raise ValueError("no single key of the provider's")
    return suited[0]


def _check_party(claims: Claims, client_id: str) -> None:
    """Several audiences need `azp`, and it is us whenever it is there (Core, 3.1.3.7, 4 and 5)."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise _refused("azp")


def _check_nonce(claims: Claims, nonce: str) -> None:
    said = claims["nonce"]
    if not isinstance(said, str) or not compare_digest(said.encode("utf-8", "surrogatepass"), nonce.encode()):
        raise _refused("nonce")


def _check_assurance(claims: Claims, least: str | None) -> None:
    enough = _EIDAS[_EIDAS.index(least) :] if least in _EIDAS else (least,)
    if least is not None and claims.get("acr") not in enough:
        raise SignInRefused("this identity was not proven well enough; sign in with a stronger means")


def _refused(why: str) -> SignInRefused:
    """Says which check failed, never what was in the token."""
    return SignInRefused(f"the identity provider's answer does not hold ({why}); begin again")


_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
