"""When a device is visited again: soon when something broke, later when there was nothing new."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rests:
    """Seconds of rest after a visit; each fruitless visit in a row doubles them, up to the longest.

    A device that was off the air for `absent` seconds has something new to say, and is visited at once.
    """

    after_visit: float = 10
    longest_after_visit: float = 600
    after_fault: float = 1
    longest_after_fault: float = 60
    absent: float = 30


class Pace:
    """One device's; times are seconds of one clock."""

    def __init__(self, rests: Rests) -> None:
        """Never visited."""
        self._rests = rests
        self._not_before = float("-inf")
        self._last_seen = float("-inf")
        self._fruitless = 0

    def seen(self, now: float) -> None:
        """The device is on the air."""
        if now - self._last_seen > self._rests.absent:
            self._not_before = now
        self._last_seen = now

    def ready(self, now: float) -> bool:
        """True if it should be visited, being on the air."""
        return now >= self._not_before

    def visited(self, now: float, *, fruitful: bool, finished: bool) -> None:
        """A visit ended: `fruitful` if it brought something, `finished` if nothing broke it off."""
        self._fruitless = 0 if fruitful else self._fruitless + 1
        first, longest = (
            (self._rests.after_visit, self._rests.longest_after_visit)
            if finished
            else (self._rests.after_fault, self._rests.longest_after_fault)
        )
        doublings = min(max(self._fruitless - 1, 0), 32)
        self._not_before = now + min(first * 2**doublings, longest)
        self._last_seen = now
