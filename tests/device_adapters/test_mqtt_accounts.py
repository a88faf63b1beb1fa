"""Accounts at the broker, against a real Mosquitto: each held to its own topics, cut when closed, refused when odd."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.mqtt_accounts import BrokerAccounts, client_id, new_password
from device_adapters.mqtt_address import Address
from device_adapters.mqtt_control import Control
from device_adapters.mqtt_topics import checked_name, checked_topics, overlap
from hub.errors import BrokerError, Conflict, NotFound, RecordError, SettingsError
from tests.support.broker import REFUSED, TAKEN, OwnBroker, guest, own_broker
from tests.support.patience import PATIENCE


@pytest.fixture(scope="module")
def own() -> Iterator[OwnBroker]:
    """A broker for this file: what is said here must not reach the hubs of other tests."""
    with own_broker() as running:
        yield running


@pytest.fixture
def mqtt_url(own: OwnBroker) -> str:
    """As the hub."""
    return own.url


@pytest.fixture
def broker(mqtt_url: str) -> Iterator[BrokerAccounts]:
    with BrokerAccounts(mqtt_url) as accounts:
        yield accounts


@pytest.fixture
def name() -> str:
    """A name no other test has."""
    return f"home-{uuid4().hex[:12]}"


def test_a_gateway_says_and_hears_its_own_topics_and_nothing_else(
    broker: BrokerAccounts, mqtt_url: str, name: str
) -> None:
    url = broker.open(name, new_password())
    with guest(mqtt_url) as hub, guest(url, client_id(name)) as gateway:
        hub.subscribe(f"vigie/v1/up/{name}")
        assert gateway.publish(f"vigie/v1/up/{name}", b"mine") in TAKEN
        assert hub.heard.get(timeout=PATIENCE) == (f"vigie/v1/up/{name}", b"mine")
        for topic in (f"vigie/v1/up/{name}x", f"vigie/v1/up/{name}/x", f"vigie/v1/ack/{name}", "dusun_pub"):
            assert gateway.publish(topic) == REFUSED
        assert gateway.subscribe(f"vigie/v1/ack/{name}") == "Granted QoS 1"
        for topic in ("#", "vigie/v1/ack/+", "vigie/v1/ack/other", f"vigie/v1/up/{name}", "$CONTROL/#"):
            assert gateway.subscribe(topic) == REFUSED
        hub.publish("vigie/v1/ack/other", b"another's")
        hub.publish(f"vigie/v1/ack/{name}", b"its own")
        assert gateway.heard.get(timeout=PATIENCE) == (f"vigie/v1/ack/{name}", b"its own")


def test_who_has_no_account_stays_out(mqtt_url: str, broker: BrokerAccounts, name: str) -> None:
    hub = Address.of(mqtt_url)
    broker.open(name, new_password())
    guess = hub.url_for(name, new_password())
    with guest(f"mqtt://{hub.host}:{hub.port}") as anonymous, guest(guess, client_id(name)) as wrong:
        assert (anonymous.welcome, wrong.welcome) == (REFUSED, REFUSED)


def test_a_gateway_cannot_come_in_under_the_client_id_of_the_hub_or_of_another(
    broker: BrokerAccounts, mqtt_url: str, name: str
) -> None:
    url = broker.open(name, new_password())
    for foreign in (Address.of(mqtt_url).hub_session, client_id("another"), ""):
        with guest(url, foreign) as thief:
            assert thief.welcome == REFUSED


def test_the_hubs_session_has_a_name_only_who_has_its_password_knows() -> None:
    one, other = Address.of("mqtt://vigie-hub:one@h"), Address.of("mqtt://vigie-hub:other@h")
    assert one.hub_session == Address.of("mqtt://vigie-hub:one@elsewhere:1").hub_session
    assert one.hub_session != other.hub_session
    assert one.hub_session.startswith("vigie-intake-")
    assert "other" not in repr(other)


def test_a_closed_account_is_cut_and_stays_out(broker: BrokerAccounts, name: str) -> None:
    url = broker.open(name, new_password())
    with guest(url, client_id(name)) as gateway:
        assert gateway.publish(f"vigie/v1/up/{name}") in TAKEN
        broker.close(name)
        assert gateway.cut.get(timeout=PATIENCE)
    with guest(url, client_id(name)) as again:
        assert again.welcome == REFUSED
    broker.close(name)
    assert [account.enabled for account in broker.list() if account.name == name] == [False]


def test_opening_again_gives_a_new_password_and_cuts_whoever_has_the_old(broker: BrokerAccounts, name: str) -> None:
    old = broker.open(name, new_password())
    with guest(old, client_id(name)) as gateway:
        new = broker.open(name, new_password())
        assert gateway.cut.get(timeout=PATIENCE)
    with guest(old, client_id(name)) as with_the_old, guest(new, client_id(name)) as with_the_new:
        assert (with_the_old.welcome, with_the_new.welcome) == (REFUSED, "Success")


def test_a_closed_account_may_be_opened_again(broker: BrokerAccounts, name: str) -> None:
    broker.open(name, new_password())
    broker.close(name)
    with guest(broker.open(name, new_password()), client_id(name)) as gateway:
        assert gateway.publish(f"vigie/v1/up/{name}") in TAKEN


def test_a_sender_says_its_topics_and_hears_nothing(broker: BrokerAccounts, name: str) -> None:
    url = broker.open_sender(name, [f"home/{name}/BTtoMQTT/+", f"miscale/{name}/weight"], new_password())
    with guest(url) as sender:
        assert sender.publish(f"home/{name}/BTtoMQTT/C8478CC09589") in TAKEN
        assert sender.publish(f"miscale/{name}/weight") in TAKEN
        for topic in ("home/other/BTtoMQTT/C8478CC09589", f"miscale/{name}x/weight", f"vigie/v1/up/{name}"):
            assert sender.publish(topic) == REFUSED
        assert sender.subscribe(f"home/{name}/BTtoMQTT/+") == REFUSED


def test_a_sender_is_held_to_its_client_id_until_it_is_let_off(broker: BrokerAccounts, name: str) -> None:
    topics = [f"tele/{name}/SENSOR"]
    held = broker.open_sender(name, topics, new_password(), "balance")
    with guest(held, "balance") as own, guest(held, "another") as foreign:
        assert (own.welcome, foreign.welcome) == ("Success", REFUSED)
    with guest(broker.open_sender(name, topics, new_password()), "another") as let_off:
        assert let_off.welcome == "Success"


def test_other_topics_replace_those_a_sender_had(broker: BrokerAccounts, name: str) -> None:
    broker.open_sender(name, [f"tele/{name}-one/SENSOR"], new_password())
    url = broker.open_sender(name, [f"tele/{name}-two/SENSOR"], new_password())
    with guest(url) as sender:
        assert sender.publish(f"tele/{name}-one/SENSOR") == REFUSED
        assert sender.publish(f"tele/{name}-two/SENSOR") in TAKEN


def test_a_topic_is_one_senders_only(broker: BrokerAccounts, name: str) -> None:
    broker.open_sender(name, [f"home/{name}/BTtoMQTT/+"], new_password())
    with pytest.raises(Conflict, match=f"{name} speaks on such a topic already"):
        broker.open_sender(f"{name}-2", [f"home/{name}/BTtoMQTT/C8478CC09589"], new_password())
    assert [account.says for account in broker.list() if account.name.startswith(name)] == [
        (f"home/{name}/BTtoMQTT/+",)
    ]


def test_the_topics_of_a_closed_sender_are_free(broker: BrokerAccounts, name: str) -> None:
    topics = [f"tele/{name}/SENSOR"]
    broker.open_sender(name, topics, new_password())
    broker.close(name)
    broker.open_sender(f"{name}-2", topics, new_password())
    with pytest.raises(Conflict, match=f"{name}-2 speaks on such a topic already"):
        broker.open_sender(name, topics, new_password())


def test_a_name_keeps_its_kind(broker: BrokerAccounts, name: str) -> None:
    broker.open(name, new_password())
    with pytest.raises(Conflict, match="another kind"):
        broker.open_sender(name, [f"tele/{name}/SENSOR"], new_password())


def test_accounts_that_are_not_ours_are_left_alone(broker: BrokerAccounts, mqtt_url: str) -> None:
    assert "vigie-hub" not in [account.name for account in broker.list()]
    with pytest.raises(Conflict, match="did not make"):
        broker.open("vigie-hub", new_password())
    with pytest.raises(Conflict, match="did not make"):
        broker.close("vigie-hub")
    with guest(mqtt_url) as hub:
        assert hub.welcome == "Success"


def test_closing_what_never_was_is_said(broker: BrokerAccounts, name: str) -> None:
    with pytest.raises(NotFound, match="gateway-account list"):
        broker.close(name)


@pytest.mark.parametrize("odd", ["", "+", "#", "a/b", "$SYS", "a b", "a\n", "\u0007", "é", "a" * 65, "%u", "a+"])
def test_an_odd_name_is_refused_before_anything_is_sent(odd: str) -> None:
    unreachable = BrokerAccounts("mqtt://vigie-hub:x@127.0.0.1:1")
    for attempt in (
        lambda: unreachable.open(odd, new_password()),
        lambda: unreachable.close(odd),
        lambda: checked_name(odd),
    ):
        with pytest.raises(RecordError, match="1 to 64 letters and digits"):
            attempt()


@pytest.mark.parametrize("short", ["", "nineteen-characters", "control-characters-\n-in-it", "x" * 201])
def test_a_password_that_could_be_guessed_or_broken_is_refused_before_anything_is_sent(short: str) -> None:
    with pytest.raises(SettingsError, match="20 to 200 random characters") as told:
        BrokerAccounts("mqtt://vigie-hub:x@127.0.0.1:1").open("home", short)
    assert not short or short not in str(told.value)


@pytest.mark.parametrize(
    "topic",
    [
        "#", "+", "+/+/BTtoMQTT/+", "home/+/BTtoMQTT/+", "home/kitchen/#", "miscale/+/weight", "",
        "home/kitchen/BTtoMQTT/a+", "vigie/v1/up/home", "vigie/v1/up/+", "$SYS/a/BTtoMQTT/b", "home//BTtoMQTT/+",
        "$CONTROL/dynamic-security/v1", "home/kit\nchen/BTtoMQTT/+", "unheard/of", "home/kitchen/BTtoMQTT",
        f"home/{'k' * 200}/BTtoMQTT/+", "dexpy/+", "scale/body-composition/+",
    ],
)  # fmt: skip
def test_a_topic_that_is_everybodys_or_nobodys_is_refused(topic: str) -> None:
    with pytest.raises(RecordError, match=r"cannot be a sender's topic|no adapter understands"):
        checked_topics([topic])


@pytest.mark.parametrize(
    "topic",
    [
        "home/kitchen/BTtoMQTT/+", "home/kitchen/BTtoMQTT/C8478CC09589", "openScaleSync/alice/measurements/+",
        "openScaleSync/measurements/insert", "miscale/Alice/weight", "scale/body-composition",
        "scale/body-composition/dad", "scale/body-composition/dad/status", "tele/bathroom/SENSOR", "dusun_pub",
        "dexpy/alice", "glucose/current", "mi.scale2",
    ],
)  # fmt: skip
def test_a_topic_an_adapter_understands_is_taken(topic: str) -> None:
    assert checked_topics([topic, topic]) == [topic]


def test_a_sender_needs_a_topic_and_not_too_many() -> None:
    for topics in ([], [f"miscale/{number}/weight" for number in range(21)]):
        with pytest.raises(RecordError, match="1 to 20 topics"):
            checked_topics(topics)


LEVELS = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=4).map("/".join)


@given(LEVELS, LEVELS)
def test_overlapping_is_mutual_and_everything_overlaps_itself(one: str, other: str) -> None:
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, one)
    assert overlap(one, "/".join("+" for _ in one.split("/")))


def test_a_broker_that_is_away_is_said() -> None:
    with pytest.raises(BrokerError, match="vigie services status"), Control("mqtt://vigie-hub:x@127.0.0.1:1"):
        pass


def test_who_may_not_manage_accounts_is_told_what_is_missing(broker: BrokerAccounts, mqtt_url: str, name: str) -> None:
    url = broker.open_sender(name, [f"tele/{name}/SENSOR"], new_password())
    with pytest.raises(BrokerError, match="dynamic-security plugin"), BrokerAccounts(url):
        pass
    wrong = Address.of(mqtt_url).url_for("vigie-hub", "wrong")
    with pytest.raises(BrokerError, match=r"refuses us \(Not authorized\)"), BrokerAccounts(wrong):
        pass


def test_the_plugins_refusal_is_named(mqtt_url: str) -> None:
    with Control(mqtt_url) as control, pytest.raises(BrokerError, match="refuses disableClient: Client not found"):
        control.tell({"command": "disableClient", "username": "nobody-of-that-name"})


def test_two_conversations_do_not_mistake_each_others_answers(mqtt_url: str) -> None:
    with Control(mqtt_url) as one, Control(mqtt_url) as other:
        for number in range(20):
            assert other.ask({"command": "getClient", "username": f"nobody-{number}"})[0].error
            (hub,) = one.tell({"command": "getClient", "username": "vigie-hub"})
            assert hub["client"]["username"] == "vigie-hub"


def test_the_url_of_an_account_is_read_back_as_it_was_meant() -> None:
    for host in ("mqtt://h", "mqtts://h:1", "mqtt://[::1]:5"):
        address = Address.of(Address.of(host).url_for("home.17_-", "p/w:@%é"))
        assert (address.user, address.password) == ("home.17_-", "p/w:@%é")
        assert (address.host, address.port, address.tls) == (
            Address.of(host).host,
            Address.of(host).port,
            Address.of(host).tls,
        )


def test_accounts_outlive_a_kill_of_the_broker(own: OwnBroker, name: str) -> None:
    with BrokerAccounts(own.url) as accounts:
        url = accounts.open(name, new_password())
        shut_out = accounts.open(f"{name}-closed", new_password())
        accounts.close(f"{name}-closed")
    own.kill()
    own.start()
    with guest(url, client_id(name)) as gateway, guest(shut_out, client_id(f"{name}-closed")) as closed:
        assert gateway.publish(f"vigie/v1/up/{name}") in TAKEN
        assert gateway.publish("vigie/v1/up/another") == REFUSED
        assert closed.welcome == REFUSED
