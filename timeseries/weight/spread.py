"""A person's own day-to-day spread, plain and robust."""

from math import sqrt

import numpy as np

from timeseries.weight.series import Numbers, WeightSeries

POPULATION_SD = 0.46
"""kg, of one weighing around the trend, where a person's own is not known yet: the daily differences of 12 people have
an SD of 0.655 kg (Krone 2020, PLoS ONE 15(5):e0232680, computed from its data), divided by the root of two."""

LEAST_DIFFERENCES = 7
"""Fewer pairs of neighbouring days give no personal spread. [own rule]"""

NORMAL_MAD = 1.4826
"""Median absolute value to SD, for normal noise."""


def daily_differences(series: WeightSeries) -> Numbers:
    """(m,) kg between weighings of successive local days: the day's last weighing against the day before's last."""
    dates = series.local_days
    last = np.append(np.diff(dates) > 0, True) if len(series) else np.zeros(0, dtype=np.bool_)
    return np.asarray(np.diff(series.kg[last])[np.diff(dates[last]) == 1])


def daily_difference_sd(series: WeightSeries) -> float | None:
    """SD (n - 1) of daily_differences, kg; None with fewer than LEAST_DIFFERENCES."""
    differences = daily_differences(series)
    return float(np.std(differences, ddof=1)) if len(differences) >= LEAST_DIFFERENCES else None


def day_to_day_sd(series: WeightSeries) -> float | None:
    """SD of one weighing, kg, which a few odd ones do not move: 1.4826 median |difference| / sqrt 2.

    None with fewer than LEAST_DIFFERENCES pairs of successive days. A difference holds the noise of two weighings.
    """
    differences = daily_differences(series)
    if len(differences) < LEAST_DIFFERENCES:
        return None
    return float(NORMAL_MAD * np.median(np.abs(differences)) / sqrt(2))
