"""Gateways' accounts in the register and at the broker alike, and what is mended when the two differ."""

import logging
from collections.abc import Iterator

import pytest

from device_adapters.mqtt_accounts import BrokerAccounts, client_id, new_password
from device_adapters.mqtt_address import Address
from hub.database import Database, Role
from hub.errors import BrokerError, Conflict, NotFound, RecordError
from hub.gateways import Gateways
from tests.support.broker import REFUSED, TAKEN, OwnBroker, guest, own_broker
from tests.support.patience import PATIENCE
from vigie import gateway_accounts
from vigie.serve import Part, hub
from vigie.services import processes

AWAY = "mqtt://vigie-hub:x@127.0.0.1:1"


@pytest.fixture(scope="module")
def own() -> Iterator[OwnBroker]:
    """A broker for this file."""
    with own_broker() as running:
        yield running


@pytest.fixture
def mqtt_url(own: OwnBroker) -> Iterator[str]:
    """As the hub; every account is removed afterwards."""
    yield own.url
    with BrokerAccounts(own.url) as broker:
        for account in broker.list():
            broker.close(account.name)


def registered(database: Database) -> dict[str, bool]:
    with database.transaction(Role.REGISTER) as connection:
        return dict(Gateways(connection).known())


def test_an_added_gateway_is_registered_and_comes_in(swept_database: Database, mqtt_url: str) -> None:
    url = gateway_accounts.add(swept_database, mqtt_url, "added")
    assert registered(swept_database) == {"added": True}
    with guest(url, client_id("added")) as gateway:
        assert gateway.publish("vigie/v1/up/added") in TAKEN


def test_a_password_may_be_given(swept_database: Database, mqtt_url: str) -> None:
    url = gateway_accounts.add(swept_database, mqtt_url, "told", "vigie_a-token-made-elsewhere")
    assert ":vigie_a-token-made-elsewhere@" in url


def test_a_removed_gateway_is_closed_in_both_and_its_tokens_are_revoked(
    swept_database: Database, mqtt_url: str
) -> None:
    url = gateway_accounts.add(swept_database, mqtt_url, "removed")
    with swept_database.transaction(Role.REGISTER) as connection:
        connection.execute(
            "INSERT INTO token (hash, account) SELECT sha256('t'), number FROM account WHERE name = 'removed'"
        )
    with guest(url, client_id("removed")) as gateway:
        gateway_accounts.remove(swept_database, mqtt_url, "removed")
        assert gateway.cut.get(timeout=PATIENCE)
    gateway_accounts.add(swept_database, mqtt_url, "removed")
    with swept_database.transaction(Role.REGISTER) as connection:
        assert connection.execute("SELECT revoked_at IS NOT NULL FROM token").fetchall() == [(True,)]


def test_the_name_of_somebody_who_is_no_gateway_is_refused(swept_database: Database, mqtt_url: str) -> None:
    with swept_database.transaction(Role.REGISTER) as connection:
        connection.execute("INSERT INTO account (role, name) VALUES ('clinician', 'dr-house')")
    with pytest.raises(Conflict, match="no gateway is known by that name"):
        gateway_accounts.add(swept_database, mqtt_url, "dr-house")
    with BrokerAccounts(mqtt_url) as broker:
        assert "dr-house" not in [account.name for account in broker.list()]


def test_removing_touches_nobody_who_is_no_gateway(swept_database: Database, mqtt_url: str) -> None:
    with swept_database.transaction(Role.REGISTER) as connection:
        connection.execute("INSERT INTO account (role, name) VALUES ('clinician', 'dr-house')")
    with pytest.raises(NotFound):
        gateway_accounts.remove(swept_database, mqtt_url, "dr-house")
    with swept_database.transaction(Role.REGISTER) as connection:
        assert connection.execute("SELECT closed_at FROM account").fetchall() == [(None,)]


def test_what_the_broker_refuses_is_not_registered(swept_database: Database, mqtt_url: str) -> None:
    with pytest.raises(Conflict, match="did not make"):
        gateway_accounts.add(swept_database, mqtt_url, "vigie-hub")
    with pytest.raises(RecordError, match="1 to 64"):
        gateway_accounts.add(swept_database, mqtt_url, "a/b")
    with pytest.raises(RecordError, match="no adapter understands"):
        gateway_accounts.add_sender(swept_database, mqtt_url, "sender", ["unheard/of"])
    with pytest.raises(BrokerError, match="cannot be reached"):
        gateway_accounts.add(swept_database, AWAY, "home")
    assert registered(swept_database) == {}


def test_removing_what_never_was_is_said(swept_database: Database, mqtt_url: str) -> None:
    with pytest.raises(NotFound, match="gateway-account list"):
        gateway_accounts.remove(swept_database, mqtt_url, "never")


def test_the_list_shows_each_and_where_the_two_differ(swept_database: Database, mqtt_url: str) -> None:
    gateway_accounts.add(swept_database, mqtt_url, "a-gateway")
    gateway_accounts.add_sender(swept_database, mqtt_url, "b-sender", ["tele/b/SENSOR", "miscale/b/weight"])
    gateway_accounts.add(swept_database, mqtt_url, "c-removed")
    gateway_accounts.remove(swept_database, mqtt_url, "c-removed")
    with swept_database.transaction(Role.REGISTER) as connection:
        Gateways(connection).open("d-registered-only")
    with BrokerAccounts(mqtt_url) as broker:
        broker.open("e-at-the-broker-only", new_password())
    shown = [line for line in gateway_accounts.lines(swept_database, mqtt_url) if line[1] == "-"]
    assert shown == [
        "a-gateway  gateway  open  vigie/v1/up/a-gateway",
        "b-sender  sender  open  tele/b/SENSOR miscale/b/weight",
        "c-removed  gateway  closed  vigie/v1/up/c-removed",
        "d-registered-only  -  no account at the broker: add it",
        "e-at-the-broker-only  gateway  open at the broker only: add or remove it  vigie/v1/up/e-at-the-broker-only",
    ]


def test_what_is_open_at_the_broker_only_can_be_removed(swept_database: Database, mqtt_url: str) -> None:
    with BrokerAccounts(mqtt_url) as broker:
        url = broker.open("stray", new_password())
    gateway_accounts.remove(swept_database, mqtt_url, "stray")
    with guest(url, client_id("stray")) as stray:
        assert stray.welcome == REFUSED


def test_a_gateway_removed_while_the_broker_was_away_is_shut_out_when_the_hub_starts(
    swept_database: Database, mqtt_url: str
) -> None:
    url = gateway_accounts.add(swept_database, mqtt_url, "halfway")
    other = gateway_accounts.add(swept_database, mqtt_url, "untouched")
    with pytest.raises(BrokerError):
        gateway_accounts.remove(swept_database, AWAY, "halfway")
    with hub(swept_database.url, mqtt_url, parts=[Part.INTAKE]):
        pass
    with guest(url, client_id("halfway")) as closed, guest(other, client_id("untouched")) as still_open:
        assert (closed.welcome, still_open.welcome) == (REFUSED, "Success")


def test_a_hub_whose_broker_is_away_says_so_and_goes_on(
    swept_database: Database, mqtt_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    gateway_accounts.add(swept_database, mqtt_url, "closed-long-ago")
    gateway_accounts.remove(swept_database, mqtt_url, "closed-long-ago")
    with caplog.at_level(logging.WARNING):
        gateway_accounts.settle(swept_database, AWAY)
    assert "is not known: the broker cannot be reached" in caplog.text


def test_the_hubs_session_is_under_an_id_that_gateways_cannot_guess(
    swept_database: Database, mqtt_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), hub(swept_database.url, mqtt_url, parts=[Part.INTAKE]):
        assert processes.wait_until(lambda: "connected to the broker" in caplog.text, 5)
    with guest(mqtt_url, "vigie-intake") as guessed, guest(mqtt_url, Address.of(mqtt_url).hub_session) as known:
        assert (guessed.resumed, known.resumed) == (False, True)
