"""What a person is told, on their home's topic at a real broker; heard by their listener and nobody else's."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alerts.channel import Means
from alerts.delivery.worker import Worker
from device_adapters.mqtt_accounts import BrokerAccounts
from device_adapters.mqtt_publisher import MqttPublisher
from hub.errors import BrokerError
from tests.alerts.delivery.ringing import Scene
from tests.support.broker import REFUSED, Guest, OwnBroker, guest, own_broker
from vigie import gateway_accounts

MEANS = Means("https://hub.test")


@pytest.fixture(scope="module")
def own() -> Iterator[OwnBroker]:
    """A broker for this file."""
    with own_broker() as running:
        yield running


@pytest.fixture
def publisher(own: OwnBroker) -> Iterator[MqttPublisher]:
    """As the hub."""
    made = MqttPublisher(own.url)
    yield made
    made.stop()


@pytest.fixture
def home(scene: Scene, own: OwnBroker) -> Iterator[Guest]:
    """Ada's, listening."""
    url = gateway_accounts.add_listener(scene.world.database, own.url, "adas-home", scene.ada.id)
    with guest(url) as listening:
        yield listening
    with BrokerAccounts(own.url) as broker:
        broker.close("adas-home")


def topic(scene: Scene) -> str:
    return f"vigie/v1/people/{scene.ada.id}/alert"


def through(scene: Scene, means: Means) -> None:
    scene.worker = Worker(scene.world.database, means)


def test_a_home_hears_what_its_person_is_told(scene: Scene, home: Guest, publisher: MqttPublisher) -> None:
    through(scene, replace(MEANS, publish=publisher.publish))
    scene.address(scene.ada, "mqtt", address="home", reveals=True)
    assert home.subscribe(topic(scene)) == "Granted QoS 1"
    scene.happens()
    scene.deliver()
    name, payload = home.heard.get(timeout=5)
    told = json.loads(payload)
    assert (name, told["event_type"], told["title"]) == (topic(scene), "urgent", "Ada: Urgent low glucose")
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_a_home_that_wants_no_values_there_hears_none(scene: Scene, home: Guest, publisher: MqttPublisher) -> None:
    through(scene, replace(MEANS, publish=publisher.publish))
    scene.address(scene.ada, "mqtt", address="home")
    home.subscribe(topic(scene))
    scene.happens()
    scene.deliver()
    told = json.loads(home.heard.get(timeout=5)[1])
    assert set(told) == {"event_type", "id", "title", "text", "url"}
    assert "47" not in told["text"]


def test_a_home_hears_no_other_and_says_nothing(scene: Scene, home: Guest) -> None:
    bob = scene.world.holder("Bob")
    assert home.subscribe(f"vigie/v1/people/{bob.id}/alert") == REFUSED
    assert home.subscribe("vigie/v1/people/+/alert") == REFUSED
    assert home.publish(topic(scene)) == REFUSED


def test_home_assistant_finds_the_home_by_a_message_the_broker_keeps(
    scene: Scene, home: Guest, publisher: MqttPublisher
) -> None:
    through(scene, replace(MEANS, publish=publisher.publish, home_assistant=True))
    scene.address(scene.ada, "mqtt", address="home")
    scene.happens()
    scene.deliver()
    found = f"homeassistant/event/vigie_{scene.ada.id.hex}/config"
    assert home.subscribe(found) == "Granted QoS 1"
    name, payload = home.heard.get(timeout=5)
    assert (name, json.loads(payload)["state_topic"]) == (found, topic(scene))


def test_whoever_has_no_record_has_no_topic(scene: Scene, publisher: MqttPublisher) -> None:
    through(scene, replace(MEANS, publish=publisher.publish))
    scene.address(scene.mother, "mqtt", address="home")
    scene.chain((scene.mother, 0))
    scene.happens()
    scene.deliver()
    assert scene.states() == [("mother", "raised", "given_up", "no record, so no topic")]


def test_while_the_broker_is_away_nothing_is_kept_for_its_return(
    own: OwnBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device_adapters.mqtt_publisher.WITHIN", 0.3)
    away = MqttPublisher("mqtt://vigie-hub:x@127.0.0.1:1")
    with pytest.raises(BrokerError):
        away.publish("vigie/v1/people/x/alert", b"{}")
    away.stop()
    stranger = MqttPublisher(own.url.replace("vigie-hub:", "stranger:"))
    with pytest.raises(BrokerError):
        stranger.publish("vigie/v1/people/x/alert", b"{}")
    stranger.stop()
