"""Weight: every weighing a point, the trend a line that breaks where nobody weighed for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from markupsafe import Markup

from ingest_api.pages.charts.curves import line, runs, specks
from ingest_api.pages.charts.frame import LINE, empty, path, picture, plot, rule, time_marks, words_at
from ingest_api.pages.charts.stretch import places_in
from ingest_api.pages.charts.svg import el, joined, percent
from ingest_api.pages.charts.time_axis import day_ticks
from ingest_api.pages.charts.weighed import Weighed, weight_label
from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import instant
from timeseries.weight.summary import WeightPoint, WeightTrend

WEIGHT_HEIGHT = 260
"""Pixels."""

_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_MOST_STEPS = 6
_LEAST_SPAN = 3.0
"""The least that the axis spans, in the unit: half a kilogram from one day to the next is not to look like a cliff."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """The axis of weight: numbers in the unit, evenly spaced, the lowest at the bottom."""

    numbers: tuple[float, ...]

    def place(self, number: float) -> float:
        """How far from the top; beyond the axis over 1 or under 0."""
        return (self.numbers[-1] - number) / (self.numbers[-1] - self.numbers[0])


def weight_chart(of: WeightTrend, told: Weighed) -> Markup:
    """Points, the trend through them, and hollow those that were set aside; no ids, so any number may share a page."""
    points = told.shown(of)
    label = weight_label(of, told)
    if not points:
        return picture("weight", label, WEIGHT_HEIGHT, empty(told.words.nothing, WEIGHT_HEIGHT))
    scale = _scale(points, told)
    ticks = day_ticks(told.span, told.zone, told.words)
    back = [_back(scale, told), time_marks(ticks, WEIGHT_HEIGHT)]
    return picture("weight", label, WEIGHT_HEIGHT, *back, _points(points, scale, told))


def _scale(points: Sequence[WeightPoint], told: Weighed) -> _Scale:
    """An axis that holds what is believed; what was set aside may lie beyond, and is then drawn at its edge."""
    believed = [point for point in points if not point.outlier] or points
    numbers = [told.in_unit(kg) for point in believed for kg in (point.value, point.trend) if kg is not None]
    low, high = min(numbers), max(numbers)
    spare = max(_LEAST_SPAN - (high - low), 0) / 2
    low, high = low - spare, high + spare
    step = next((step for step in _STEPS if (high - low) / step <= _MOST_STEPS), _STEPS[-1])
    return _Scale(tuple(n * step for n in range(floor(low / step), ceil(high / step) + 1)))


def _back(scale: _Scale, told: Weighed) -> Markup:
    decimals = 0 if all(number == round(number) for number in scale.numbers) else 1
    lines = [rule(scale.place(number) * WEIGHT_HEIGHT, "grid") for number in scale.numbers]
    texts = [
        words_at(told.words.number(number, decimals), "-8", scale.place(number) * WEIGHT_HEIGHT, "t-end")
        for number in scale.numbers
    ]
    return joined([*lines, *texts, el("text", told.unit, x=-8, y=-12, class_="t-end t-unit")])


def _points(points: Sequence[WeightPoint], scale: _Scale, told: Weighed) -> Markup:
    believed = [point for point in points if not point.outlier]
    aside = [point for point in points if point.outlier]
    curves = [
        path(_trend(believed, scale, told), "weight-trend"),
        path(_specks(believed, scale, told), "weight-point"),
        path(_specks(aside, scale, told), "weight-ring"),
        path(_specks(aside, scale, told), "weight-hole"),
    ]
    return plot(*curves) + joined([_set_aside(point, scale, told) for point in aside]) + _last(believed, scale, told)


def _trend(points: Sequence[WeightPoint], scale: _Scale, told: Weighed) -> str:
    """The trend's curve, open where the segment changes."""
    known = [(point, point.trend) for point in points if point.trend is not None]
    places = _across([point for point, _ in known], told)
    downs = np.array([scale.place(told.in_unit(kg)) for _, kg in known], float)
    return line(runs(places, downs, np.diff(np.array([point.segment for point, _ in known])) != 0))


def _specks(points: Sequence[WeightPoint], scale: _Scale, told: Weighed) -> str:
    downs = np.array([scale.place(told.in_unit(point.value)) for point in points], float)
    return specks(runs(_across(points, told), downs, np.zeros(max(len(points) - 1, 0), bool), len(points)))


def _across(points: Sequence[WeightPoint], told: Weighed) -> Floats:
    return places_in(told.span, np.array([instant(point.taken_at) for point in points], "datetime64[us]"))


def _set_aside(point: WeightPoint, scale: _Scale, told: Weighed) -> Markup:
    """The number beside a weighing that was set aside, with an arrow if it lies beyond the axis."""
    place, down = float(_across([point], told)[0]), scale.place(told.in_unit(point.value))
    arrow = "▲ " if down < 0 else "▼ " if down > 1 else ""
    side = "t-end" if place > 0.9 else "t-start"
    y = min(max(down, 0.0), 1.0) * WEIGHT_HEIGHT + (-LINE if down > 0.5 else LINE)
    return words_at(arrow + told.number(point.value), percent(place), y, f"{side} t-small")


def _last(points: Sequence[WeightPoint], scale: _Scale, told: Weighed) -> Markup:
    """The trend in figures where it ends."""
    if not points or points[-1].trend is None:
        return Markup()
    x, y = percent(float(_across(points[-1:], told)[0])), scale.place(told.in_unit(points[-1].trend)) * WEIGHT_HEIGHT
    return el("text", told.number(points[-1].trend), x=x, y=y + 4, dx=9, class_="t-strong")
