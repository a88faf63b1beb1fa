"""`vigie access-log`: whether the log of who saw what is as it was written, and what of it need not be kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hub.access_log import Fault, digest, faults, forget
from hub.database import Connection, Database, Role
from hub.migrate import migrate


@dataclass(frozen=True, slots=True)
class Verified:
    """What there is to say, and whether every chain is whole."""

    lines: list[str]
    whole: bool


def verify(url: str) -> Verified:
    """The first altered entry of each person, and the digest over all heads."""
    with _register(url) as connection:
        found, over_all = faults(connection), digest(connection)
    return Verified([*map(_told, found), f"digest: {over_all}"], not found)


def purge(url: str) -> list[str]:
    """Forget the logs whose time is over; what was done, and the digest from now on."""
    with _register(url) as connection:
        gone, over_all = forget(connection), digest(connection)
    return [f"{gone} logs forgotten, of records closed or deleted over ten years ago", f"digest: {over_all}"]


@contextmanager
def _register(url: str) -> Iterator[Connection]:
    migrate(url)
    database = Database(url)
    try:
        with database.transaction(Role.REGISTER) as connection:
            yield connection
    finally:
        database.close()


def _told(fault: Fault) -> str:
    whose = f"person {fault.person}" if fault.person else f"chain {fault.chain} (nobody's record now)"
    return f"altered: {whose}, entry {fault.number}"
