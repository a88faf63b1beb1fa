"""What a person is told, and their readings, on their home's topics; heard by their listener and nobody else's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.channel import Means
from alerts.delivery.worker import Worker
from alerts.home_topics import heard_by
from device_adapters.mqtt_accounts import BrokerAccounts
from device_adapters.mqtt_publisher import MqttPublisher
from hub.database import Role
from hub.errors import BrokerError
from hub.quantities import Kind, Unit
from hub.sharing import Sharing, Veil
from ingest_api.live.homes import Homes
from ingest_api.routes.readings import said
from tests.access.world import glucose, weight
from tests.alerts.delivery.ringing import Scene
from tests.support.broker import REFUSED, Guest, OwnBroker, guest, own_broker
from tests.support.patience import PATIENCE
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


@dataclass
class Told:
    """What a broker took; while it is `away` it takes nothing."""

    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    away: bool = False

    def publish(self, topic: str, payload: bytes, _: bool) -> None:
        if self.away:
            raise BrokerError("away")
        self.messages.append((topic.rpartition("/")[2], json.loads(payload)))

    def values(self) -> list[float]:
        return [message["value"] for topic, message in self.messages if topic == "reading"]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Looked at without waiting."""
    monkeypatch.setattr("ingest_api.live.homes.EVERY", 0)
    return Told()


def homes(scene: Scene, told: Told, home_assistant: bool = False) -> Homes:
    return Homes(scene.world.database, replace(MEANS, publish=told.publish, home_assistant=home_assistant))


def comes(scene: Scene, *measured: tuple[float, float]) -> None:
    """Glucose, so many minutes ago, at once."""
    scene.world.keep(*(glucose(scene.ada, value, timedelta(minutes=ago)) for ago, value in measured))


def through(scene: Scene, means: Means) -> None:
    scene.worker = Worker(scene.world.database, means)


def test_a_home_hears_what_its_person_is_told(scene: Scene, home: Guest, publisher: MqttPublisher) -> None:
    through(scene, replace(MEANS, publish=publisher.publish))
    scene.address(scene.ada, "mqtt", address="home", reveals=True)
    assert home.subscribe(topic(scene)) == "Granted QoS 1"
    scene.happens()
    scene.deliver()
    name, payload = home.heard.get(timeout=PATIENCE)
    told = json.loads(payload)
    assert (name, told["event_type"], told["title"]) == (topic(scene), "urgent", "Ada: Urgent low glucose")
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_a_home_that_wants_no_values_there_hears_none(scene: Scene, home: Guest, publisher: MqttPublisher) -> None:
    through(scene, replace(MEANS, publish=publisher.publish))
    scene.address(scene.ada, "mqtt", address="home")
    home.subscribe(topic(scene))
    scene.happens()
    scene.deliver()
    told = json.loads(home.heard.get(timeout=PATIENCE)[1])
    assert set(told) == {"event_type", "id", "title", "text", "url"}
    assert "47" not in told["text"]


def test_a_home_hears_no_other_and_says_nothing(scene: Scene, home: Guest) -> None:
    bob = scene.world.holder("Bob")
    assert home.subscribe(f"vigie/v1/people/{bob.id}/alert") == REFUSED
    assert home.subscribe(f"vigie/v1/people/{bob.id}/reading") == REFUSED
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
    name, payload = home.heard.get(timeout=PATIENCE)
    assert (name, json.loads(payload)["state_topic"]) == (found, topic(scene))


def test_whoever_has_no_record_has_no_topic(scene: Scene, publisher: MqttPublisher) -> None:
    through(scene, replace(MEANS, publish=publisher.publish))
    scene.address(scene.mother, "mqtt", address="home")
    scene.chain((scene.mother, 0))
    scene.happens()
    scene.deliver()
    assert scene.states() == [("mother", "raised", "given_up", "no record, so no topic")]


def test_a_home_hears_the_newest_reading_once_and_nothing_goes_back_in_time(scene: Scene, told: Told) -> None:
    scene.address(scene.ada, "mqtt", address="home", reveals=True)
    following = homes(scene, told)
    for measured in [((6, 90.0), (5, 91.0)), (), ((30, 50.0),), ((1, 99.0),)]:
        comes(scene, *measured)
        following.turn()
        homes(scene, told).turn()  # another process, begun just now
    assert told.values() == [91.0, 99.0]
    _, newest = told.messages[-1]
    assert (newest["kind"], newest["unit"]) == ("glucose_interstitial", "mg/dL")


def test_a_reading_that_cannot_be_told_keeps_no_other_home_waiting(
    scene: Scene, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.address(scene.ada, "mqtt", address="home", reveals=True)
    comes(scene, (5, 91.0))
    scene.world.keep(weight(scene.ada, 70.0, timedelta(minutes=1)))
    monkeypatch.setattr("ingest_api.live.homes.said", lambda found, unit: {} if unit is Unit.KG else said(found, unit))
    homes(scene, told).turn()
    assert told.values() == [91.0]


def test_a_home_hears_nothing_hidden_nor_of_others_nor_values_it_did_not_ask_for(scene: Scene, told: Told) -> None:
    scene.address(scene.ada, "mqtt", address="home")
    following = homes(scene, told)
    comes(scene, (9, 90.0))
    following.turn()
    assert told.messages == []
    scene.world.as_administrator("UPDATE contact SET reveals = true")
    with scene.world.database.transaction(Role.REGISTER) as connection:
        Sharing(connection).hide(scene.ada.number, Veil(Kind.GLUCOSE_INTERSTITIAL), scene.ada.account.number)
    bob = scene.world.holder("Bob")
    scene.world.keep(glucose(bob, 80.0, timedelta()), weight(scene.ada, 70.0, timedelta(minutes=1)))
    comes(scene, (2, 92.0))
    following.turn()
    assert told.values() == [70.0]
    scene.world.as_administrator("UPDATE account SET closed_at = now() WHERE number = %s", scene.ada.account.number)
    scene.world.keep(weight(scene.ada, 71.0, timedelta()))
    following.turn()
    assert told.values() == [70.0]


def test_after_an_outage_a_home_hears_what_is_newest_by_then(scene: Scene, told: Told) -> None:
    scene.address(scene.ada, "mqtt", address="home", reveals=True)
    following = homes(scene, told)
    told.away = True
    for ago in (9, 4):
        comes(scene, (ago, 100.0 + ago))
        following.turn()
    told.away = False
    following.turn()
    following.turn()
    assert told.values() == [104.0]


def test_home_assistant_finds_a_sensor_that_forgets_and_is_told_no_old_glucose(scene: Scene, told: Told) -> None:
    scene.address(scene.ada, "mqtt", address="home", reveals=True)
    following = homes(scene, told, home_assistant=True)
    comes(scene, (30, 60.0))
    following.turn()
    comes(scene, (3, 61.0))
    following.turn()
    [(_, config)] = [each for each in told.messages if each[0] == "config"]
    assert (config["unit_of_measurement"], config["expire_after"]) == ("mg/dL", 900)
    assert [message["value"] for topic, message in told.messages if topic == "state"] == [61.0]
    assert config["state_topic"] in heard_by(scene.ada.id)


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
