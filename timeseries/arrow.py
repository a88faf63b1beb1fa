"""The arrow beside a glucose value: how fast it moves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

OVER = timedelta(minutes=15)
"""The stretch over which the rate is taken (Dexcom and Nightscout name their arrows by it)."""


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


def arrow(points: Sequence[tuple[datetime, float]]) -> Arrow | None:
    """The arrow at the last of these (time, mg/dL) points, oldest first; None where the last 15 minutes do not tell.

    Rate from the first to the last reading of the stretch; above 1, 2, 3 mg/dL/min the arrow tilts (Dexcom).
    """
    recent = [(at, value) for at, value in points if points[-1][0] - at <= OVER]
    if len(recent) < 2:
        return None
    minutes = (recent[-1][0] - recent[0][0]) / timedelta(minutes=1)
    if minutes < 4:
        return None
    rate = (recent[-1][1] - recent[0][1]) / minutes
    up = next((name for bound, name in _RISING if rate > bound), None)
    down = next((name for bound, name in _FALLING if rate < bound), None)
    return up or down or Arrow.FLAT
