"""PostgreSQL, and the only room that knows psycopg: roles, pools, transactions.

Each part of Vigie logs in under a role of its own that can do its work and nothing else (house rule: the API's role
has no right on readings). The roles' passwords are derived from the administrator's, so one URL is all there is to set.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from threading import Lock
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import (
    CheckViolation,
    DataError,
    ExclusionViolation,
    OperationalError,
    ProgramLimitExceeded,
    SerializationFailure,
    UniqueViolation,
)
from psycopg.errors import Error as SqlError
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from psycopg.types.range import Range
from psycopg_pool import ConnectionPool, PoolTimeout

from hub.errors import DatabaseError

__all__ = [
    "UNSTORABLE",
    "Connection",
    "DataError",
    "Database",
    "ExclusionViolation",
    "Jsonb",
    "OperationalError",
    "Range",
    "Role",
    "SerializationFailure",
    "SqlError",
    "UniqueViolation",
    "raw_rows",
]

Connection = psycopg.Connection[TupleRow]
Params = Sequence[object] | Mapping[str, object]

UNSTORABLE = (DataError, CheckViolation, ProgramLimitExceeded)
"""What the database says of values it can never hold; anything else may pass when tried again."""

ANSWER_WITHIN = 5.0
"""Seconds to wait for a connection before saying that the database does not answer."""


class Role(StrEnum):
    """Who logs in: the intake, the watch, the API, the register's desk (people, devices, sign-in), delivery."""

    INTAKE = "vigie_intake"
    WATCH = "vigie_watch"
    API = "vigie_api"
    REGISTER = "vigie_register"
    DELIVER = "vigie_deliver"


class Database:
    """The pools of one database, one a role, opened when first used."""

    def __init__(self, url: str, most_connections: int = 8) -> None:
        """`url` is the administrator's; it is used to derive the roles' own, and to migrate."""
        self.url = url
        self._most = most_connections
        self._opening = Lock()
        self._pools: dict[Role, ConnectionPool[Connection]] = {}

    @contextmanager
    def transaction(self, role: Role, ticket: UUID | None = None) -> Iterator[Connection]:
        """One transaction under that role, committed on leaving; `ticket` says who acts, for this transaction only.

        Raises DatabaseError when no connection can be had in ANSWER_WITHIN seconds.
        """
        try:
            # begun outright: else a nested transaction() would be the outermost, and commit by itself
            with self._pool(role).connection(timeout=ANSWER_WITHIN) as connection, connection.transaction():
                if ticket is not None:
                    connection.execute("SELECT set_config('vigie.ticket', %s, true)", (str(ticket),))
                yield connection
        except PoolTimeout as error:
            raise DatabaseError("the database does not answer; check `vigie services status`") from error

    def answers(self) -> bool:
        """True if the database can be reached and is migrated."""
        try:
            with self.transaction(Role.INTAKE) as connection:
                connection.execute("SELECT number FROM register_version")
        except (DatabaseError, SqlError):
            return False
        return True

    def close(self) -> None:
        """Close every pool."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def _pool(self, role: Role) -> ConnectionPool[Connection]:
        with self._opening:
            if role not in self._pools:
                self._pools[role] = self._open(role)
            return self._pools[role]

    def _open(self, role: Role) -> ConnectionPool[Connection]:
        return ConnectionPool(
            login(self.url, role),
            min_size=0,
            max_size=self._most,
            open=True,
            name=role,
            check=ConnectionPool.check_connection,
            reset=_forget if role is Role.API else None,
            kwargs={"prepare_threshold": 1} if role is Role.API else None,
        )


def raw_rows(connection: Connection, query: str, values: Params) -> list[list[bytes | None]]:
    """The rows of a query, each field as its bytes in PostgreSQL's binary format; for columns read as arrays."""
    result = connection.execute(query.encode(), values, binary=True).pgresult
    if result is None:
        return []
    return [[result.get_value(row, field) for field in range(result.nfields)] for row in range(result.ntuples)]


def login(url: str, role: Role) -> str:
    """The connection string of a role, derived from the administrator's; raises DatabaseError without a password."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return make_conninfo(
        **{**parts, "user": role.value, "password": password(url, role)},
        options="-c search_path=vigie,api,public -c statement_timeout=60s -c TimeZone=UTC -c jit=off",
        connect_timeout=5, keepalives_idle=10, keepalives_interval=5, keepalives_count=3, application_name=role.value,
    )  # fmt: skip


def password(url: str, role: Role) -> str:
    """A role's password, derived from the administrator's (HMAC-SHA256); raises DatabaseError if there is none."""
    secret = conninfo_to_dict(url).get("password")
    if not secret:
        raise DatabaseError(
            "VIGIE_DATABASE_URL needs the administrator's password: Vigie's roles derive theirs from it"
        )
    return hmac.new(str(secret).encode(), f"vigie role {role}".encode(), sha256).hexdigest()


def _forget(connection: Connection) -> None:
    """Leave the next request nothing of what SQL slipped into this one may have said: no setting, statement or lock.

    What psycopg itself prepared stays, with the plans of functions: planning a view's rights takes longer than reading
    it. Such statements come in a message of the protocol, which SQL cannot send; one that SQL prepared, under whatever
    name, ends them all.
    """
    connection.autocommit = True
    told = connection.execute(_FORGOTTEN)
    told.set_result(-1)
    if told.fetchone() != (0,):
        connection.execute("DISCARD ALL")
    connection.autocommit = False


_FORGOTTEN = """
    CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all();
    DISCARD TEMP; DISCARD SEQUENCES; SELECT count(*) FROM pg_catalog.pg_prepared_statements WHERE from_sql
"""
