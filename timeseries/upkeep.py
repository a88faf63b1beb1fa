"""What follows from stored readings: whose a shared device's are, and the summaries. A turn is safe to repeat."""

import logging
from time import monotonic

from hub.database import Database, OperationalError, Role
from hub.errors import DatabaseError
from hub.faults import named
from timeseries.attributor import Attributor
from timeseries.summaries import Summaries

log = logging.getLogger(__name__)

AT_ONCE = 200
"""People looked at in one turn, each in a transaction of their own."""

REST = 60.0
"""Seconds before somebody whose summary failed is tried again; the others are unharmed."""


class Upkeep:
    """The work of the watch; several may share it."""

    def __init__(self, database: Database) -> None:
        """Work in that database (role `vigie_watch`)."""
        self._database = database
        self._resting: dict[int, float] = {}
        self._swept = 0.0

    def turn(self) -> bool:
        """Do what is there to do, at most so much; True if there may be more.

        Raises DatabaseError, OperationalError.
        """
        with self._database.transaction(Role.WATCH) as connection:
            decided = Attributor(connection).turn()
        with self._database.transaction(Role.WATCH) as connection:
            behind = Summaries(connection).behind(AT_ONCE, self._at_rest())
        for person in behind:
            self._summarise(person)
        self._sweep()
        return decided > 0 or len(behind) >= AT_ONCE

    def _sweep(self) -> None:
        """What nobody who follows a record can resume from any more is forgotten, a minute's worth at a time."""
        if monotonic() - self._swept >= REST:
            with self._database.transaction(Role.WATCH) as connection:
                connection.execute("DELETE FROM news WHERE at < now() - interval '2 hours'")
            self._swept = monotonic()

    def _at_rest(self) -> list[int]:
        return [person for person, until in self._resting.items() if until > monotonic()]

    def _summarise(self, person: int) -> None:
        try:
            with self._database.transaction(Role.WATCH) as connection:
                Summaries(connection).catch_up(person)
            self._resting.pop(person, None)
        except (DatabaseError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001
            # their marks stay, and so does what was summarised before
            self._resting[person] = monotonic() + REST
            log.error("%s; a person's summaries are behind", named(error))  # noqa: TRY400
