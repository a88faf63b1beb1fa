"""Time that leaps: as soon as nobody has anything left to do it is the moment somebody waits for.

So a machine that is slow, or stops for seconds, comes too late to nothing, and waiting costs no time. It serves tests
that live in one loop with all they talk to; what waits for a thread, a process or a socket keeps the machine's clock.
"""

import asyncio
from selectors import DefaultSelector, SelectorKey


class _Leaps(DefaultSelector):
    """Waits for nothing but what is certain to come."""

    passed = 0.0
    """Seconds since the loop began."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """What is ready; where nothing is, the time waited for has passed. A turn of the loop takes a microsecond."""
        self.passed += 1e-6
        if timeout is None:
            return super().select()
        ready = super().select(0)
        self.passed += 0.0 if ready else timeout
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with that clock."""

    def __init__(self) -> None:
        """At the second 0."""
        self._leaps = _Leaps()
        super().__init__(self._leaps)

    def time(self) -> float:
        """Seconds since it began."""
        return self._leaps.passed
