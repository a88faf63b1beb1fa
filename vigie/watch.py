"""A watch beside its intake waits until that has heard what was said while the hub was away."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from device_adapters.buffer import Hearing

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
