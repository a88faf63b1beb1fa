"""The trend: an exponentially weighted mean that knows how long ago the last weighing was."""

import numpy as np

from timeseries.weight.series import Numbers, Ordinals, Times, WeightSeries, days_between

TREND_DAYS = 7.0
"""Time constant in days (Libra's description of its trend; its page prints the exponent without the minus sign)."""

RESTART_AFTER = np.timedelta64(30, "D")
"""A longer gap starts a new trend. openScale splits at 7 days, which leaves those who weigh themselves once a week or a
month (HAS 2021: monthly from 70 on) without any; after 30 days the old trend keeps 1.4 % of its influence anyway."""

HACKERS_DIET = 0.1
"""Smoothing a weighing in The Hacker's Diet (J. Walker, "Signal and noise")."""


def segments(at: Times) -> Ordinals:
    """(n,) the number of the stretch each weighing belongs to; a gap longer than RESTART_AFTER begins the next."""
    return np.concatenate([np.zeros(min(len(at), 1), np.int64), np.cumsum(np.diff(at) > RESTART_AFTER)])


def trend(series: WeightSeries) -> Numbers:
    """(n,) kg: T += (1 - exp(-dt / 7 d)) (W - T) from T = W at the start of each stretch (Libra)."""
    shares = 1 - np.exp(-days_between(series.at[:-1], series.at[1:]) / TREND_DAYS)
    stretch = segments(series.at)
    smoothed = series.kg.copy()
    for i, share in enumerate(shares, start=1):
        if stretch[i] == stretch[i - 1]:
            smoothed[i] = smoothed[i - 1] + share * (series.kg[i] - smoothed[i - 1])
    return smoothed


def trend_by_weighing(kg: Numbers) -> Numbers:
    """(n,) kg: T += 0.1 (W - T) a weighing, however far apart they are (The Hacker's Diet)."""
    smoothed = kg.copy()
    for i in range(1, len(kg)):
        smoothed[i] = smoothed[i - 1] + HACKERS_DIET * (kg[i] - smoothed[i - 1])
    return smoothed
