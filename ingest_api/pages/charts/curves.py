"""Curves: columns of numbers to path data, open where nothing is known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingest_api.pages.charts.svg import HEIGHT, WIDTH
from timeseries.glucose.bounds import Flags, Floats

COLUMNS = 600
"""A run with more than twice as many points keeps the highest and the lowest of each column: no eye sees the others,
and no extreme is lost."""


class _Acrosses(dict[int, str]):
    """Whole numbers as the first of a point's two, those of a plot made once: charts have thousands."""

    def __missing__(self, number: int) -> str:
        return f"{number},"


_ACROSS = _Acrosses((number, f"{number},") for number in range(WIDTH + 1))
_DOWN = [str(number) for number in range(HEIGHT + 1)]


@dataclass(frozen=True, slots=True)
class Run:
    """Points without a gap between, in user units, left to right; `points` the same as path data."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    points: tuple[str, ...]


def runs(x: Floats, y: Floats, gaps: Flags, columns: int = COLUMNS) -> list[Run]:
    """Points (n,) as runs: `x` from the left and `y` from the top in fractions, `gaps` (n-1,) where it breaks.

    What lies above or below the plot is drawn at its edge.
    """
    starts = [0, *(np.flatnonzero(gaps) + 1).tolist(), len(x)]
    return [_run(x[a:b], y[a:b], columns) for a, b in pairwise(starts) if b > a]


def _run(x: Floats, y: Floats, columns: int) -> Run:
    if len(x) > 2 * columns:
        kept = _extremes(x, y, columns)
        x, y = x[kept], y[kept]
    xs, ys = np.rint(x * WIDTH).astype(int), np.rint(np.clip(y, 0, 1) * HEIGHT).astype(int)
    return _told(xs.tolist(), ys.tolist())


def _told(xs: list[int], ys: list[int]) -> Run:
    across, down = _ACROSS, _DOWN
    return Run(tuple(xs), tuple(ys), tuple([across[x] + down[y] for x, y in zip(xs, ys, strict=True)]))


def _extremes(x: Floats, y: Floats, columns: int) -> Flags:
    """Where the highest and lowest point of each column are, and both ends, (n,)."""
    column = np.floor(x * columns)
    order = np.lexsort((y, column))
    ends = np.flatnonzero(np.diff(column[order]))
    kept = np.zeros(len(x), np.bool_)
    kept[order[ends]] = kept[order[ends + 1]] = kept[[0, -1, order[0], order[-1]]] = True
    return kept


def line(of: Iterable[Run]) -> str:
    """Path data of the runs; a lone point is a speck, which round caps make a dot."""
    return "".join(f"M{' '.join(run.points)}" if len(run.xs) > 1 else _speck(run.xs[0], run.ys[0]) for run in of)


def specks(of: Iterable[Run]) -> str:
    """Path data of every point by itself."""
    return "".join(_speck(x, y) for run in of for x, y in zip(run.xs, run.ys, strict=True))


def against(of: Iterable[Run], level: float) -> str:
    """Path data of the areas between runs and a level (fraction from the top)."""
    at = round(min(max(level, 0.0), 1.0) * HEIGHT)
    return "".join(f"M{run.xs[0]},{at} {' '.join(run.points)} {run.xs[-1]},{at}Z" for run in of if len(run.xs) > 1)


def between(upper: Iterable[Run], lower: Iterable[Run]) -> str:
    """Path data of the bands between two curves that break at the same places."""
    return "".join(
        f"M{' '.join(high.points)} {' '.join(low.points[::-1])}Z"
        for high, low in zip(upper, lower, strict=True)
        if len(high.xs) > 1
    )


def _speck(x: int, y: int) -> str:
    return f"M{x},{y}h1"


def apart(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Places for labels: in the order wanted, `gap` apart, within [low, high], moved as little as can be.

    Least squares under an order: each place less its share of gaps is isotonic (pool adjacent violators, Barlow 1972).
    With more labels than room the gap shrinks.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    pools: list[tuple[float, int]] = []
    for n, place in enumerate(wanted):
        pool = (place - n * gap, 1)
        while pools and pools[-1][0] > pool[0]:
            total = pools[-1][1] + pool[1]
            pool = ((pools[-1][0] * pools[-1][1] + pool[0] * pool[1]) / total, total)
            pools.pop()
        pools.append(pool)
    ceiling = high - (len(wanted) - 1) * gap
    return [min(max(level, low), ceiling) + n * gap for n, level in enumerate(_spread(pools))]


def _spread(pools: list[tuple[float, int]]) -> Iterator[float]:
    for level, times in pools:
        yield from [level] * times
