"""`vigie access-log`: whether the log of who saw what is as it was written."""

from dataclasses import dataclass

from hub.access_log import Fault, digest, faults
from hub.database import Database, Role
from hub.migrate import migrate


@dataclass(frozen=True, slots=True)
class Verified:
    """What there is to say, and whether every chain is whole."""

    lines: list[str]
    whole: bool


def verify(url: str) -> Verified:
    """The first altered entry of each person, and the digest over all heads."""
    migrate(url)
    database = Database(url)
    try:
        with database.transaction(Role.REGISTER) as connection:
            found, over_all = faults(connection), digest(connection)
    finally:
        database.close()
    return Verified([*map(_told, found), f"digest: {over_all}"], not found)


def _told(fault: Fault) -> str:
    whose = f"person {fault.person}" if fault.person else f"chain {fault.chain} (nobody's record now)"
    return f"altered: {whose}, entry {fault.number}"
