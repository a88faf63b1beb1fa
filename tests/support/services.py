"""The services of one test run, shared by its workers, and the databases made in them."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from hub.errors import VigieError
from hub.migrate import migrate
from vigie import services
from vigie.services import THROWAWAY, Endpoints

ENDPOINTS = "service_endpoints"
"""The fixture all others stand on; a test that uses it needs the services."""

TEMPLATE = "vigie_template"
PREFIX = "vigie-tests-"

_SWEPT = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'vigie' "
    "AND tablename NOT IN ('migration', 'profession', 'register_version')"
)


class TestServices:
    """The services of a run; a worker's only asks for them."""

    __test__ = False

    def __init__(self, home: str | None, say: Callable[[str], None]) -> None:
        """In that folder, or (the controller) in a new one, which the servers' account can enter."""
        self._ours = home is None
        self.home = Path(home or tempfile.mkdtemp(dir="/tmp", prefix=PREFIX))
        self._held = None
        if self._ours:
            self.home.chmod(0o755)
            self._held = (self.home / "held").open("w")
            fcntl.flock(self._held, fcntl.LOCK_EX)
        self._say = say

    def want(self) -> None:
        """Start them, or ask the controller to."""
        (self.home / "wanted").touch()
        if self._ours:
            self.start_if_wanted()

    def start_if_wanted(self) -> None:
        """Start them, once, with a migrated template; ends the run if that cannot be."""
        if (self.home / "endpoints.json").exists() or not (self.home / "wanted").exists():
            return
        self._say("")
        _clear_away_what_was_killed()
        self._say(f"starting TimescaleDB and Mosquitto for the tests in {self.home} …")
        try:
            endpoints = services.start(self.home, self._say, THROWAWAY)
            with _administrator(endpoints.database_url) as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(_named(endpoints.database_url, TEMPLATE))
        except VigieError as error:
            pytest.exit(f"the tests need TimescaleDB and Mosquitto: {error}", returncode=3)
        draft = self.home / "endpoints.draft"
        draft.touch(0o600)
        draft.write_text(json.dumps(asdict(endpoints)))
        draft.replace(self.home / "endpoints.json")
        self._say("services are up")

    def endpoints(self) -> Endpoints:
        """Where they answer."""
        return Endpoints(**json.loads((self.home / "endpoints.json").read_text()))

    def stop(self) -> None:
        """Stop them and remove their folder, if they are ours."""
        if self._held:
            _remove(self.home)
            self._held.close()


class TestDatabases:
    """Databases for one test each, made in a few hundredths of a second from the template."""

    __test__ = False

    def __init__(self, endpoints: Endpoints) -> None:
        """Make them in that server."""
        self._url = endpoints.database_url
        self.mqtt_url = endpoints.mqtt_url
        self._administrator = _administrator(endpoints.database_url)

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """A copy of the template, with the rights on the database itself, which a copy does not take along."""
        with self.bare(TEMPLATE) as url:
            self._administrator.execute(
                "UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = %s) "
                "WHERE datname = %s",
                (TEMPLATE, urlsplit(url).path[1:]),
            )
            yield url

    @contextmanager
    def bare(self, template: str = "template1") -> Iterator[str]:
        """A copy of another template, dropped afterwards."""
        name = f"test_{uuid4().hex}"
        made, copied = sql.Identifier(name), sql.Identifier(template)
        # the files are copied as they are: four times as quick as writing the copy to the log
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._administrator.execute(make.format(made, copied))
        try:
            yield _named(self._url, name)
        finally:
            self._administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(made))

    def sweep(self, url: str) -> None:
        """Empty a migrated database: a tenth of the time a new one takes."""
        with psycopg.connect(url, options="-c lock_timeout=5s -c search_path=vigie") as connection:
            tables = connection.execute(_SWEPT).fetchall()
            names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in tables)
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))

    def close(self) -> None:
        """Make no more."""
        self._administrator.close()


def _clear_away_what_was_killed() -> None:
    """Services of earlier runs that did not come to stop them: nobody holds their folder any more."""
    for held in Path("/tmp").glob(f"{PREFIX}*/held"):  # noqa: S108 - where we put them
        with suppress(OSError, VigieError), held.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (held.parent / "wanted").exists():
                _remove(held.parent)


def _remove(home: Path) -> None:
    if (home / "wanted").exists():
        services.stop(home, lambda _: None)
    shutil.rmtree(home, ignore_errors=True)


def _administrator(url: str) -> psycopg.Connection:
    return psycopg.connect(_named(url, "postgres"), autocommit=True)


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
