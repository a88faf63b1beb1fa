"""What follows from stored readings: the summaries, and whose a shared device's are; and what is kept no longer.

A turn is safe to repeat.
"""

import logging
from time import monotonic

from hub.database import Database, OperationalError, Role
from hub.errors import DatabaseError
from hub.faults import named
from hub.resting import Resting
from timeseries.attributor import Attributor
from timeseries.summaries import Summaries

log = logging.getLogger(__name__)

AT_ONCE = 200
"""People looked at in one turn, each in a transaction of their own."""

SWEPT = 60.0
"""Seconds between two looks for what is kept no longer."""

FORGOTTEN = 1_000
"""Refused payloads forgotten at once, at most."""


class Upkeep:
    """The work of the watch; several may share it."""

    def __init__(self, database: Database) -> None:
        """Work in that database (role `vigie_watch`)."""
        self._database = database
        self._resting = Resting()
        self._swept = 0.0

    def turn(self) -> bool:
        """Do what is there to do, at most so much; True if there may be more.

        Raises DatabaseError, OperationalError.
        """
        with self._database.transaction(Role.WATCH) as connection:
            behind = Summaries(connection).behind(AT_ONCE, self._resting.now())
        for person in behind:
            self._summarise(person)
        self._sweep()
        with self._database.transaction(Role.WATCH) as connection:
            settled = Attributor(connection).turn()
        return settled > 0 or len(behind) >= AT_ONCE

    def _sweep(self) -> None:
        """What nobody can resume from any more, and what was refused long ago, is forgotten: a little at a time."""
        if monotonic() - self._swept >= SWEPT:
            with self._database.transaction(Role.WATCH) as connection:
                connection.execute("DELETE FROM news WHERE at < now() - interval '2 hours'")
                connection.execute("SELECT forget_refused_long_ago(%s)", (FORGOTTEN,))
            self._swept = monotonic()

    def _summarise(self, person: int) -> None:
        try:
            with self._database.transaction(Role.WATCH) as connection:
                Summaries(connection).catch_up(person)
        except (DatabaseError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001
            # their marks stay, and so does what was summarised before; the others are unharmed
            self._resting.add(person)
            log.error("%s; a person's summaries are behind", named(error))  # noqa: TRY400
