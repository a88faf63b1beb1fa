"""The watch: a thread that keeps up with what was stored. Several may run; they share the work."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from time import monotonic, sleep

from device_adapters.buffer import Hearing
from hub.database import SqlError
from hub.errors import DatabaseError
from hub.faults import whereabouts

log = logging.getLogger(__name__)

IDLE = 0.25
"""Seconds to wait when nothing was left to do."""

LONGEST_PAUSE = 10.0
"""Seconds between attempts, at most, while the database does not answer."""


CAUGHT_UP = timedelta(seconds=2)
"""How long nothing must have waited anywhere for what was said meanwhile to count as heard."""

LONGEST_HEARING = 60.0
"""Seconds to wait for that, at most: with no broker to hear, silences are true ones."""


def once_heard(hearing: Callable[[], Hearing | None], turn: Callable[[], bool]) -> Callable[[], bool]:
    """That turn, once the hub has heard what was said while it was away: else it told of silences that never were."""
    until = monotonic() + LONGEST_HEARING
    waiting = True

    def taken() -> bool:
        nonlocal waiting
        if waiting:
            now = hearing()
            waiting = monotonic() < until and (now is None or now.until - now.since < CAUGHT_UP)
        return False if waiting else turn()

    return taken


BREATH = 0.1
"""Seconds from one look at who is marked to the next, at least: what comes meanwhile is looked at together, which costs
a fraction of looking at each, and nobody's alarm is the later for it by more than that."""


def together(turn: Callable[[], bool]) -> Callable[[], bool]:
    """That turn, begun a breath after the one before at the earliest."""
    begun = monotonic() - BREATH

    def taken() -> bool:
        nonlocal begun
        sleep(max(0.0, begun + BREATH - monotonic()))
        begun = monotonic()
        return turn()

    return taken


class Watch:
    """Takes turns until stopped; a turn tells whether there may be more to do at once."""

    def __init__(self, turn: Callable[[], bool]) -> None:
        """Prepare; nothing is done before start."""
        self._turn = turn
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="watch", daemon=True)

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
                # what a turn did not commit is still marked as to be done
                pause = min(LONGEST_PAUSE, 2 * pause or IDLE)
                log.error("the watch cannot write (%s); trying again in %.1f s", type(error).__name__, pause)  # noqa: TRY400
            except Exception as error:  # noqa: BLE001
                pause = LONGEST_PAUSE
                name, where = type(error).__name__, whereabouts(error)
                log.error("the watch met a %s in %s; again in %.0f s", name, where, pause)  # noqa: TRY400
