"""`vigie quarantine`: look at what was refused, and send it through the door again."""

from collections.abc import Iterator

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from device_adapters.adapter import Keys
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from ingest_api import quarantine
from ingest_api.intake import Intake

_PAGE = 50


def table(database_url: str, most: int) -> Table:
    """What waits, oldest first; without payloads, which may hold what was measured."""
    shown = Table("id", "received", "times", "channel", "source", "why")
    database = Database(database_url)
    with database.transaction(Role.INTAKE) as connection:
        for each in quarantine.waiting(connection, most):
            why = "\n".join(sorted({f"{code}: {text}" for _, code, text in each.reasons}))
            received = each.raw.received_at.isoformat(timespec="seconds")
            told = (str(each.id), received, str(each.times), each.raw.channel, each.raw.source, why)
            shown.add_row(*map(Text, told))  # as it stands: a topic may hold what rich takes for a style
    database.close()
    return shown


def replay(database_url: str, keys: Keys, progress: Console) -> tuple[int, int]:
    """How many payloads were accepted now, and how many are still refused."""
    database = Database(database_url)
    intake = Intake(database, PostgresDirectory(database), keys)
    accepted = [_again(database, intake, each) for each in track(_all(database), "replaying", console=progress)]
    database.close()
    return accepted.count(True), accepted.count(False)


def _again(database: Database, intake: Intake, each: quarantine.Quarantined) -> bool:
    if intake.replay(each.raw).refused:
        return False
    with database.transaction(Role.INTAKE) as connection:
        quarantine.resolve(connection, each.raw)
    return True


def _all(database: Database) -> Iterator[quarantine.Quarantined]:
    """What waits, a page at a time: payloads may be many, and long."""
    after = 0
    while page := _page(database, after):
        yield from page
        after = page[-1].id


def _page(database: Database, after: int) -> list[quarantine.Quarantined]:
    with database.transaction(Role.INTAKE) as connection:
        return quarantine.waiting(connection, _PAGE, after)
