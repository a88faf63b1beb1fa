"""What failed a moment ago is left alone for a while, so that whatever stands behind it is not kept waiting."""

from time import monotonic

REST = 60.0
"""Seconds before it is tried again."""


class Resting:
    """Numbers of what failed, in this process."""

    def __init__(self) -> None:
        """Nothing rests yet."""
        self._until: dict[int, float] = {}

    def add(self, number: int) -> None:
        """It failed just now."""
        self._until[number] = monotonic() + REST

    def now(self) -> list[int]:
        """All that rest at this moment."""
        self._until = {number: until for number, until in self._until.items() if until > monotonic()}
        return list(self._until)
