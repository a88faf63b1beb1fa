"""Work that one process at a time may do on a database: the right to do it is a lock, which lasts as long as a session.

The session ends with the process, however that ends; and with the database's own restart, which nobody is told of.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic, sleep

import psycopg

from hub.database import ANSWER_WITHIN, Connection, OperationalError, Role, login
from hub.errors import DatabaseError

log = logging.getLogger(__name__)


@contextmanager
def alone(url: str, role: Role, work: str, given_up: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Hold the right to do `work`; what is yielded makes sure of it, and is to be called before each piece of work.

    A process waits a few seconds for its predecessor's. Lost with its session the right is taken again; if another
    process has it by then, `given_up` is called, once, and the work is not this process's any more.

    Raises DatabaseError, as does what is yielded, if another does the work; OperationalError without the database.
    """
    right = _Right(login(url, role), work, given_up)
    right.take()
    try:
        yield right.check
    finally:
        right.close()


class _Right:
    def __init__(self, login: str, work: str, given_up: Callable[[], None]) -> None:
        self._login, self._work, self._given_up = login, work, given_up
        self._asking = Lock()
        self._gone = False
        self._session: tuple[object, ...] = (None, None)

    def check(self) -> None:
        with self._asking:
            if self._gone:
                raise DatabaseError(f"another process does the {self._work} since; restart this one to have it again")
            try:
                self._connection.execute("SELECT")
            except OperationalError:
                self._connection.close()
                self._take_again()

    def take(self) -> None:
        self._connection = psycopg.connect(self._login, autocommit=True)
        # the server may not know yet that the session is over in which it was ours
        self._connection.execute(_END, self._session)
        self._session = self._connection.execute(_SESSION).fetchall()[0]
        until = monotonic() + ANSWER_WITHIN
        while not _locked(self._connection, self._work):
            if monotonic() > until:
                self._connection.close()
                raise DatabaseError(f"another process does the {self._work} on this database already; stop it first")
            sleep(0.1)

    def close(self) -> None:
        self._connection.close()

    def _take_again(self) -> None:
        try:
            self.take()
        except DatabaseError:
            self._gone = True
            log.error("another process does the %s since the database was away; this one leaves it", self._work)  # noqa: TRY400
            self._given_up()
            raise


def _locked(connection: Connection, work: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (f"vigie {work}",)).fetchone()
    return bool(row and row[0])


_SESSION = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE (pid, backend_start) = (%s::int, %s::timestamptz)"
