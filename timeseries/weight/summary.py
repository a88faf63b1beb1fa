"""All that is said of a person's weight, in one pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from timeseries.weight.bmi import BmiClass, bmi, bmi_class
from timeseries.weight.change import SPANS, Change, change
from timeseries.weight.outliers import outliers
from timeseries.weight.series import Marks, Numbers, WeightSeries, instant
from timeseries.weight.slope import Slope, slope_per_week
from timeseries.weight.spread import day_to_day_sd
from timeseries.weight.trend import segments, trend


@dataclass(frozen=True, slots=True)
class WeightPoint:
    """A weighing, kg, and the trend there; the trend is None before its first believed weighing.

    A line through the points breaks where `segment` changes: the gap is too long to draw across.
    """

    taken_at: datetime
    value: float
    trend: float | None
    outlier: bool
    segment: int


@dataclass(frozen=True, slots=True)
class WeightTrend:
    """Points oldest first; slope in kg a week; change by span ("7d", "30d", "180d"); bmi in kg/m²; SD in kg.

    None wherever the record or the history does not suffice; each function says its rule.
    """

    points: tuple[WeightPoint, ...]
    slope: Slope | None
    change: Mapping[str, Change | None]
    bmi: float | None
    bmi_class: BmiClass | None
    day_to_day_sd: float | None


def weight_trend(series: WeightSeries, height_cm: float | None = None, age: int | None = None) -> WeightTrend:
    """The trends of a series; outliers are shown and keep out of every figure.

    `height_cm` and `age` (years at the last weighing) come from the record; without a height there is no bmi.
    """
    marked = outliers(series)
    believed = series.only(~marked)
    smooth = trend(believed)
    index = bmi(float(smooth[-1]), height_cm) if height_cm is not None and len(smooth) else None
    return WeightTrend(
        points=_points(series, marked, believed, smooth),
        slope=slope_per_week(believed),
        change={f"{days}d": change(believed.at, smooth, days) for days in SPANS},
        bmi=index,
        bmi_class=None if index is None else bmi_class(index, age),
        day_to_day_sd=day_to_day_sd(believed),
    )


def _points(series: WeightSeries, marked: Marks, believed: WeightSeries, smooth: Numbers) -> tuple[WeightPoint, ...]:
    """An outlier shows trend and segment as they stood before it."""
    stretch = segments(believed.at)
    last = np.cumsum(~marked) - 1
    return tuple(
        WeightPoint(
            taken_at=instant(at),
            value=float(kg),
            trend=float(smooth[i]) if i >= 0 else None,
            outlier=bool(odd),
            segment=int(stretch[i]) if i >= 0 else 0,
        )
        for at, kg, odd, i in zip(series.at, series.kg, marked, last, strict=True)
    )
