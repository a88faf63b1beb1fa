"""A stream ends within seconds of whatever takes away the right to it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx
import pytest

from hub.database import Role
from ingest_api import stream
from ingest_api.live.mark import read_mark
from ingest_api.signin.sessions import IDLE, Sessions
from tests.access.world import Holder, Somebody, World
from tests.live.following import Stream
from tests.live.test_stream import sensed
from tests.support.patience import PATIENCE


@pytest.fixture
def ada(world: World) -> Holder:
    """Somebody with a reading."""
    holder = world.holder()
    world.keep(sensed(holder, 104, 1))
    return holder


def bearer(world: World, of: Somebody) -> dict[str, str]:
    """A credential of theirs."""
    return {"Authorization": f"Bearer {world.hub.access.create(of.account.role, of.name)}"}


def revoked(world: World, ada: Holder, carer: Somebody) -> None:
    [(grant,)] = world.as_administrator("SELECT id FROM access_grant WHERE account = %s", carer.account.number)
    assert ada.api.request("DELETE", ada.path(f"/grants/{grant}")).status_code == 200


def shut_out(world: World, ada: Holder, carer: Somebody) -> None:
    assert ada.api.post(ada.path("/blocks"), {"account": carer.name}).status_code == 201


def expired(world: World, ada: Holder, carer: Somebody) -> None:
    world.as_administrator("UPDATE access_grant SET during = tstzrange(lower(during), now() + interval '1 second') "
                           "WHERE account = %s", carer.account.number)  # fmt: skip


def token_ended(world: World, ada: Holder, carer: Somebody) -> None:
    world.as_administrator("UPDATE token SET revoked_at = now() WHERE account = %s", carer.account.number)


def record_closed(world: World, ada: Holder, carer: Somebody) -> None:
    assert ada.api.post(ada.path("/close"), {"confirm": str(ada.id)}).status_code == 200


@pytest.mark.parametrize("happens", [revoked, shut_out, expired, token_ended, record_closed])
def test_a_stream_ends_once_it_is_not_theirs_to_see(
    world: World, address: str, ada: Holder, happens: Callable[[World, Holder, Somebody], None]
) -> None:
    carer = world.clinician()
    world.grant(ada, carer)
    with Stream(address, ada.path(), bearer(world, carer)) as following:
        assert next(following.events).data["value"] == 104
        happens(world, ada, carer)
        world.keep(sensed(ada, 300, -0.1))
        rest = [each.data for each in following.events]
    assert len(rest) <= (1 if happens is expired else 0)


def signed_in(world: World, whom: Somebody) -> str:
    with world.database.transaction(Role.REGISTER) as connection:
        return Sessions(connection).open(whom.account)


def test_a_stream_ends_at_sign_out(world: World, address: str, ada: Holder) -> None:
    cookie = signed_in(world, ada)
    with Stream(address, ada.path(), {"Cookie": f"{world.hub.site.session_cookie}={cookie}"}) as following:
        next(following.events)
        with world.database.transaction(Role.REGISTER) as connection:
            Sessions(connection).end(cookie)
        assert list(following.events) == []


def test_an_open_page_does_not_keep_its_session_alive(world: World, address: str, ada: Holder) -> None:
    cookie = signed_in(world, ada)
    with Stream(address, ada.path(), {"Cookie": f"{world.hub.site.session_cookie}={cookie}"}) as following:
        next(following.events)
        nearly = IDLE - timedelta(seconds=3)
        world.as_administrator("UPDATE session SET seen_at = now() - %s WHERE account = %s", nearly, ada.account.number)
        assert list(following.events) == []


def test_a_reading_comes_by_itself_and_then_signs_of_life(
    world: World, address: str, ada: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 1.0)
    with Stream(address, ada.path(), bearer(world, ada)) as following:
        next(following.events)
        world.keep(sensed(ada, 150, 0))
        reading = next(each for each in following.events if each.name != "alive")
        assert reading.data["now"]["value"] == "150"
        alive = next(following.events)
        assert (alive.name, set(alive.data)) == ("alive", {"told_at"})
        assert read_mark(alive.mark, datetime.now(UTC)) is not None


def test_an_account_has_so_many_streams_and_those_left_are_let_go(
    world: World, address: str, ada: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST", 2)
    credential = bearer(world, ada)
    with Stream(address, ada.path(), credential) as one, Stream(address, ada.path(), credential) as other:
        next(one.events), next(other.events)
        refused = httpx.get(f"{address}{ada.path('/stream')}", headers=credential, timeout=PATIENCE)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        carer = world.clinician()
        world.grant(ada, carer)
        with Stream(address, ada.path(), bearer(world, carer)) as another:
            assert next(another.events).name == "reading"
    assert answered(f"{address}{ada.path('/stream')}", credential)


def answered(url: str, credential: dict[str, str]) -> bool:
    """True once it is: the server takes a moment to see that somebody left."""
    until = monotonic() + PATIENCE
    while httpx.get(url, headers=credential, params={"stay": 0}, timeout=PATIENCE).status_code != 200:
        assert monotonic() < until
    return True
