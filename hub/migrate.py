"""Numbered SQL files, each applied once, in order, under a lock, by the administrator."""

from collections.abc import Iterator
from hashlib import sha256
from importlib import resources

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import DuplicateObject, InternalError_, UniqueViolation

from hub import professions
from hub.database import Connection, Role, password
from hub.errors import DatabaseError
from hub.settings import load

OLDEST_TIMESCALE = (2, 18, 1)
"""Before it a multi-row ON CONFLICT DO NOTHING could stop at the first conflict on a compressed chunk (#7672)."""

OLDEST_POSTGRES = 16
_LOCK = 0x5649_4749
_ATTEMPTS = 20


def migrate(url: str) -> list[str]:
    """Bring the database up to date and return the names of the files applied now; safe to run at any time.

    Raises DatabaseError: too old, not reachable, or a file already applied has been changed; SettingsError: the table
    of professions, which is kept in the database, cannot be used.
    """
    table = professions.professions(load().professions)
    _check_address(url)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
            _check_versions(connection)
            _make_roles(connection, url)
            applied = list(_apply(connection))
            professions.keep(connection, table)
            return applied
    except psycopg.OperationalError as error:
        raise DatabaseError(f"cannot reach the database; is it started? `vigie services start` ({error})") from None


def _check_address(url: str) -> None:
    """What is wrong in it is not told: it holds a password."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise DatabaseError("VIGIE_DATABASE_URL must be postgresql://user:password@host:port/database") from None


def _check_versions(connection: Connection) -> None:
    if connection.info.server_version // 10_000 < OLDEST_POSTGRES:
        raise DatabaseError(f"PostgreSQL {OLDEST_POSTGRES} or later is needed; this is an older one")
    connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'").fetchone()
    version = str(row[0]) if row else "0"
    if tuple(int(part) for part in version.split("-")[0].split(".")) < OLDEST_TIMESCALE:
        oldest = ".".join(map(str, OLDEST_TIMESCALE))
        raise DatabaseError(f"TimescaleDB {version} can lose rows on conflict; install {oldest} or later")


def _make_roles(connection: Connection, url: str) -> None:
    """Roles are the server's, and our lock the database's: another database may be making them just now."""
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            with connection.transaction():
                _make_roles_at_once(connection, url)
        except (InternalError_, UniqueViolation, DuplicateObject):  # "tuple concurrently updated", or made meanwhile
            if not attempts_left:
                raise
        else:
            return


def _make_roles_at_once(connection: Connection, url: str) -> None:
    """The owner and the views' reader cannot log in; the others can, and hold nothing yet."""
    for name in ("vigie_owner", "vigie_reader"):
        _make_role(connection, name, "NOLOGIN")
    for role in Role:
        _make_role(connection, role, f"LOGIN PASSWORD '{password(url, role)}'")
    connection.execute("GRANT vigie_reader TO vigie_owner WITH INHERIT FALSE, SET TRUE")
    database = sql.Identifier(str(conninfo_to_dict(url).get("dbname") or "postgres"))
    connection.execute(sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO vigie_owner").format(database))
    connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO vigie_intake").format(database))


def _make_role(connection: Connection, name: str, options: str) -> None:
    known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).rowcount
    verb = "ALTER" if known else "CREATE"
    connection.execute(sql.SQL(f"{verb} ROLE {{}} {options}").format(sql.Identifier(name)))


def _apply(connection: Connection) -> Iterator[str]:
    connection.execute("SET ROLE vigie_owner")
    connection.execute("CREATE SCHEMA IF NOT EXISTS vigie")
    connection.execute("CREATE SCHEMA IF NOT EXISTS api")
    connection.execute(
        "GRANT USAGE ON SCHEMA vigie TO vigie_intake, vigie_watch, vigie_register, vigie_deliver, vigie_reader"
    )
    connection.execute("GRANT USAGE, CREATE ON SCHEMA api TO vigie_reader")
    connection.execute("GRANT USAGE ON SCHEMA api TO vigie_api")
    connection.execute("SET search_path = vigie, public")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text, at timestamptz DEFAULT now())"
    )
    known: dict[str, str] = dict(connection.execute("SELECT name, digest FROM migration").fetchall())
    for name, text in files():
        digest = sha256(text.encode()).hexdigest()
        if name not in known:
            with connection.transaction():
                connection.execute(text.encode())
                connection.execute("INSERT INTO migration (name, digest) VALUES (%s, %s)", (name, digest))
            yield name
        elif known[name] != digest:
            raise DatabaseError(f"migration {name} was changed after it was applied; add a new file instead")


def files() -> list[tuple[str, str]]:
    """Name and text of every migration, in order."""
    folder = resources.files("hub") / "migrations"
    return sorted((f.name, f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".sql"))
