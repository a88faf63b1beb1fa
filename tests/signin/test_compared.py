"""Secrets are compared by what takes as long whatever they share: what that denies is denied, whatever `==` says."""

import pytest
from fastapi import HTTPException

from hub.accounts import ActorRole
from hub.database import Database, Role
from hub.errors import SignInRefused
from ingest_api.access import Access
from ingest_api.signin import guard, id_token
from ingest_api.signin.attempts import Attempts


def denied(monkeypatch: pytest.MonkeyPatch, comparison: str) -> None:
    monkeypatch.setattr(comparison, lambda *_: False)


def test_of_bearer_tokens(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access(database)
    token = access.create(ActorRole.ADMIN)
    denied(monkeypatch, "ingest_api.access.compare_digest")
    assert access.actor(token) is None


def test_of_browsers_that_set_out_to_sign_in(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    denied(monkeypatch, "ingest_api.signin.attempts.compare_digest")
    with database.transaction(Role.REGISTER) as connection:
        attempts = Attempts(connection)
        begun = attempts.begin("person", None)
        assert attempts.take(begun.state, begun.browser) is None


def test_of_nonces(monkeypatch: pytest.MonkeyPatch) -> None:
    denied(monkeypatch, "ingest_api.signin.id_token.compare_digest")
    with pytest.raises(SignInRefused):
        id_token._check_nonce({"nonce": "n"}, "n")


def test_of_the_token_that_only_our_pages_know(monkeypatch: pytest.MonkeyPatch) -> None:
    token = guard.csrf_token("cookie")
    denied(monkeypatch, "hmac.compare_digest")
    with pytest.raises(HTTPException):
        guard.check_token("cookie", token)
