"""Talking with Mosquitto's dynamic-security plugin: commands in one message, its answers in another.

The plugin (2.0.21) carries each command out and writes its file before it answers; what is answered is kept. It says
its answers to everybody who listens, so that each conversation knows its own by a mark.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, Queue
from time import monotonic
from typing import Any, Self
from uuid import uuid4

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from device_adapters.mqtt_address import Address
from hub.errors import BrokerError

COMMANDS = "$CONTROL/dynamic-security/v1"
ANSWERS = f"{COMMANDS}/response"
PATIENCE = 5.0
"""Seconds to wait for an answer; the plugin takes milliseconds."""

_NO_PLUGIN = (
    "the broker does not let us manage its accounts: VIGIE_MQTT_URL must be an account that may use "
    "$CONTROL/dynamic-security/#, of a Mosquitto with its dynamic-security plugin (docs/services.md)"
)

Command = Mapping[str, Any]

_Said = Queue[list[dict[str, Any]] | BrokerError]
"""What the callbacks, in paho's thread, heard; an empty list once the answers can be heard."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the plugin said to one command: why it refused, if it did, and what it told."""

    command: str
    error: str | None
    data: Mapping[str, Any]


class Control:
    """One conversation with the plugin, for a `with` block; not for several threads at once."""

    def __init__(self, url: str) -> None:
        """Prepare; `url` is the hub's. Raises SettingsError."""
        self.address = Address.of(url)
        self._said: _Said = Queue()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, userdata=self._said)
        self._client.username_pw_set(self.address.user, self.address.password)
        if self.address.tls:
            self._client.tls_set()
        self._client.on_connect = _on_connect
        self._client.on_subscribe = _on_subscribe
        self._client.on_publish = _on_publish
        self._client.on_message = _on_message

    def __enter__(self) -> Self:
        """Connect; raises BrokerError."""
        try:
            self._client.connect(self.address.host, self.address.port, keepalive=30)
        except OSError as error:
            raise BrokerError(f"the broker cannot be reached ({error}); check `vigie services status`") from error
        self._client.loop_start()
        try:
            self._next(monotonic() + PATIENCE)
        except BrokerError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def ask(self, *commands: Command) -> Sequence[Answer]:
        """What the plugin answers to each, in order, refusals among them; raises BrokerError if it does not answer."""
        mark, until = uuid4().hex, monotonic() + PATIENCE
        marked = [{**command, "correlationData": mark} for command in commands]
        self._client.publish(COMMANDS, json.dumps({"commands": marked}).encode(), qos=1)
        while True:
            said = [each for each in self._next(until) if each.get("correlationData") == mark]
            if said:
                return [Answer(each["command"], each.get("error"), each.get("data", {})) for each in said]

    def tell(self, *commands: Command) -> Sequence[Mapping[str, Any]]:
        """Have them carried out, all of them; what each told. Raises BrokerError with the plugin's own word."""
        answers = self.ask(*commands)
        for answer in answers:
            if answer.error:
                raise BrokerError(f"the broker refuses {answer.command}: {answer.error}")
        return [answer.data for answer in answers]

    def _next(self, until: float) -> list[dict[str, Any]]:
        try:
            said = self._said.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            raise BrokerError(f"no answer in {PATIENCE:.0f} s; {_NO_PLUGIN}") from None
        if isinstance(said, BrokerError):
            raise said
        return said


def _on_connect(client: Client, said: _Said, _flags: Any, reason: Any, _properties: Any) -> None:
    if reason.is_failure:
        said.put(BrokerError(f"the broker refuses us ({reason}); check the account in VIGIE_MQTT_URL"))
    else:
        client.subscribe(ANSWERS, qos=1)


def _on_subscribe(_client: Client, said: _Said, _mid: int, reasons: list[Any], _properties: Any) -> None:
    said.put(BrokerError(_NO_PLUGIN) if reasons[0].is_failure else [])


def _on_publish(_client: Client, said: _Said, _mid: int, reason: Any, _properties: Any) -> None:
    if reason.is_failure:
        said.put(BrokerError(_NO_PLUGIN))


def _on_message(_client: Client, said: _Said, message: MQTTMessage) -> None:
    try:
        said.put(json.loads(message.payload)["responses"])
    except (ValueError, KeyError, TypeError):
        said.put([])  # not the plugin's; whoever waits goes on waiting
