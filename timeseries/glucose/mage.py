"""Mean amplitude of glycaemic excursions, by crossings of two moving averages.

No two tools agree on MAGE (iglu, AGATA and others differ by 7 to 20 % on one trace): never compare it with another
tool's. Source: Service 1970 (doi:10.2337/diab.19.9.644) for the idea, Fernandes 2022 (doi:10.1177/19322968211061165)
for the algorithm, the R package iglu 4.3.0 for its details.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from timeseries.glucose.averages import sd_of
from timeseries.glucose.bounds import Floats
from timeseries.glucose.grid import grid_of
from timeseries.glucose.series import Series

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
        turns, least = _turning_points(segment), sd_of(segment[~np.isnan(segment)])
        if least:  # a flat segment has no excursion
            plus.extend((height, len(segment) - 1) for height in _mean_height(_rises(turns, least)))
            minus.extend(
                (height, len(segment) - 1) for height in _mean_height(_rises([-turn for turn in turns], least))
            )
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
    ahead = _moving_mean(segment, SHORT) - _moving_mean(segment, LONG)
    crossings = _crossings(segment, ahead)
    is_peak = ahead[crossings] > 0
    lows, highs = np.where(np.isnan(segment), np.inf, segment), np.where(np.isnan(segment), -np.inf, segment)
    turns, last = [], 0
    for (_, until), peak in zip(pairwise([*crossings.tolist(), len(segment) - 1]), is_peak.tolist(), strict=True):
        stretch = slice(last, until + 1)
        last += int(highs[stretch].argmax() if peak else lows[stretch].argmin())
        turns.append(float(segment[last]))
    return turns


def _moving_mean(segment: Floats, width: int) -> Floats:
    """Mean of the last `width` slots without their gaps, (n,); the first full one stands for those before it."""
    known = ~np.isnan(segment)
    sums = sliding_window_view(np.where(known, segment, 0.0), width).sum(axis=1)
    counts = sliding_window_view(known, width).sum(axis=1)
    means = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return np.concatenate((np.full(width - 1, means[0]), means))


def _crossings(segment: Floats, ahead: Floats) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Where the short average crosses the long one, from the first slot on.

    A slot counts if it and the one before have glucose and both averages. It is a crossing if the sign differs from
    that at the slot before, or from that at the crossing before (which a zero or a gap may have hidden).
    """
    sign = np.sign(np.round(ahead, 9))  # equal averages of unequal windows differ by the noise of their sums
    told = ~(np.isnan(segment) | np.isnan(sign))
    candidates = np.flatnonzero(told[1:] & told[:-1] & (sign[1:] != 0)) + 1
    flips = sign[candidates] * sign[candidates - 1] < 0
    if sign[0] == 0:  # nothing to differ from until the first flip
        started = np.logical_or.accumulate(flips)
        candidates, flips = candidates[started], flips[started]
        differs = np.append(sign[0], sign[candidates])[:-1] * sign[candidates] < 0
    else:
        differs = np.append(sign[0], sign[candidates])[:-1] != sign[candidates]
    return np.append(0, candidates[flips | differs])


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
