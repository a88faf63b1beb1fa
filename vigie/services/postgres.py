"""The private PostgreSQL: made, started, healed, stopped."""

import shutil
import signal
import subprocess
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

from hub.errors import ServiceError
from vigie.services import processes
from vigie.services.account import Account
from vigie.services.state import Say, State

ADMIN = "vigie_admin"
DATABASE = "vigie"

_ACCESS = f"""\
# TYPE  DATABASE     USER         ADDRESS       METHOD
host    all          all          127.0.0.1/32  scram-sha-256
host    all          all          ::1/128       scram-sha-256
host    replication  {ADMIN}  127.0.0.1/32  scram-sha-256
"""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Settings that differ from conf/postgresql.conf, and what initdb is told besides."""

    settings: dict[str, str] = field(default_factory=dict)
    initdb: tuple[str, ...] = ()


DURABLE = Tuning()
"""For people's data: what was committed survives a power cut."""

THROWAWAY = Tuning(
    settings={
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": "120",
        # With no worker, TimescaleDB's scheduler stays out of the databases, and CREATE DATABASE … TEMPLATE works.
        "timescaledb.max_background_workers": "0",
    },
    initdb=("--no-sync",),
)
"""For tests: quick, lost at a power cut (not at a kill -9: commits still reach the operating system).

Databases can be made from a template.
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """One server: its data folder, its log, and as whom it runs."""

    folder: Path
    log: Path
    account: Account

    def living(self) -> list[int]:
        """Its processes, whoever started them."""
        return processes.living(self.folder, "postgres")

    def main_process(self) -> int | None:
        """The process that answers, or None when the server does not run."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if pid in self.living() else None

    def made_by(self) -> int | None:
        """The major version that made the data, or None when there is none."""
        mark = self.folder / "PG_VERSION"
        return int(mark.read_text()) if mark.exists() else None

    def create(self, known: State, tuning: Tuning, say: Say) -> None:
        """Make the data folder, whole or not at all."""
        say("making a new database…")
        draft = replace(self, folder=self.folder.with_name(f"{self.folder.name}.new"))
        shutil.rmtree(draft.folder, ignore_errors=True)
        self.account.folder(draft.folder)
        builtin = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run(
            known.postgres_programs / "initdb",
            f"--pgdata={draft.folder}",
            f"--username={ADMIN}",
            "--encoding=UTF8",
            *(builtin if int(known.postgres_programs.parent.name) >= 17 else ("--locale=C.UTF-8",)),
            "--auth=reject",  # until pg_hba.conf is ours
            "--data-checksums",
            *tuning.initdb,
        )
        draft.set_password(known)
        if self.folder.exists():
            self.folder.rmdir()  # it has no PG_VERSION; if it is not empty, somebody must look
        draft.folder.replace(self.folder)

    def set_password(self, known: State) -> None:
        """Tell a server that is down its administrator's password."""
        command = (known.postgres_programs / "postgres", "--single", "-D", self.folder, "postgres")
        self._run(*command, stdin=f"ALTER ROLE {ADMIN} PASSWORD '{known.postgres_password}'\n")

    def start(self, known: State, tuning: Tuning, say: Say) -> None:
        """Start it and wait until it answers; ServiceError with the end of its log."""
        self._clear_leftovers(say)
        self._configure(known, tuning)
        processes.keep_small(self.log)
        say(f"starting PostgreSQL on 127.0.0.1:{known.postgres_port}…")
        # Coming back after a power cut may take minutes; otherwise there is hardly any waiting.
        options = ("--wait", "--timeout=600", "--silent", "-D", self.folder, "-l", self.log)
        if self.account.run(known.postgres_programs / "pg_ctl", "start", *options, timeout=660).returncode:
            raise ServiceError(
                f"PostgreSQL does not start. {processes.tail(self.log)}\n"
                "Put right what it says, or start anew in another folder with VIGIE_HOME."
            )

    def _configure(self, known: State, tuning: Tuning) -> None:
        shared = files("vigie.services").joinpath("conf/postgresql.conf").read_text()
        where = {"listen_addresses": "127.0.0.1", "port": str(known.postgres_port), "unix_socket_directories": ""}
        own = "".join(f"{name} = '{value}'\n" for name, value in (where | tuning.settings).items())
        text = f"# Written at every start; ALTER SYSTEM keeps settings of yours.\n\n{shared}\n# This instance\n{own}"
        self.account.write(self.folder / "postgresql.conf", text)
        self.account.write(self.folder / "pg_hba.conf", _ACCESS)

    def _clear_leftovers(self, say: Say) -> None:
        """After a kill -9 of the main process: its workers must be gone, and its mark too.

        The mark's number may be another program's by now (after a restart of the machine it often is), and
        PostgreSQL would refuse to start. Nobody works in the folder any more, which is what the mark stands for.
        """
        if leftovers := self.living():
            say("PostgreSQL was killed: waiting for what is left of it to end…")
            processes.send(leftovers, signal.SIGQUIT)
            if not processes.wait_until(lambda: not self.living(), 10):
                processes.send(self.living(), signal.SIGKILL)
                processes.wait_until(lambda: not self.living(), 10)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def admits(self, known: State) -> bool:
        """Whether the running server takes the password we know."""
        answer = self._psql(known, "SELECT 1", "postgres")
        return "password authentication failed" not in answer.stderr

    def prepare(self, known: State) -> None:
        """In the running server, make the database and its extension, or bring the extension up to date."""
        exists = f"SELECT FROM pg_database WHERE datname = '{DATABASE}'"
        self._query(known, f"SELECT 'CREATE DATABASE {DATABASE}' WHERE NOT EXISTS ({exists}) \\gexec", "postgres")
        have = "SELECT installed_version = default_version FROM pg_available_extensions WHERE name = 'timescaledb'"
        then = {"": "CREATE EXTENSION timescaledb", "f": "ALTER EXTENSION timescaledb UPDATE"}
        if change := then.get(self._query(known, have, DATABASE)):
            self._query(known, change, DATABASE)

    def _query(self, known: State, sql: str, database: str) -> str:
        answer = self._psql(known, sql, database)
        return _checked(answer, "psql", self.log).strip()

    def _psql(self, known: State, sql: str, database: str) -> subprocess.CompletedProcess[str]:
        where = ("-h", "127.0.0.1", "-p", str(known.postgres_port), "-U", ADMIN, "-d", database)
        options = ("--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1")
        secret = {"PGPASSWORD": known.postgres_password, "PGCONNECT_TIMEOUT": "10"}  # a child's own environment
        return self.account.run(known.postgres_programs / "psql", *where, *options, stdin=sql, extra=secret)

    def stop(self, say: Say) -> None:
        """Shut it down cleanly and wait; ServiceError if it does not end."""
        pid = self.main_process()
        if pid is None:
            self._clear_leftovers(say)
            return
        say("stopping PostgreSQL…")
        # Its "fast" shutdown: sessions are cut, transactions rolled back, all is written.
        processes.send([pid], signal.SIGINT)
        if processes.wait_until(lambda: not self.living(), 60):
            return
        # Seen when it is told so just while it recovers from a crash: it then waits for ever.
        say("PostgreSQL takes too long: cutting it short, which loses nothing committed…")
        processes.send([pid], signal.SIGQUIT)
        if not processes.wait_until(lambda: not self.living(), 30):
            raise ServiceError(
                f"PostgreSQL (process {pid}) does not stop, perhaps because its disk does not answer: look at the "
                f"disk, then stop again. {processes.tail(self.log)}"
            )

    def _run(self, *command: str | Path, stdin: str = "") -> str:
        return _checked(self.account.run(*command, stdin=stdin), Path(command[0]).name, self.log)


def _checked(answer: subprocess.CompletedProcess[str], name: str, log: Path) -> str:
    """What a program printed; ServiceError with its reason if it failed."""
    if answer.returncode:
        raise ServiceError(
            f"{name} failed: {answer.stderr.strip()[-600:] or 'it gave no reason'}\n"
            f"If the disk is full, make room; else see {log}, or start anew in another folder with VIGIE_HOME."
        )
    return answer.stdout
