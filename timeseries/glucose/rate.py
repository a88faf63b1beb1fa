"""How fast glucose moves, and the arrow that says so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

OVER = timedelta(minutes=15)
"""The stretch over which the rate is taken (Dexcom and Nightscout name their arrows by it)."""

LEAST = timedelta(minutes=4)
"""Over a shorter stretch the noise of two readings is larger than their rate [own rule: one 5-minute step, early]."""


class Arrow(StrEnum):
    """Direction by rate in mg/dL per minute, as Dexcom and Nightscout name it."""

    DOUBLE_UP = "DoubleUp"
    SINGLE_UP = "SingleUp"
    FORTY_FIVE_UP = "FortyFiveUp"
    FLAT = "Flat"
    FORTY_FIVE_DOWN = "FortyFiveDown"
    SINGLE_DOWN = "SingleDown"
    DOUBLE_DOWN = "DoubleDown"


_RISING = ((3.0, Arrow.DOUBLE_UP), (2.0, Arrow.SINGLE_UP), (1.0, Arrow.FORTY_FIVE_UP))
_FALLING = ((-3.0, Arrow.DOUBLE_DOWN), (-2.0, Arrow.SINGLE_DOWN), (-1.0, Arrow.FORTY_FIVE_DOWN))


def rate(points: Sequence[tuple[datetime, float]]) -> float | None:
    """mg/dL per minute at the last of these (time, mg/dL) points, oldest first; None where too little tells it.

    From the first to the last reading of the last 15 minutes, which must be four minutes apart or more.
    """
    recent = [(at, value) for at, value in points if points[-1][0] - at <= OVER]
    if not recent or recent[-1][0] - recent[0][0] < LEAST:
        return None
    return (recent[-1][1] - recent[0][1]) / ((recent[-1][0] - recent[0][0]) / timedelta(minutes=1))


def arrow(points: Sequence[tuple[datetime, float]]) -> Arrow | None:
    """The arrow at the last of these (time, mg/dL) points, oldest first; None where `rate` is.

    Beyond 1, 2 and 3 mg/dL/min the arrow tilts (Dexcom).
    """
    now = rate(points)
    if now is None:
        return None
    up = next((name for bound, name in _RISING if now > bound), None)
    down = next((name for bound, name in _FALLING if now < bound), None)
    return up or down or Arrow.FLAT
