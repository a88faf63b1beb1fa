"""The broker's side, against a real Mosquitto: kept until acknowledged, acknowledged once, never stopped."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Thread
from time import monotonic
from uuid import uuid4

import pytest
from paho.mqtt.client import MQTTMessage

from device_adapters.buffer import CROWDED, Buffer, Delivery
from device_adapters.mqtt import NO_TOPIC, MqttSource
from hub.errors import SettingsError
from hub.measurements import Channel, RawPayload
from tests.support.patience import PATIENCE

Connect = Callable[[str], MqttSource]


def gather(source: MqttSource, most: int, within: float = PATIENCE) -> list[Delivery]:
    """What comes, until so many have or the time is over."""
    found: list[Delivery] = []
    until = monotonic() + within
    while len(found) < most and monotonic() < until:
        found += source.take(0.05)
    return found


def wait_until_it_hears(source: MqttSource, topic: str) -> None:
    """A message sent before the subscription stands is nobody's: send until one comes, then take up to the last."""
    until, asked, heard = monotonic() + PATIENCE, 0, list[Delivery]()
    while not heard:
        assert monotonic() < until, "the broker does not answer"
        asked += 1
        source.publish(topic, f"is anybody there? ({asked})".encode())
        heard = source.take(0.05)
    while not heard[-1].raw.payload.endswith(f"({asked})".encode()):
        heard += gather(source, 1)
    source.acknowledge(heard)


@pytest.fixture
def topic() -> str:
    return f"test/{uuid4().hex}"


@pytest.fixture
def connect(mqtt_url: str, topic: str) -> Iterator[Connect]:
    """Connects under a name; everything is disconnected at the end."""
    sources: list[MqttSource] = []

    def connect_as(name: str) -> MqttSource:
        source = MqttSource(mqtt_url, f"{name}-{topic}", [topic])
        source.start()
        sources.append(source)
        wait_until_it_hears(source, topic)
        return source

    yield connect_as
    for source in sources:
        source.stop()


def payloads(deliveries: list[Delivery]) -> list[bytes]:
    return [delivery.raw.payload for delivery in deliveries]


def test_a_message_not_acknowledged_comes_again_in_the_next_connection(
    connect: Connect, mqtt_url: str, topic: str
) -> None:
    first = connect("worker")
    first.publish(topic, b"1")
    assert payloads(gather(first, 1)) == [b"1"]
    first.stop()

    second = MqttSource(mqtt_url, f"worker-{topic}", [topic])
    second.start()
    again = gather(second, 1)
    second.acknowledge(again)
    second.stop()

    assert [(d.raw.payload, d.raw.again) for d in again] == [(b"1", True)]


def test_messages_come_in_order_with_their_topic_and_time(connect: Connect, topic: str) -> None:
    source, before = connect("worker"), datetime.now(UTC)
    for number in range(50):
        source.publish(topic, str(number).encode())

    found = gather(source, 50)

    assert payloads(found) == [str(number).encode() for number in range(50)]
    assert {delivery.raw.source for delivery in found} == {topic}
    assert all(before <= delivery.raw.received_at <= datetime.now(UTC) for delivery in found)


def test_an_acknowledgement_of_an_earlier_connection_is_dropped(connect: Connect, topic: str) -> None:
    source = connect("worker")
    source.publish(topic, b"1")
    (delivery,) = gather(source, 1)
    sent: list[int] = []
    source._client.ack = lambda mid, _qos: sent.append(mid)  # type: ignore[method-assign,assignment,return-value]

    source.acknowledge([Delivery(delivery.raw, delivery.epoch - 1, delivery.mid, delivery.qos)])
    assert sent == []

    source.acknowledge([delivery])
    assert sent == [delivery.mid]


def test_a_callback_that_fails_does_not_end_the_connection(
    connect: Connect, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = connect("worker")
    with monkeypatch.context() as broken:
        broken.setattr(source._buffer, "put", lambda _: 1 / 0)
        source.publish(topic, b"lost in the callback")
        assert gather(source, 1, within=0.5) == []

    source.publish(topic, b"after")

    assert payloads(gather(source, 1)) == [b"after"]


def test_a_topic_that_is_not_utf8_is_passed_on_for_quarantine(connect: Connect) -> None:
    source = connect("worker")
    message = MQTTMessage(1, b"\xff\xfe")
    message.payload = b"{}"
    source._on_message(source._client, None, message)

    assert [delivery.raw.source for delivery in gather(source, 1)] == [NO_TOPIC]


@pytest.mark.parametrize("url", ["", "localhost:1883", "http://localhost", "mqtt://", "mqtt://host:port"])
def test_an_address_that_is_none_is_refused_with_its_form(url: str) -> None:
    with pytest.raises(SettingsError, match="mqtt://user:password@host:port"):
        MqttSource(url, "name", [])


def delivery(payload: bytes) -> Delivery:
    return Delivery(RawPayload(Channel.MQTT, "topic", payload, datetime.now(UTC)), 1, 1, 1)


def test_a_full_buffer_makes_the_network_wait_until_something_is_taken() -> None:
    buffer = Buffer(most_bytes=10)
    buffer.put(delivery(b"0123456789"))
    waiting = Thread(target=buffer.put, args=(delivery(b"next"),))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()

    assert payloads(buffer.take(1, 1_000, 0)) == [b"0123456789"]
    waiting.join(PATIENCE)

    assert payloads(buffer.take(1, 1_000, 0)) == [b"next"]


def test_a_buffer_gives_no_more_than_asked_for_and_nothing_when_empty() -> None:
    buffer = Buffer(most_bytes=1_000)
    for number in range(5):
        buffer.put(delivery(str(number).encode()))

    assert payloads(buffer.take(2, 1_000, 0)) == [b"0", b"1"]
    assert payloads(buffer.take(10, 1, 0)) == [b"2"]
    assert payloads(buffer.take(10, 1_000, 0)) == [b"3", b"4"]
    assert buffer.take(10, 1_000, 0.01) == []


def test_what_came_is_known_to_be_stored_up_to_the_oldest_in_hand() -> None:
    buffer = Buffer(most_bytes=1_000)
    first, second = delivery(b"1"), delivery(b"2")
    buffer.put(first)
    buffer.put(second)
    taken = buffer.take(10, 1_000, 0)
    assert buffer.hearing().until == first.raw.received_at

    buffer.done(taken[:1])
    assert buffer.hearing().until == second.raw.received_at

    buffer.done(taken[1:])
    assert buffer.hearing().until > second.raw.received_at


def test_when_many_are_in_hand_or_the_connection_broke_more_may_be_waiting_elsewhere() -> None:
    buffer = Buffer(most_bytes=1_000)
    begun = buffer.hearing().since
    for number in range(CROWDED - 1):
        buffer.put(delivery(str(number).encode()))
    assert buffer.hearing().since == begun

    buffer.put(delivery(b"one more"))
    crowded = buffer.hearing().since
    assert crowded > begun

    buffer.interrupted()
    assert buffer.hearing().since > crowded
