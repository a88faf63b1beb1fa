"""Messages out to a broker, each waited for until the broker has taken it.

While the broker is away nothing is queued here: an alert that waited for its return would ring for what is long over.
Whoever sends keeps it, and knows whether it is still wanted.
"""

from threading import Event, Lock
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device_adapters.mqtt_address import Address
from hub.errors import BrokerError

WITHIN = 5.0
"""Seconds to wait for the broker's word."""


class MqttPublisher:
    """Publishes; connected at the first message. Used by several threads."""

    def __init__(self, url: str) -> None:
        """Prepare; raises SettingsError."""
        self._address = Address.of(url)
        self._starting = Lock()
        self._client: Client | None = None
        self._connected = Event()
        self._refused: set[int] = set()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Returns once the broker has taken it (QoS 1); raises BrokerError if it does not, or not in time."""
        client = self._started()
        if not self._connected.wait(WITHIN):
            raise BrokerError("the broker is not connected; check VIGIE_MQTT_URL")
        sent = client.publish(topic, payload, qos=1, retain=retain)
        try:
            sent.wait_for_publish(WITHIN)
        except (RuntimeError, ValueError):
            raise BrokerError("the broker is not connected; check VIGIE_MQTT_URL") from None
        if not sent.is_published():
            raise BrokerError("the broker did not take a message in time; check that it runs")
        if sent.mid in self._refused:
            self._refused.discard(sent.mid)
            raise BrokerError("the broker refuses the hub this topic; check the account in VIGIE_MQTT_URL")

    def stop(self) -> None:
        """Disconnect, if it ever came to a message."""
        with self._starting:
            if self._client is not None:
                self._client.disconnect()
                self._client.loop_stop()
                self._client = None

    def _started(self) -> Client:
        with self._starting:
            if self._client is None:
                self._client = self._connecting()
            return self._client

    def _connecting(self) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, "", protocol=MQTTv5)
        client.username_pw_set(self._address.user, self._address.password)
        if self._address.tls:
            client.tls_set()
        client.reconnect_delay_set(1, 10)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_publish = self._on_publish
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        client.connect_async(self._address.host, self._address.port, keepalive=30, properties=properties)
        client.loop_start()
        return client

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            self._connected.set()

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        self._connected.clear()

    def _on_publish(self, _client: Client, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        """A refusal is an answer too: paho counts the message as published."""
        if reason.is_failure:
            self._refused.add(mid)
