"""The broker's side: MQTT 5 over paho, which lives here, in `mqtt_control` and in `mqtt_publisher`.

A message is acknowledged to the broker only when its worker says so, after COMMIT; until then the broker keeps it for
our persistent session. Acknowledgements are numbers that only mean something in the connection they came in, so those
of an earlier connection are dropped: the broker delivers these messages again, and saying it twice changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from threading import Lock
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device_adapters.buffer import Buffer, Delivery, Hearing
from device_adapters.mqtt_address import Address
from hub.faults import named
from hub.measurements import Channel, RawPayload

log = logging.getLogger(__name__)

RECEIVE_MAXIMUM = 2_000
"""Messages the broker may leave with us unacknowledged; Mosquitto from 2.0.21 on keeps to it exactly."""

MOST_BUFFERED_BYTES = 32 * 1024 * 1024
MOST_TAKEN, MOST_TAKEN_BYTES = 1_000, 2 * 1024 * 1024
SESSION_SECONDS = 7 * 24 * 3600
"""How long the broker keeps messages for us while we are away."""

_WRONG_ACCOUNT = "check that VIGIE_MQTT_URL and VIGIE_GATEWAY are those of one account (`vigie gateway-account`)"

NO_TOPIC = "\N{REPLACEMENT CHARACTER}"
"""Stands for a topic that is not UTF-8; no adapter claims it, so the message is quarantined."""


Callback = Callable[..., None]


def _guarded(callback: Callback) -> Callback:
    """An exception in a callback would end paho's thread while it still says it is connected; log it instead."""

    @wraps(callback)
    def guarded(*arguments: Any) -> None:
        try:
            callback(*arguments)
        except Exception as error:  # noqa: BLE001
            log.error("%s; the broker will deliver again what was not acknowledged", named(error))  # noqa: TRY400

    return guarded


class MqttSource:
    """Messages from a broker, in order, each acknowledged when the caller says so."""

    def __init__(self, url: str, client_id: str, filters: Sequence[str]) -> None:
        """Prepare; `url` is mqtt:// or mqtts://user:password@host:port. Raises SettingsError."""
        self._address = Address.of(url)
        self._filters = filters
        self._buffer = Buffer(MOST_BUFFERED_BYTES)
        self._epoch = 0
        self._epoch_lock = Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5, manual_ack=True)
        self._client.username_pw_set(self._address.user, self._address.password)
        if self._address.tls:
            self._client.tls_set()
        self._client.reconnect_delay_set(1, 10)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    @property
    def connected(self) -> bool:
        """True while the broker is reached."""
        return self._client.is_connected()

    def start(self) -> None:
        """Connect in the background, and again whenever the connection breaks."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_SECONDS
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        host, port = self._address.host, self._address.port
        self._client.connect_async(host, port, keepalive=30, clean_start=False, properties=properties)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the broker keeps what is not acknowledged."""
        self._buffer.close()
        self._client.disconnect()
        self._client.loop_stop()

    def take(self, wait: float) -> list[Delivery]:
        """The next messages, as many as one transaction should hold; empty if none came in `wait` seconds."""
        return self._buffer.take(MOST_TAKEN, MOST_TAKEN_BYTES, wait)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Tell the broker that these are safe."""
        with self._epoch_lock:
            for delivery in deliveries:
                if delivery.qos and delivery.epoch == self._epoch:
                    self._client.ack(delivery.mid, delivery.qos)
        self._buffer.done(deliveries)

    def hearing(self) -> Hearing | None:
        """The time during which whatever reached the broker is stored; None while the broker is not reached."""
        return self._buffer.hearing() if self.connected else None

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message, at least once while connected."""
        self._client.publish(topic, payload, qos=1)

    @_guarded
    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker refuses us (%s); check the account in VIGIE_MQTT_URL", reason)
            return
        with self._epoch_lock:
            self._epoch += 1
        self._buffer.interrupted()
        if self._filters:
            client.subscribe([(topic, 1) for topic in self._filters])
        log.info("connected to the broker")

    @_guarded
    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker is gone (%s); trying again", reason)

    @_guarded
    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("the broker does not let this account hear what it must; %s", _WRONG_ACCOUNT)

    @_guarded
    def _on_publish(self, _client: Client, _data: Any, _mid: int, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker takes no message from this account on that topic (%s); %s", reason, _WRONG_ACCOUNT)

    @_guarded
    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        raw = RawPayload(
            Channel.MQTT, _topic(message), bytes(message.payload), datetime.now(UTC),
            retained=message.retain, again=message.dup,
        )  # fmt: skip
        self._buffer.put(Delivery(raw, self._epoch, message.mid, message.qos))


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return NO_TOPIC
