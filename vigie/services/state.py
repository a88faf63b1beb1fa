"""What an instance remembers between two starts: its ports, its secrets, which PostgreSQL made its data."""

import fcntl
import json
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.errors import ServiceError
from vigie.services import account

Say = Callable[[str], None]

# Below 32768, where Linux begins to take ports for outgoing connections: a remembered port stays free.
_PORTS = range(20_000, 30_000)


@dataclass(frozen=True, slots=True)
class State:
    """One instance's ports and secrets, kept in `services.json` (mode 0600)."""

    postgres_port: int
    postgres_password: str
    mqtt_port: int
    mqtt_password: str
    postgres_bin: str = ""

    @property
    def postgres_programs(self) -> Path:
        """The folder of the PostgreSQL programs that made the data."""
        return Path(self.postgres_bin)

    @property
    def database_url(self) -> str:
        """Where the hub finds the database."""
        return f"postgresql://vigie_admin:{self.postgres_password}@127.0.0.1:{self.postgres_port}/vigie"

    @property
    def mqtt_url(self) -> str:
        """Where the hub finds the broker."""
        return f"mqtt://vigie-hub:{self.mqtt_password}@127.0.0.1:{self.mqtt_port}"


def load(home: Path) -> State | None:
    """What the last start remembered, or None; ServiceError if it belongs to another user."""
    try:
        return State(**json.loads((home / "services.json").read_text()))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise ServiceError(
            f"{error.filename} belongs to another user: run this as that user (or as root), "
            "or choose another folder with VIGIE_HOME."
        ) from error
    except (ValueError, TypeError):
        return None  # unreadable is as good as lost: the secrets are made anew, the data is untouched


def save(home: Path, state: State) -> None:
    """Write it down, whole or not at all; it stays with whoever starts the servers."""
    account.oneself().write(home / "services.json", json.dumps(asdict(state), indent=1))


def fresh() -> State:
    """New ports and new secrets."""
    return State(
        postgres_port=free_port(),
        postgres_password=secrets.token_urlsafe(24),
        mqtt_port=free_port(),
        mqtt_password=secrets.token_urlsafe(24),
    )


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on; ServiceError if there is none."""
    for _ in range(200):
        port = secrets.choice(_PORTS)
        if port_is_free(port):
            return port
    raise ServiceError(
        f"No free port found on 127.0.0.1 between {_PORTS.start} and {_PORTS.stop}: stop some programs that "
        "listen there, or use servers of your own with VIGIE_DATABASE_URL and VIGIE_MQTT_URL."
    )


def port_is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # As servers do, or our own port would seem taken for a minute after a stop (TIME_WAIT).
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


@contextmanager
def locked(path: Path, say: Say, waiting: str) -> Iterator[None]:
    """Hold the lock file; `waiting` is said once if another process holds it. A killed process frees it."""
    try:
        file = path.open("a")
    except OSError as error:
        raise ServiceError(
            f"{path} cannot be written ({error.strerror}): run this as the user it belongs to, "
            "or choose another folder with VIGIE_HOME."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
