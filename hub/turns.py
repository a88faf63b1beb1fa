"""What goes on beside the requests: a thread that takes turns, backs off while they fail, and ends when told to."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from hub.database import SqlError
from hub.errors import DatabaseError
from hub.faults import named

log = logging.getLogger(__name__)

IDLE = 0.25
"""Seconds to wait when nothing was left to do."""

LONGEST_PAUSE = 10.0
"""Seconds between attempts, at most, while the database does not answer."""


class Turns:
    """Takes turns until stopped; a turn tells whether there may be more to do at once.

    A turn that fails is taken again: it must leave undone, and to be found again, what it did not commit.
    """

    def __init__(self, name: str, turn: Callable[[], bool]) -> None:
        """Prepare; nothing is done before start. `name` is what logs call it."""
        self._name, self._turn = name, turn
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """True while turns are being taken."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the turn in hand, then end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                pause = 0.0 if self._turn() else IDLE
            except (DatabaseError, SqlError) as error:
                pause = min(LONGEST_PAUSE, 2 * pause or IDLE)
                log.error("%s: the database failed (%s); again in %.1f s", self._name, type(error).__name__, pause)  # noqa: TRY400
            except Exception as error:  # noqa: BLE001
                # where, not what: a message of a library may hold a value
                pause = LONGEST_PAUSE
                log.error("%s met a %s; again in %.0f s", self._name, named(error), pause)  # noqa: TRY400
