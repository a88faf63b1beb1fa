"""A broker of a test's own, which no hub listens to and which may be killed, and guests who come to it."""

import queue
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from device_adapters.mqtt_address import Address
from tests.support.patience import PATIENCE
from vigie.services import account, mosquitto, processes, programs, state

TAKEN = ("Success", "No matching subscribers")
"""What the broker says to a message it takes."""

REFUSED = "Not authorized"


@dataclass(frozen=True, slots=True)
class OwnBroker:
    """A Mosquitto as `vigie services` runs it."""

    server: mosquitto.Mosquitto
    known: state.State

    @property
    def url(self) -> str:
        """The hub's."""
        return self.known.mqtt_url

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.server.start(programs.broker(print), self.known, print)

    def kill(self) -> None:
        """As a power cut would end it."""
        pid = self.server.main_process()
        assert pid is not None
        processes.send([pid], signal.SIGKILL)
        assert processes.wait_until(lambda: self.server.main_process() is None, PATIENCE)


@contextmanager
def own_broker() -> Iterator[OwnBroker]:
    """One that runs meanwhile, in a folder its account can enter."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="vigie-broker-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        runner = account.chosen(home)
        runner.folder(home / "log")
        server = mosquitto.Mosquitto(home / "mosquitto", home / "log/mosquitto.log", runner)
        broker = OwnBroker(server, state.fresh())
        broker.start()
        yield broker
        server.stop(print)


@dataclass
class Guest:
    """One MQTT 5 connection: what the broker answers to each request, what it brings, and how it ended."""

    client: Client
    answers: "queue.Queue[str]" = field(default_factory=queue.Queue)
    heard: "queue.Queue[tuple[str, bytes]]" = field(default_factory=queue.Queue)
    cut: "queue.Queue[str]" = field(default_factory=queue.Queue)
    welcome: str = ""
    resumed: bool = False

    def publish(self, topic: str, payload: bytes = b"{}") -> str:
        """What the broker says to a message."""
        self.client.publish(topic, payload, qos=1)
        return self.answers.get(timeout=PATIENCE)

    def subscribe(self, topic: str) -> str:
        """What the broker says to a wish to hear."""
        self.client.subscribe(topic, qos=1)
        return self.answers.get(timeout=PATIENCE)


@contextmanager
def guest(url: str, client_id: str = "") -> Iterator[Guest]:
    """A connection to that URL, let in or not."""
    address = Address.of(url)
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5, reconnect_on_failure=False)
    client.username_pw_set(address.user, address.password)
    talk = Guest(client)
    client.user_data_set(talk)
    client.on_connect, client.on_publish, client.on_subscribe = _welcomed, _answered, _granted
    client.on_message, client.on_disconnect = _received, _ended
    client.connect(address.host, address.port, clean_start=False)
    client.loop_start()
    talk.welcome = talk.answers.get(timeout=PATIENCE)
    try:
        yield talk
    finally:
        client.disconnect()
        client.loop_stop()
        client.user_data_set(None)  # else the two hold each other, and the sockets wait for the collector


def _welcomed(_c: Client, talk: Guest, flags: Any, reason: Any, _p: object) -> None:
    talk.resumed = flags.session_present
    talk.answers.put(str(reason))


def _answered(_c: Client, talk: Guest, _mid: int, reason: Any, _p: object) -> None:
    talk.answers.put(str(reason))


def _granted(_c: Client, talk: Guest, _mid: int, reasons: list[Any], _p: object) -> None:
    talk.answers.put(str(reasons[0]))


def _received(_c: Client, talk: Guest, message: MQTTMessage) -> None:
    talk.heard.put((message.topic, bytes(message.payload)))


def _ended(_c: Client, talk: Guest, _f: object, reason: Any, _p: object) -> None:
    talk.cut.put(str(reason))
