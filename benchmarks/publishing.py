"""Publishing from almost nothing: MQTT 3.1.1 packets made beforehand, sent as one piece, their PUBACKs counted.

A client library would cost as much as the hub under measure; here the broker is all that works.
"""

import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks.load import Message

WINDOW = 1_000
"""Messages sent before their PUBACKs are awaited."""

_PUBACK_BYTES = 4
_SESSION_SECONDS = 3600


class Publisher:
    """One connection that publishes at QoS 1."""

    def __init__(self, url: str, name: str) -> None:
        """Connect; raises ConnectionError."""
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 1883))
        self._socket.sendall(_connect(name, unquote(parts.username or ""), unquote(parts.password or "")))
        if self._read(4)[3]:
            raise ConnectionError("the broker refuses the publisher")

    def send(self, packets: bytes, how_many: int) -> None:
        """Send that many packets in one piece, and wait until the broker has answered each."""
        self._socket.sendall(packets)
        self._read(how_many * _PUBACK_BYTES)

    def close(self) -> None:
        """Leave."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _read(self, wanted: int) -> bytes:
        answer = b""
        while len(answer) < wanted:
            piece = self._socket.recv(wanted - len(answer))
            if not piece:
                raise ConnectionError("the broker closed the connection")
            answer += piece
        return answer


def packets(messages: Iterable[Message]) -> Iterator[tuple[bytes, int]]:
    """The messages as PUBLISH packets, a window in a piece, with how many it holds."""
    rest = iter(messages)
    while window := list(islice(rest, WINDOW)):
        yield (
            b"".join(publish(topic, payload, mid) for mid, (topic, payload) in enumerate(window, start=1)),
            len(window),
        )


def publish(topic: str, payload: bytes, mid: int) -> bytes:
    """One PUBLISH at QoS 1 (MQTT 3.1.1, section 3.3)."""
    body = _text(topic) + mid.to_bytes(2) + payload
    return b"\x32" + _length(len(body)) + body


def _connect(name: str, user: str, password: str) -> bytes:
    body = _text("MQTT") + b"\x04\xc2\x00\x00" + _text(name) + _text(user) + _text(password)
    return b"\x10" + _length(len(body)) + body


def _text(text: str) -> bytes:
    return len(text.encode()).to_bytes(2) + text.encode()


def _length(number: int) -> bytes:
    """MQTT's variable byte integer (section 2.2.3)."""
    encoded = bytearray()
    while True:
        number, low = divmod(number, 128)
        encoded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


@contextmanager
def waiting_for(url: str, client_id: str, filters: Sequence[str], messages: Iterable[Message]) -> Iterator[None]:
    """The messages wait at the broker in that client's session; the session is gone on leaving."""
    _visit(url, client_id, filters, clean=True)
    _visit(url, client_id, filters, clean=False)
    publisher = Publisher(url, "bench-publisher")
    for piece, how_many in packets(messages):
        publisher.send(piece, how_many)
    publisher.close()
    try:
        yield
    finally:
        _visit(url, client_id, (), clean=True)


def connect(client: Client, url: str, **options: Any) -> None:
    """Connect a paho client to that broker."""
    parts = urlsplit(url)
    client.username_pw_set(unquote(parts.username or ""), unquote(parts.password or ""))
    client.connect(parts.hostname or "", parts.port or 1883, **options)


def _visit(url: str, client_id: str, filters: Sequence[str], clean: bool) -> None:
    """Open a session and leave: kept with its subscriptions, or gone when `clean`."""
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)

    def subscribed(*_: Any) -> None:
        client.disconnect()

    def connected(*_: Any) -> None:
        if clean:
            client.disconnect()
        else:
            client.subscribe([(topic, 1) for topic in filters])

    client.on_connect, client.on_subscribe = connected, subscribed
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 0 if clean else _SESSION_SECONDS
    connect(client, url, clean_start=clean, properties=properties)
    client.loop_forever()
