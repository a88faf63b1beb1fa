"""A private TimescaleDB and Mosquitto for any Debian-family machine, without Docker and without root.

`start` uses the machine's own servers if they are recent enough, else unpacks Debian 13's (see docs/services.md).
An instance lies in its home: data, logs, and `services.json` with its ports and secrets. It listens on 127.0.0.1 only.
"""

import socket
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from vigie.services import account, mosquitto, programs, state
from vigie.services.account import default_home
from vigie.services.mosquitto import Mosquitto
from vigie.services.postgres import DURABLE, THROWAWAY, Postgres, Tuning
from vigie.services.state import Say, State

__all__ = ["DURABLE", "THROWAWAY", "Endpoints", "ServiceStatus", "Tuning", "default_home", "start", "status", "stop"]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the two servers answer, with what is needed to get in; keep them secret."""

    database_url: str
    mqtt_url: str


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One server: `postgresql` or `mosquitto`, whether it runs, and where."""

    name: str
    running: bool
    detail: str


def start(home: Path, say: Say, tuning: Tuning = DURABLE) -> Endpoints:
    """Have both servers running and answering, and leave them running; again and again gives the same endpoints.

    What was killed or half made is healed. `tuning` counts for a server that is not running yet.
    ServiceError, with the ways out, if they cannot be had.
    """
    home = account.open_folder(home.absolute())
    runner = account.chosen(home)
    runner.check_can_enter(home)
    with _locked(home, say):
        runner.folder(home / "log")
        postgres, broker = _servers(home, runner)
        known = state.load(home)
        if known is None:  # secrets lost or never made: what may be running has others
            _stop(postgres, broker, say)
            known = state.fresh()
        known = _with_free_ports(postgres, broker, known, say)
        known = replace(known, postgres_bin=str(programs.postgres(known.postgres_bin, postgres.made_by(), say)))
        state.save(home, known)  # before anything runs: a start killed here is taken up by the next
        _start_postgres(postgres, known, tuning, say)
        _start_mosquitto(broker, known, say)
    return Endpoints(known.database_url, known.mqtt_url)


def stop(home: Path, say: Say) -> None:
    """Shut both down cleanly and wait for it; nothing happens if they are not running."""
    home = home.absolute()
    state.load(home)  # somebody else's home is refused here, in plain words
    if home.exists():
        with _locked(home, say):
            _stop(*_servers(home, account.chosen(home)), say)


def status(home: Path) -> list[ServiceStatus]:
    """Which of the two runs, and where; ServiceError if the home is another user's."""
    home = home.absolute()
    known = state.load(home)
    postgres, broker = _servers(home, account.Account("whoever asks"))
    return [
        _status("postgresql", postgres.main_process(), postgres.folder, known.postgres_port if known else 0),
        _status("mosquitto", broker.main_process(), broker.folder, known.mqtt_port if known else 0),
    ]


def _servers(home: Path, runner: account.Account) -> tuple[Postgres, Mosquitto]:
    return (
        Postgres(home / "postgresql", home / "log/postgresql.log", runner),
        Mosquitto(home / "mosquitto", home / "log/mosquitto.log", runner),
    )


def _with_free_ports(postgres: Postgres, broker: Mosquitto, known: State, say: Say) -> State:
    """The same, with new ports for a server that is down while somebody else listens on its port."""
    if postgres.main_process() is None and not state.port_is_free(known.postgres_port):
        say(f"port {known.postgres_port} is taken by another program: PostgreSQL gets a new one")
        known = replace(known, postgres_port=state.free_port())
    if broker.main_process() is None and not state.port_is_free(known.mqtt_port):
        say(f"port {known.mqtt_port} is taken by another program: Mosquitto gets a new one")
        known = replace(known, mqtt_port=state.free_port())
    return known


def _start_postgres(server: Postgres, known: State, tuning: Tuning, say: Say) -> None:
    """Have it running and ready."""
    server.account.check_can_enter(known.postgres_programs)
    if server.main_process() is None:
        if server.made_by() is None:
            server.create(known, tuning, say)
        server.start(known, tuning, say)
    if not server.admits(known):  # services.json was lost, and with it the password
        server.stop(say)
        server.set_password(known)
        server.start(known, tuning, say)
    server.prepare(known)


def _start_mosquitto(server: Mosquitto, known: State, say: Say) -> None:
    """Have it running as this version of Vigie configures it, and letting the hub in."""
    broker = programs.broker(say)
    running = server.main_process() is not None
    if running and server.is_configured(broker, known) and mosquitto.greets(known):
        return
    server.stop(say)
    server.account.check_can_enter(broker.mosquitto.parent)
    server.start(broker, known, say)


def _stop(postgres: Postgres, broker: Mosquitto, say: Say) -> None:
    broker.stop(say)
    postgres.stop(say)


def _status(name: str, pid: int | None, folder: Path, port: int) -> ServiceStatus:
    if pid is None:
        return ServiceStatus(
            name, False, f"stopped; its data is in {folder}" if folder.exists() else "never started here"
        )
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return ServiceStatus(name, True, f"answering on 127.0.0.1:{port} (process {pid}), data in {folder}")
    return ServiceStatus(
        name, False, f"process {pid} runs but does not answer on 127.0.0.1:{port}: stop and start again"
    )


def _locked(home: Path, say: Say) -> AbstractContextManager[None]:
    return state.locked(home / "services.lock", say, f"another start or stop is at work in {home}: waiting for it…")
