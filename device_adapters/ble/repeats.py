"""Advertisements are said again and again; here it is known which were said already."""

from collections import OrderedDict

Said = tuple[str, str, bytes]
"""A device's address, a service, and the bytes."""


class Repeats:
    """What was heard lately: the same bytes of the same device are a repeat until `quiet` seconds pass without them.

    The time counts from the last repeat, not the first: BlueZ tells old service data again whenever anything else of
    the device changes, and a scale may keep its last weighing on the air. At most `most` are remembered.
    """

    def __init__(self, quiet: float, most: int) -> None:
        """Nothing heard yet."""
        self._quiet = quiet
        self._most = most
        self._last: OrderedDict[Said, float] = OrderedDict()

    def knows(self, said: Said, at: float) -> bool:
        """True if this is a repeat; either way it is remembered as heard `at` that time, in seconds of one clock."""
        last = self._last.pop(said, None)
        self._last[said] = at
        if len(self._last) > self._most:
            self._last.popitem(last=False)
        return last is not None and at - last < self._quiet

    def forget(self, said: Said) -> None:
        """Take it as never heard, so that its next repeat counts."""
        self._last.pop(said, None)
