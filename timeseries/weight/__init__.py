"""A person's weight in time: series, trend, slope, changes, spread, outliers, body composition."""

from timeseries.weight.bmi import BmiClass, bmi, bmi_class
from timeseries.weight.composition import Composition, compositions
from timeseries.weight.series import WeightSeries, weight_series
from timeseries.weight.slope import Slope, slope_per_week
from timeseries.weight.summary import WeightPoint, WeightTrend, weight_trend

__all__ = [
    "BmiClass",
    "Composition",
    "Slope",
    "WeightPoint",
    "WeightSeries",
    "WeightTrend",
    "bmi",
    "bmi_class",
    "compositions",
    "slope_per_week",
    "weight_series",
    "weight_trend",
]
