"""The ambulatory profile: a usual day as bands of percentiles, coloured by range.

The drawing is smoothed; what is told in figures is not.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ingest_api.pages.charts.curves import Run, apart, between, line, runs
from ingest_api.pages.charts.frame import (
    LINE,
    empty,
    glucose_back,
    glucose_colours,
    paint,
    path,
    picture,
    plot,
    time_marks,
    words_at,
)
from ingest_api.pages.charts.svg import checked, joined
from ingest_api.pages.charts.table import Table
from ingest_api.pages.charts.telling import Axis, Telling, axis
from ingest_api.pages.charts.time_axis import Tick, clock
from timeseries.glucose.bounds import Floats
from timeseries.glucose.profile import FEWEST_DAYS, PERCENTS, Slot

AMBULATORY_HEIGHT = 320
"""Pixels."""

DAY = 1440

REACH = 45
"""Minutes to either side over which the drawing is smoothed, with tricube weights as loess has them. [own rule]
iglu draws with loess over 0.3 of the day, which flattens a one-hour low; this keeps it."""


def ambulatory(identifier: str, slots: Sequence[Slot], telling: Telling) -> Markup:
    """The profile from midnight to midnight; clock times without a slot stay open."""
    name = checked(identifier)
    smooth = smoothed(slots)
    scale = axis(telling, float(smooth[4].max()) if slots else None)
    back = [glucose_back(scale, AMBULATORY_HEIGHT), _HOURS]
    inside = _bands(name, slots, smooth, scale) if slots else empty(ambulatory_label(slots, telling), AMBULATORY_HEIGHT)
    return picture("profile", ambulatory_label(slots, telling), AMBULATORY_HEIGHT, *back, inside)


def smoothed(slots: Sequence[Slot]) -> Floats:
    """(5, n) mg/dL: each percentile as the weighted mean of its neighbours around the clock.

    All percentiles of a slot have one set of weights, so that their order stays.
    """
    if not slots:
        return np.empty((len(PERCENTS), 0))
    table = np.array([(slot.p5, slot.p25, slot.p50, slot.p75, slot.p95) for slot in slots])
    return np.asarray((_weights(tuple(slot.minute for slot in slots)) @ table).T)


@lru_cache(maxsize=16)
def _weights(minutes: tuple[int, ...]) -> Floats:
    """(n, n) share of each slot in each smoothed one; rows add up to 1."""
    at = np.array(minutes, float)
    off = np.abs(at[:, None] - at[None, :])
    near = np.minimum(off, DAY - off) / REACH
    tricube = np.where(near < 1, (1 - near**3) ** 3, 0)
    return np.asarray(tricube / tricube.sum(axis=1, keepdims=True))


def _bands(name: str, slots: Sequence[Slot], smooth: Floats, scale: Axis) -> Markup:
    p5, p25, p50, p75, p95 = (_curve(slots, each, scale) for each in smooth)
    colours = glucose_colours(name, scale, "fill", "ink")
    outer = path(between(p95, p5), "band-outer", fill=paint(name, "fill"))
    inner = path(between(p75, p25), "band-inner", fill=paint(name, "fill"))
    edges = path(line(p5) + line(p95), "band-edge", stroke=paint(name, "ink"))
    median = path(line(p50), "median", stroke=paint(name, "ink"))
    return plot(colours, outer, inner, edges, median) + _percents(smooth[:, -1], scale)


def _curve(slots: Sequence[Slot], values: Floats, scale: Axis) -> list[Run]:
    """A percentile's curve; where the night's both sides are known it runs on to the second midnight."""
    minutes: NDArray[np.int64] = np.array([slot.minute for slot in slots])
    apart_by = np.diff(minutes)
    step = int(apart_by.min()) if len(apart_by) else DAY
    if minutes[0] + DAY - minutes[-1] == step:
        minutes, values = np.append(minutes, minutes[0] + DAY), np.append(values, values[0])
    return runs(minutes / DAY, scale.places(values), np.diff(minutes) > step)


def _percents(last: Floats, scale: Axis) -> Markup:
    """Which percentile each curve is, where they end."""
    places = [scale.place(value) * AMBULATORY_HEIGHT for value in reversed(last.tolist())]
    clear = apart(places, LINE - 1, 0, AMBULATORY_HEIGHT)
    names = [scale.telling.words.percent(percent) for percent in reversed(PERCENTS)]
    return joined(
        [
            words_at(name, "100%", y, f"t-start t-percent{' t-strong' if n == 2 else ''}")
            for n, (name, y) in enumerate(zip(names, clear, strict=True))
        ]
    )


def ambulatory_label(slots: Sequence[Slot], telling: Telling) -> str:
    """What the profile shows, in a sentence."""
    if not slots:
        return telling.words.too_few_days.format(days=FEWEST_DAYS)
    low, high = min(slots, key=lambda slot: slot.p50), max(slots, key=lambda slot: slot.p50)
    return telling.words.profile_label.format(
        days=max(slot.n for slot in slots),
        lowest=telling.glucose(low.p50),
        lowest_at=clock(low.minute),
        highest=telling.glucose(high.p50),
        highest_at=clock(high.minute),
        target=telling.extent(telling.target),
    )


def ambulatory_table(slots: Sequence[Slot], telling: Telling) -> Table:
    """The unsmoothed percentiles of the slots at or next after each full hour."""
    words = telling.words
    chosen = {slot.minute // 60: slot for slot in reversed(slots)}
    rows = [
        (clock(slot.minute), *[telling.text(telling.in_unit(each)) for each in _percentiles(slot)], str(slot.n))
        for slot in reversed(chosen.values())
    ]
    header = (words.time, *[words.percent(percent) for percent in PERCENTS], words.days)
    return Table(words.profile_title.format(unit=telling.unit), header, tuple(rows))


def _percentiles(slot: Slot) -> tuple[float, ...]:
    return slot.p5, slot.p25, slot.p50, slot.p75, slot.p95


_HOURS = time_marks(
    [Tick(hour / 24, f"{hour % 24:02d}:00", hour % 6 != 0, False) for hour in range(0, 25, 3)], AMBULATORY_HEIGHT
)
