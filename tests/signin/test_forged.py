"""Identity tokens that do not hold, each forged in one respect: nobody is signed in by any of them.

The list is that of the trust file (R16): what Pro Santé Connect's and FranceConnect's integrators are examined on.
"""

import base64
import hmac
import json
from collections.abc import Callable
from time import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from hub.errors import SignInRefused
from ingest_api.signin.id_token import LEEWAY, Expected, read_id_token
from tests.signin.conftest import CLIENT, DR_HOUSE, ISSUER, Browser, Forger

Claims = dict[str, Any]
EVIL = "https://evil.example"
OTHERS_KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, auto_kid=False)


def part(told: object) -> str:
    """One part of a token."""
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def signed(header: dict[str, Any], key: Any, algorithms: list[str] | None = None) -> Callable[[Claims], str]:
    """Tokens with that header, by that key."""
    return lambda claims: jwt.encode(header, claims, key, algorithms)


def raw(header: dict[str, Any], key: RSAKey) -> Callable[[Claims], str]:
    """Tokens rightly signed whatever their header says."""

    def make(claims: Claims) -> str:
        right = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
        body = f"{part(header)}.{right.split('.')[1]}"
        signature = key.raw_value.sign(body.encode(), *_PKCS1)  # type: ignore[union-attr]
        return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    return make


def by_hmac(header: dict[str, Any], secret: bytes) -> Callable[[Claims], str]:
    """Tokens whose signature anybody can make who knows `secret`, which may be a public key."""

    def make(claims: Claims) -> str:
        body = f"{part(header)}.{part(claims)}"
        signature = hmac.digest(secret, body.encode(), "sha256")
        return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    return make


def _pkcs1() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return padding.PKCS1v15(), hashes.SHA256()


_PKCS1 = _pkcs1()


def forgeries(key: RSAKey) -> dict[str, Callable[[Claims], str]]:
    """Every way to sign that must not count."""
    as_dict = {name: str(value) for name, value in OTHERS_KEY.as_dict(private=False).items()}
    plain = {"alg": "RS256", "kid": "k1"}
    return {
        "alg none": lambda claims: f"{part({'alg': 'none'})}.{part(claims)}.",
        "alg none, kid of the key": lambda claims: f"{part({'alg': 'none', 'kid': 'k1'})}.{part(claims)}.",
        "alg None in capitals": lambda claims: f"{part({'alg': 'NONE', 'kid': 'k1'})}.{part(claims)}.",
        "HS256 by the public key": by_hmac({"alg": "HS256", "kid": "k1"}, key.as_pem(private=False)),
        "HS256 by the public key, no kid": by_hmac({"alg": "HS256"}, key.as_pem(private=False)),
        "HS256 by the client's secret": by_hmac({"alg": "HS256"}, CLIENT.secret.encode()),
        "RS512, an algorithm not asked for": signed({"alg": "RS512", "kid": "k1"}, key, ["RS512"]),
        "another's key under the same name": signed(plain, OTHERS_KEY),
        "another's key, put into the token": raw({**plain, "jwk": as_dict}, OTHERS_KEY),
        "a jwk in the token, though rightly signed": raw({**plain, "jwk": as_dict}, key),
        "a jku in the token": raw({**plain, "jku": f"{EVIL}/keys"}, key),
        "an x5u in the token": raw({**plain, "x5u": f"{EVIL}/cert"}, key),
        "an x5c in the token": raw({**plain, "x5c": ["MIIB"]}, key),
        "an unknown kid": raw({"alg": "RS256", "kid": "k2"}, key),
        "a kid that is no text": raw({"alg": "RS256", "kid": ["k1"]}, key),
        "crit": raw({**plain, "crit": ["exp"]}, key),
        "crit of what we do not know": raw({**plain, "crit": ["vigie"], "vigie": 1}, key),
        "b64": raw({**plain, "b64": False}, key),
        "no alg": raw({"kid": "k1"}, key),
        "signature left out": lambda claims: f"{part(plain)}.{part(claims)}.",
        "two parts": lambda claims: f"{part(plain)}.{part(claims)}",
        "not a token": lambda _: "none",
        "not a token, nested deep": lambda _: "[" * 10_000,
        "claims that are no object": lambda _: f"{part(plain)}.{part([1])}.AA",
    }


NAMES = list(forgeries(OTHERS_KEY))


@pytest.mark.parametrize("name", NAMES)
def test_a_token_signed_in_any_other_way_signs_nobody_in(browser: Browser, op: Forger, key: RSAKey, name: str) -> None:
    op.signed = forgeries(key)[name]
    answer = browser.sign_in("clinician", DR_HOUSE)
    assert (answer.status_code, "__Host-vigie" in browser.cookies) == (403, False)


def without(*names: str) -> Callable[[Claims], None]:
    """Leave claims out."""

    def leave_out(claims: Claims) -> None:
        for name in names:
            del claims[name]

    return leave_out


def _become(claims: Claims, others: Claims) -> None:
    claims.clear()
    claims.update(others)


def at(**told: Any) -> Callable[[Claims], None]:
    """Claim something else; a number is seconds from when the token is made."""

    def claim(claims: Claims) -> None:
        now = int(time())
        times = ("exp", "iat", "nbf", "auth_time")
        values = {name: now + v if type(v) is int and name in times else v for name, v in told.items()}
        # None leaves a claim out
        _become(claims, {name: said for name, said in {**claims, **values}.items() if said is not None})

    return claim


LIES: dict[str, Callable[[Claims], None]] = {
    "another nonce": at(nonce="another"),
    "no nonce": without("nonce"),
    "a nonce that is no text": at(nonce=["x"]),
    "another issuer": at(iss=EVIL),
    "the issuer with a slash": at(iss=f"{ISSUER}/"),
    "no issuer": without("iss"),
    "another audience": at(aud="another"),
    "no audience": without("aud"),
    "several audiences and no azp": at(aud=["vigie", "another"], azp=None),
    "another's azp": at(azp="another"),
    "another's azp among several": at(aud=["vigie", "another"], azp="another"),
    "expired": at(exp=-LEEWAY - 10),
    "expired ten minutes ago": at(exp=-600, iat=-900),
    "no expiry": without("exp"),
    "an expiry that is none": at(exp="tomorrow"),
    "an expiry beyond numbers": at(exp=float("nan")),
    "made ten minutes ahead": at(iat=600, exp=900),
    "valid in ten minutes": at(nbf=600),
    "no time of making": without("iat"),
    "no subject": without("sub"),
    "a subject that is no text": at(sub=1),
    "another subject than the description's": at(sub="another"),
    "no acr where one is required": without("acr"),
    "a lesser acr": at(acr="eidas0"),
    "an acr that is a list": at(acr=["eidas1"]),
    "an e-mail address for a key": at(SubjectNameID="g.house@example.org"),
    "an empty key": at(SubjectNameID=""),
    "a key that is no text": at(SubjectNameID=899700218896),
    "a key that would have to be cut": at(SubjectNameID="9" * 201),
}


@pytest.mark.parametrize("name", list(LIES))
def test_a_token_that_claims_anything_else_signs_nobody_in(browser: Browser, op: Forger, name: str) -> None:
    op.change = LIES[name]
    answer = browser.sign_in("clinician", DR_HOUSE)
    assert (answer.status_code, "__Host-vigie" in browser.cookies) == (403, False)


TRUTHS: dict[str, Callable[[Claims], None]] = {
    "as it is": lambda _claims: None,
    "several audiences, azp ours": at(aud=["vigie", "another"]),
    "one audience in a list": at(aud=["vigie"]),
    "no azp": without("azp"),
    "a clock a minute behind": at(exp=-60),
    "a clock a minute ahead": at(iat=60, nbf=60),
    "a higher acr": at(acr="eidas3"),
}


@pytest.mark.parametrize("name", list(TRUTHS))
def test_a_token_that_holds_signs_in(browser: Browser, op: Forger, name: str) -> None:
    op.change = TRUTHS[name]
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 303
    assert "__Host-vigie" in browser.cookies


def test_a_signed_description_is_believed_as_the_token_is(browser: Browser, op: Forger, key: RSAKey) -> None:
    op.described = signed({"alg": "RS256", "kid": "k1"}, key)
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 303


@pytest.mark.parametrize(
    "told", [{"sub": "another"}, {"iss": EVIL}, {"aud": "another"}, {"aud": None}, {"sub": None}], ids=repr
)
def test_a_signed_description_for_another_or_of_another_is_not(
    browser: Browser, op: Forger, key: RSAKey, told: Claims
) -> None:
    op.described = lambda claims: signed({"alg": "RS256", "kid": "k1"}, key)({**claims, **told})
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 403


@pytest.mark.parametrize("name", ["alg none", "HS256 by the public key", "another's key under the same name"])
def test_a_description_signed_in_any_other_way_is_not(browser: Browser, op: Forger, key: RSAKey, name: str) -> None:
    op.described = forgeries(key)[name]
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 403


def test_keys_that_changed_are_fetched_anew_but_not_at_every_forgery(
    browser: Browser, op: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 303
    op.key = OTHERS_KEY
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 403
    monkeypatch.setattr("ingest_api.signin.provider.HELD_OFF", -1.0)
    assert browser.sign_in("clinician", DR_HOUSE).status_code == 303


def test_without_a_kid_the_only_key_counts_and_among_several_none(key: RSAKey) -> None:
    expected = Expected(ISSUER, "vigie", "n")
    now = 1_800_000_000
    claims = {"iss": ISSUER, "aud": "vigie", "sub": "s", "nonce": "n", "iat": now, "exp": now + 60}
    token = jwt.encode({"alg": "RS256"}, claims, key)
    assert read_id_token(token, KeySet([key]), expected, now)["sub"] == "s"
    other = RSAKey.import_key({**OTHERS_KEY.as_dict(private=False), "kid": "k9"})
    with pytest.raises(SignInRefused, match="begin again"):
        read_id_token(token, KeySet([key, other]), expected, now)
    for_encryption = RSAKey.import_key({**OTHERS_KEY.as_dict(private=False), "kid": "k9", "use": "enc"})
    assert read_id_token(token, KeySet([key, for_encryption]), expected, now)["sub"] == "s"
