"""Tokens and the tickets they are exchanged for."""

from datetime import datetime, timedelta, tzinfo
from hashlib import sha256
from uuid import uuid4

import pytest

from hub.database import Database, Role
from ingest_api import access
from ingest_api.access import TICKET_LIFE, Access, ActorRole


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


def test_a_token_is_an_actors_until_it_is_revoked(database: Database) -> None:
    desk = Access(database)
    token = desk.create(ActorRole.ADMIN)
    actor = desk.actor(token)
    assert actor is not None
    assert actor.role is ActorRole.ADMIN
    with database.transaction(Role.REGISTER) as connection:
        connection.execute("UPDATE token SET revoked_at = now()")
    assert desk.actor(token) is None
    assert Access(database).actor(token) is None


@pytest.mark.parametrize("token", ["", "vigie_", "x" * 10_000, "é", "\ud800", "a\0b", "' OR true --"])
def test_anything_else_is_nobodys(database: Database, token: str) -> None:
    desk = Access(database)
    desk.create(ActorRole.ADMIN)
    assert desk.actor(token) is None


def test_a_token_almost_right_is_nobodys(database: Database) -> None:
    token = Access(database).create(ActorRole.ADMIN)
    assert [Access(database).actor(other) for other in (token[:-1], token + " ", token.upper(), token[6:])] == [
        None
    ] * 4


def test_the_table_holds_only_the_hash(database: Database) -> None:
    token = Access(database).create(ActorRole.ADMIN)
    with database.transaction(Role.REGISTER) as connection:
        rows = connection.execute("SELECT hash, token::text FROM token").fetchall()
    assert [row[0] for row in rows] == [sha256(token.encode()).digest()]
    assert token not in str(rows)
    assert token.removeprefix("vigie_") not in str(rows)


def test_tokens_are_long_and_never_alike(database: Database) -> None:
    tokens = {Access(database).create(ActorRole.ADMIN) for _ in range(5)}
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {len("vigie_") + 43}


def later(by: timedelta) -> type[datetime]:
    """A clock that runs ahead."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Later":
            return cls.fromtimestamp(datetime.now(tz).timestamp() + by.total_seconds(), tz)

    return Later


@pytest.mark.parametrize(("after", "renewed"), [(0.0, False), (0.45, False), (0.55, True), (1.1, True)])
def test_a_ticket_is_used_again_for_half_its_life_and_then_renewed(
    database: Database, monkeypatch: pytest.MonkeyPatch, after: float, renewed: bool
) -> None:
    desk = Access(database)
    token = desk.create(ActorRole.ADMIN)
    first = desk.actor(token)
    monkeypatch.setattr(access, "datetime", later(TICKET_LIFE * after))
    second = desk.actor(token)
    assert first is not None
    assert second is not None
    assert (first.ticket != second.ticket) is renewed
    with database.transaction(Role.API, second.ticket) as connection:
        assert connection.execute("SELECT count(*) FROM api.device").fetchone() == (0,)
    with database.transaction(Role.REGISTER) as connection:
        lives = "SELECT expires_at > now() FROM ticket WHERE value = %s"
        assert connection.execute(lives, (second.ticket,)).fetchone() == (True,)


def test_expired_tickets_are_swept_away_when_one_is_made(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        old = (
            "INSERT INTO ticket (value, account, role, expires_at) "
            "SELECT %s, number, 'admin', now() - interval '1 second' FROM account"
        )
        connection.execute(old, (uuid4(),))
    desk = Access(database)
    actor = desk.actor(desk.create(ActorRole.ADMIN))
    assert actor is not None
    with database.transaction(Role.REGISTER) as connection:
        assert connection.execute("SELECT value FROM ticket").fetchall() == [(actor.ticket,)]


def test_a_ticket_says_nothing_of_its_token(database: Database) -> None:
    desk = Access(database)
    token = desk.create(ActorRole.ADMIN)
    one, other = desk.actor(token), Access(database).actor(token)
    assert one is not None
    assert other is not None
    assert one.ticket != other.ticket
    assert one.ticket.hex not in sha256(token.encode()).hexdigest()
