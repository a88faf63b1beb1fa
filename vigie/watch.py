"""When the watch takes its turns: once the intake has heard what was said while the hub was away; a breath apart."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep

from device_adapters.buffer import Hearing

CAUGHT_UP = timedelta(seconds=2)
"""How long nothing must have waited anywhere for what was said meanwhile to count as heard."""

LONGEST_HEARING = 60.0
"""Seconds to wait for that, at most: with no broker to hear, silences are true ones."""

BREATH = 0.1
"""Seconds from one look at who is marked to the next, at least: what comes meanwhile is looked at together, which costs
a fraction of looking at each, and nobody's alarm is the later for it by more than that."""


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


def together(turn: Callable[[], bool]) -> Callable[[], bool]:
    """That turn, begun a breath after the one before at the earliest."""
    begun = monotonic() - BREATH

    def taken() -> bool:
        nonlocal begun
        sleep(max(0.0, begun + BREATH - monotonic()))
        begun = monotonic()
        return turn()

    return taken
