"""The private Mosquitto: its accounts, started, healed, stopped."""

import base64
import hashlib
import hmac
import json
import secrets
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from hub.errors import ServiceError
from vigie.services import processes
from vigie.services.account import Account
from vigie.services.programs import Broker
from vigie.services.state import Say, State

HUB = "vigie-hub"
_ITERATIONS = 101  # Mosquitto's own; the password is 192 random bits, which no iteration count makes harder to guess

Accounts = dict[str, Any]
"""The dynamic-security plugin's file, as JSON has it."""


def hashed(password: str, salt: bytes) -> dict[str, str | int]:
    """A password as the plugin keeps it: PBKDF2-SHA512, base64."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return {
        "password": base64.b64encode(key).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": _ITERATIONS,
    }


def matches(client: dict[str, Any], password: str) -> bool:
    """Whether this is the client's password."""
    salt = base64.b64decode(client.get("salt", ""))
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, int(client.get("iterations", 1)))
    return hmac.compare_digest(key, base64.b64decode(client.get("password", "")))


def _hub_role() -> dict[str, Any]:
    """All topics, and the plugin's own, by which the hub gives gateways their accounts."""
    acts = ("publishClientSend", "publishClientReceive", "subscribePattern", "unsubscribePattern")
    topics = ("#", "$CONTROL/dynamic-security/#")
    acls = [{"acltype": act, "topic": topic, "priority": 0, "allow": True} for topic in topics for act in acts]
    return {"rolename": "hub", "acls": acls}


def with_hub(accounts: Accounts, password: str) -> Accounts:
    """The accounts with the hub's among them, as it must be; the others as they are; nothing allowed by default."""
    clients = [client for client in accounts.get("clients", []) if client["username"] != HUB]
    before = [client for client in accounts.get("clients", []) if client["username"] == HUB]
    keeps = [client for client in before if matches(client, password)]
    secret = keeps[0] if keeps else hashed(password, secrets.token_bytes(12))
    hub = {"username": HUB, **{name: secret[name] for name in ("password", "salt", "iterations")}}
    return accounts | {
        "defaultACLAccess": dict.fromkeys(
            ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"), False
        ),
        "clients": [hub | {"roles": [{"rolename": "hub"}]}, *clients],
        "roles": [_hub_role(), *(role for role in accounts.get("roles", []) if role["rolename"] != "hub")],
    }


@dataclass(frozen=True, slots=True)
class Mosquitto:
    """One broker: its folder, its log, and as whom it runs."""

    folder: Path
    log: Path
    account: Account

    def main_process(self) -> int | None:
        """Its process, whoever started it, or None when it does not run."""
        return next(iter(processes.living(self.folder, "mosquitto")), None)

    def start(self, programs: Broker, known: State, say: Say) -> None:
        """Start it and wait until it answers; ServiceError with the end of its log."""
        self.account.folder(self.folder)
        self._write_accounts(known, say)
        self.account.write(self.folder / "mosquitto.conf", self._configuration(programs, known))
        processes.keep_small(self.log)
        say(f"starting Mosquitto on 127.0.0.1:{known.mqtt_port}…")
        command = (programs.mosquitto, "-d", "-c", self.folder / "mosquitto.conf")
        answer = self.account.run(*command, cwd=self.folder, timeout=30)
        if answer.returncode or not processes.wait_until(lambda: greets(known), 20):
            self.stop(say)
            raise ServiceError(
                f"Mosquitto does not start. {answer.stderr.strip()} {processes.tail(self.log)}\n"
                f"Put right what it says. Its folder {self.folder} can be deleted: gateways then need new accounts, "
                "and send again what the hub has not confirmed."
            )

    def is_configured(self, programs: Broker, known: State) -> bool:
        """Whether what it was started with is what it would be started with now: not after an update of Vigie."""
        with suppress(OSError):
            return (self.folder / "mosquitto.conf").read_text() == self._configuration(programs, known)
        return False

    def _configuration(self, programs: Broker, known: State) -> str:
        shared = files("vigie.services").joinpath("conf/mosquitto.conf").read_text()
        own = (
            f"listener {known.mqtt_port} 127.0.0.1",
            f"persistence_location {self.folder}/",
            f"log_dest file {self.log}",
            f"plugin {programs.plugin}",
            f"plugin_opt_config_file {self.folder / 'dynamic-security.json'}",
        )
        return "\n".join(["# Written at every start.", "", shared, "# This instance", *own, ""])

    def _write_accounts(self, known: State, say: Say) -> None:
        path = self.folder / "dynamic-security.json"
        text = json.dumps(with_hub(self._accounts(path, say), known.mqtt_password), indent=1)
        # The broker rewrites its file at every change, and not so carefully: what was whole at a start is kept.
        self.account.write(path.with_suffix(".last-start"), text)
        self.account.write(path, text)

    def _accounts(self, path: Path, say: Say) -> Accounts:
        """The accounts known, from the broker's file or else from what it was at the last start."""
        for candidate in (path, path.with_suffix(".last-start")):
            with suppress(OSError, ValueError):
                accounts = json.loads(candidate.read_text())
                if isinstance(accounts, dict):
                    return accounts
            if candidate.exists():
                say(f"{candidate} is damaged; it is kept as {candidate.name}.damaged")
                candidate.replace(candidate.with_name(f"{candidate.name}.damaged"))
        return {}

    def stop(self, say: Say) -> None:
        """End it and wait, which saves its queues; ServiceError if it does not end."""
        pid = self.main_process()
        if pid is None:
            return
        say("stopping Mosquitto…")
        processes.send([pid], signal.SIGTERM)
        if not processes.wait_until(lambda: self.main_process() is None, 60):
            raise ServiceError(f"Mosquitto (process {pid}) does not end: `kill -9 {pid}`. {processes.tail(self.log)}")


def greets(known: State) -> bool:
    """Whether our broker answers there and lets the hub in: one MQTT 5 CONNECT, by hand to need no client library."""
    texts = (b"vigie-services", HUB.encode(), known.mqtt_password.encode())
    fields = b"".join(len(text).to_bytes(2) + text for text in texts)
    # protocol name and level 5; user name, password and clean start; 10 s keep-alive; no properties
    body = b"\x00\x04MQTT\x05\xc2\x00\x0a\x00" + fields
    with suppress(OSError), socket.create_connection(("127.0.0.1", known.mqtt_port), timeout=2) as connection:
        connection.sendall(bytes([0x10, len(body)]) + body)
        answer = connection.recv(4)
        return len(answer) == 4 and answer[0] == 0x20 and answer[3] == 0
    return False
