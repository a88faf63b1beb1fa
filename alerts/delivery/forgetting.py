"""What was told over a year ago is forgotten, with the proof of it: a technical log is kept no longer (CNIL 2021)."""

from time import monotonic

from hub.database import Database, Role

AT_ONCE = 5_000
"""Messages, or notices, of one transaction."""

EVERY = 86_400.0
"""Seconds between two looks."""


class Forgetting:
    """Forgets in turns; several may run."""

    def __init__(self, database: Database) -> None:
        """In that database (role `vigie_deliver`)."""
        self._database = database
        self._next = 0.0

    def turn(self) -> bool:
        """Forget so much, once a day; true if there may be more."""
        if monotonic() < self._next:
            return False
        with self._database.transaction(Role.DELIVER) as connection:
            gone: int = connection.execute("SELECT forget_told(%s)", (AT_ONCE,)).fetchall()[0][0]
        if gone < AT_ONCE:
            self._next = monotonic() + EVERY
        return gone >= AT_ONCE
