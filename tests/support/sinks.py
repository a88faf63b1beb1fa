"""Where messages end in tests: an HTTP and a mail server that fail as they are told to, and keep what they took."""

import socketserver
import ssl
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from enum import Enum
from socket import SO_LINGER, SOL_SOCKET
from typing import Any


class Fate(Enum):
    """What becomes of the next message."""

    TAKE = "taken, and said so"
    FAIL = "refused for now"
    GONE = "refused for ever"
    HANG = "never answered"
    KEEP_WAITING = "taken, and never said so"
    RESET = "taken, and the connection reset before it was said"
    REDIRECT = "sent to this machine"
    DRIP = "answered byte by byte"
    FLOOD = "answered without end"


@dataclass(frozen=True, slots=True)
class Took:
    """One message as it came."""

    key: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Sink:
    """What it took, and the fates of those to come; when there are none left, all are taken."""

    address: tuple[str, int]
    took: list[Took] = field(default_factory=list)
    fates: deque[Fate] = field(default_factory=deque)
    tried: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Of the HTTP server."""
        return f"http://{self.address[0]}:{self.address[1]}/sink"

    @property
    def smtp(self) -> str:
        """Of the mail server."""
        return f"smtp://{self.address[0]}:{self.address[1]}"

    @property
    def keys(self) -> list[str]:
        """Of the messages it holds: one of a key it has is the same message."""
        return list(dict.fromkeys(each.key for each in self.took))

    def fate(self) -> Fate:
        """Of the next one."""
        self.tried += 1
        return self.fates.popleft() if self.fates else Fate.TAKE


class _Talk(socketserver.StreamRequestHandler):
    """What both share."""

    @property
    def sink(self) -> Sink:
        return self.server.sink  # type: ignore[attr-defined,no-any-return]

    def lines(self) -> Iterator[str]:
        while line := self.rfile.readline():
            yield line.decode().rstrip("\r\n")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def reset(self) -> None:
        """Close so that the other side sees a reset."""
        self.request.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()

    def handle(self) -> None:
        with suppress(OSError):
            self.talk()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()

    def talk(self) -> None:
        raise NotImplementedError


_STATUS = {
    Fate.TAKE: "201 Created", Fate.FAIL: "500 Broken", Fate.GONE: "410 Gone",
    Fate.REDIRECT: "302 Found\r\nLocation: http://127.0.0.1/",
}  # fmt: skip


class _Http(_Talk):
    """One request."""

    def talk(self) -> None:
        if next(self.lines(), None) is None:
            return  # whoever came did not like what they saw
        headers = dict(self._headers())
        length = int(headers.get("content-length", "0"))
        body = self.rfile.read(length)
        if len(body) == length:
            self._answer(headers, body)

    def _headers(self) -> Iterator[tuple[str, str]]:
        for line in self.lines():
            if not line:
                return
            name, _, value = line.partition(": ")
            yield name.lower(), value

    def _answer(self, headers: dict[str, str], body: bytes) -> None:
        fate = self.sink.fate()
        if fate in (Fate.TAKE, Fate.RESET, Fate.KEEP_WAITING):
            self.sink.took.append(Took(headers.get("idempotency-key") or headers.get("topic", ""), body, headers))
        if fate in (Fate.HANG, Fate.KEEP_WAITING):
            self.sink.closing.wait()
        elif fate is Fate.RESET:
            self.reset()
        elif fate is Fate.DRIP:
            self._drip()
        elif fate is Fate.FLOOD:
            self.say("HTTP/1.1 200 OK\r\n")
            while not self.sink.closing.is_set():
                self.wfile.write(b"x" * 65536)
        else:
            self.say(f"HTTP/1.1 {_STATUS[fate]}\r\nContent-Length: 0\r\nConnection: close\r\n")

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.sink.closing.wait(0.05):
            self.wfile.write(b"x")


class _Smtp(_Talk):
    """One conversation."""

    def talk(self) -> None:
        self.say("220 sink")
        fate = self.sink.fate()
        for line in self.lines():
            verb = line[:4].upper()
            if verb == "RCPT" and fate in (Fate.FAIL, Fate.GONE):
                self.say("450 try later" if fate is Fate.FAIL else "550 no such mailbox")
            elif verb == "DATA":
                self.say("354 go on")
                self._take(fate)
                if fate is Fate.RESET:
                    self.reset()
                    return
                if fate in (Fate.HANG, Fate.KEEP_WAITING):
                    self.sink.closing.wait()
                    return
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def _take(self, fate: Fate) -> None:
        raw = b""
        while not raw.endswith(b"\r\n.\r\n"):
            raw += self.rfile.readline()
        mail: Message = message_from_bytes(raw[:-3])
        if fate in (Fate.TAKE, Fate.RESET, Fate.KEEP_WAITING):
            text: Any = mail.get_payload(decode=True)
            self.sink.took.append(Took(mail["Message-ID"], text, {name.lower(): v for name, v in mail.items()}))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, handler: type[_Talk], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.sink, self._tls = Sink(self.server_address), tls  # type: ignore[arg-type]

    def get_request(self) -> Any:
        """The handshake is left to the conversation's own thread."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address


@contextmanager
def _running(handler: type[_Talk], tls: ssl.SSLContext | None = None) -> Iterator[Sink]:
    with _Server(handler, tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.sink
        finally:
            server.sink.closing.set()
            server.shutdown()
            thread.join()


@contextmanager
def http_sink(tls: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """An HTTP server that runs meanwhile."""
    with _running(_Http, tls) as sink:
        yield sink


@contextmanager
def mail_sink() -> Iterator[Sink]:
    """A mail server that runs meanwhile."""
    with _running(_Smtp) as sink:
        yield sink
