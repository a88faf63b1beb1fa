"""Mean amplitude of glycaemic excursions, by crossings of two moving averages.

No two tools agree on MAGE (iglu, AGATA and others differ by 7 to 20 % on one trace): never compare it with another
tool's. Source: Service 1970 (doi:10.2337/diab.19.9.644) for the idea, Fernandes 2022 (doi:10.1177/19322968211061165)
for the algorithm, the R package iglu 4.3.0 for its details.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from timeseries.glucose.averages import sd_of
from timeseries.glucose.bounds import Flags, Floats
from timeseries.glucose.grid import grid_of
from timeseries.glucose.series import Series

Integers = NDArray[np.int64]

ALGORITHM = (
    "iglu ma: 5-minute grid, averages of 5 and 32 slots, excursions of 1 SD, segments split at gaps over 180 min"
)
STEP, SHORT, LONG = 5, 5, 32
SPLIT = 180
"""Minutes: a longer gap divides the trace into segments, each with its own SD."""


@dataclass(frozen=True, slots=True)
class Mage:
    """mg/dL: `plus` nadir to peak, `minus` peak to nadir, None where no excursion is; `average` of both.

    Each is the mean over segments, weighted by their length.
    """

    plus: float | None
    minus: float | None
    average: float


def mage(series: Series) -> Mage | None:
    """The mean amplitude of glycaemic excursions of a series; None where no segment has any."""
    on_grid = grid_of(series, STEP)
    if on_grid is None:
        return None
    plus: list[tuple[float, int]] = []
    minus: list[tuple[float, int]] = []
    for segment in _segments(on_grid.values):
        turns, least, weight = _turning_points(segment), sd_of(segment[~np.isnan(segment)]), len(segment) - 1
        if least:  # a flat segment has no excursion
            plus.extend((height, weight) for height in _mean_height(_rises(turns, least)))
            minus.extend((height, weight) for height in _mean_height(_rises([-turn for turn in turns], least)))
    average = _weighted(plus + minus)
    return None if average is None else Mage(_weighted(plus), _weighted(minus), average)


def _segments(values: Floats) -> Iterator[Floats]:
    """Stretches between gaps over three hours, long enough for the long average; shorter gaps stay inside as NaN."""
    known = np.flatnonzero(~np.isnan(values))
    cuts = np.flatnonzero((np.diff(known) - 1) * STEP > SPLIT)
    starts, ends = np.append(known[0], known[cuts + 1]), np.append(known[cuts], known[-1])
    for first, last in zip(starts, ends, strict=True):
        if last + 1 - first >= LONG:
            yield values[first : last + 1]


def _turning_points(segment: Floats) -> list[float]:
    """Lowest and highest glucose between the crossings of the two averages, in turn.

    Each is looked for from the turning point before it to the next crossing; above the long average it is a peak.
    """
    ahead, told = _ahead(segment)
    crossings = _crossings(ahead, told)
    lows, highs = np.where(np.isnan(segment), np.inf, segment), np.where(np.isnan(segment), -np.inf, segment)
    turns, last = [], 0
    ends = [*crossings[1:].tolist(), len(segment) - 1]
    for until, is_peak in zip(ends, (ahead[crossings] > 0).tolist(), strict=True):
        stretch = slice(last, until + 1)
        last += int(highs[stretch].argmax() if is_peak else lows[stretch].argmin())
        turns.append(float(segment[last]))
    return turns


def _ahead(segment: Floats) -> tuple[Integers, Flags]:
    """Whether the short average is above (1), below (-1) or at (0) the long one, and where glucose and both are known.

    In millionths of mg/dL, as integers: equal averages of unequal windows would differ by the noise of their sums.
    """
    known = ~np.isnan(segment)
    counts = known.astype(np.int64)
    millionths = np.where(known, segment * 1e6, 0).round().astype(np.int64)
    (short, of_short), (long, of_long) = (
        (_moving_sum(millionths, width), _moving_sum(counts, width)) for width in (SHORT, LONG)
    )
    return np.sign(short * of_long - long * of_short), known & (of_short > 0) & (of_long > 0)


def _moving_sum(of: Integers, width: int) -> Integers:
    """Sum of the last `width` slots, (n,); the first full one stands for those before it."""
    until = np.concatenate(([0], np.cumsum(of)))
    sums = until[width:] - until[:-width]
    return np.concatenate((np.repeat(sums[:1], width - 1), sums))


def _crossings(ahead: Integers, told: Flags) -> Integers:
    """Where the short average crosses the long one, from the first slot on.

    A slot counts if it and the one before are known; it is a crossing if its sign differs from that of the last slot
    that counted, so that equal averages or a gap hide none.
    """
    counted = np.flatnonzero(told[1:] & told[:-1] & (ahead[1:] != 0)) + 1
    sign = ahead[np.append(0, counted)]
    return np.append(0, counted[sign[1:] * sign[:-1] < 0])


def _rises(turns: Sequence[float], least: float) -> Iterator[float]:
    """Heights of rises of at least `least`, each from the lowest point before it to its peak.

    A peak is where glucose then falls by more than `least`, or the highest until the end.
    """
    start = at = 0
    while at < len(turns):
        lowest = min(turns[start : at + 1])
        if turns[at] - lowest < least:
            at += 1
            continue
        for after in range(at, len(turns)):
            at = after if turns[after] > turns[at] else at
            if turns[at] - turns[after] > least or after == len(turns) - 1:
                break
        yield turns[at] - lowest
        start = at = after


def _mean_height(heights: Iterator[float]) -> list[float]:
    """Their mean, if there are any."""
    told = list(heights)
    return [sum(told) / len(told)] if told else []


def _weighted(heights: Sequence[tuple[float, int]]) -> float | None:
    """The mean of (height, weight); None without any."""
    weight = sum(each for _, each in heights)
    return sum(height * each for height, each in heights) / weight if weight else None
