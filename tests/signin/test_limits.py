"""How often an account may ask and an address may fail, and who is counted behind a proxy."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import SettingsError
from ingest_api.access import ActorRole
from ingest_api.app import create_app
from ingest_api.limits import Limits, Rates, _networks, source
from ingest_api.parts import Hub
from tests.signin.conftest import DR_HOUSE, Browser, Forger
from tests.support.examples import so_many

WRONG = {"Authorization": "Bearer vigie_wrong"}


def limited(hub: Hub, op: Forger, rates: Rates, proxies: str = "") -> Browser:
    """A browser at a hub with those rates."""
    return Browser(create_app(replace(hub, limits=Limits(rates, proxies))), op)


def test_reads_and_writes_of_an_account_are_counted_apart_and_refused_with_a_time(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates(reads="3/minute", writes="2/minute"))
    one, other = (_bearer(hub, name) for name in ("one", "other"))
    reads = [caller.get("/v1/session", headers=one) for _ in range(4)]
    assert [answer.status_code for answer in reads] == [200, 200, 200, 429]
    assert 1 <= int(reads[-1].headers["retry-after"]) <= 60
    assert reads[-1].json()["code"] == "too_many_requests"
    assert [caller.post("/sign-out", headers=one).status_code for _ in range(3)] == [200, 200, 429]
    assert caller.get("/v1/session", headers=other).status_code == 200


def test_wrong_tokens_hold_their_address_off_but_nobody_who_was_let_in_before(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates(failures="2/minute"))
    right = _bearer(hub, "uploader")
    assert caller.get("/v1/session", headers=right).status_code == 200
    answers = [caller.get("/v1/session", headers=WRONG) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert "retry-after" in answers[-1].headers
    assert caller.get("/v1/session", headers=right).status_code == 200
    assert caller.get("/v1/session", headers=_bearer(hub, "new")).status_code == 429
    elsewhere = Browser(caller.app, op, address="198.51.100.1")
    assert elsewhere.get("/v1/session", headers=WRONG).status_code == 401


def test_a_missing_token_is_no_failure(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates(failures="1/minute"))
    assert [caller.get("/v1/session").status_code for _ in range(3)] == [401] * 3


def test_sign_ins_that_fail_hold_their_address_off(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates(failures="2/minute"))
    assert [caller.get("/sign-in/back?code=x&state=y").status_code for _ in range(3)] == [403, 403, 429]


def test_sign_ins_set_out_only_so_often(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates(sign_ins="2/minute"))
    assert [caller.get("/sign-in/clinician").status_code for _ in range(3)] == [303, 303, 429]


def test_the_same_is_said_whatever_is_wrong_with_a_token(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates())
    token = hub.access.create(ActorRole.APP, "x")
    bodies = {caller.get("/v1/session", headers={"Authorization": f"Bearer {t}"}).text for t in ("", "a", token[:-1])}
    assert len(bodies) == 1


def test_signing_in_is_not_counted_as_failing(hub: Hub, op: Forger) -> None:
    caller = limited(hub, op, Rates(failures="1/minute"))
    assert [caller.sign_in("clinician", DR_HOUSE).status_code for _ in range(3)] == [303] * 3


def test_forwarded_addresses_are_believed_from_trusted_proxies_only(hub: Hub, op: Forger) -> None:
    for proxies, expected in (("", [401, 429]), ("203.0.113.0/24", [401, 401])):
        caller = limited(hub, op, Rates(failures="1/minute"), proxies)
        told = [caller.get("/v1/session", headers={**WRONG, "X-Forwarded-For": f"192.0.2.{n}"}) for n in range(2)]
        assert [answer.status_code for answer in told] == expected


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("192.0.2.1", ["10.9.9.9"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6", " 192.0.2.1 "], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6", "192.0.2.1", "10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["192.0.2.1", "rubbish"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3", "10.0.0.2"], "10.0.0.3"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        ("", [], ""),
    ],
)
def test_whom_to_count(peer: str, forwarded: list[str], counted: str) -> None:
    assert source(peer, forwarded, _networks("10.0.0.0/8")) == counted


@settings(max_examples=so_many(50))
@given(st.lists(st.text(max_size=20), max_size=4))
def test_without_trusted_proxies_nothing_forwarded_counts(forwarded: list[str]) -> None:
    assert source("192.0.2.1", forwarded, ()) == "192.0.2.1"


@pytest.mark.parametrize("text", ["x", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.1;10.0.0.2"])
def test_a_list_of_proxies_that_is_none_is_said(text: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_TRUSTED_PROXIES"):
        Limits(trusted_proxies=text)


def _bearer(hub: Hub, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {hub.access.create(ActorRole.APP, name)}"}
