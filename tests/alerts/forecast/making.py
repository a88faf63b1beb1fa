"""Readings to foresee from."""

from datetime import datetime, timedelta

import numpy as np

from tests.timeseries.glucose.making import NOON, every, joined, series
from timeseries.glucose.series import Series, moment

__all__ = ["NOON", "after", "every", "falling", "flat", "joined", "newest", "noisy", "series", "up_to"]


def newest(of: Series) -> datetime:
    """When the newest reading was taken."""
    return moment(of.at[-1])


def up_to(of: Series, count: int) -> Series:
    """The first so many readings."""
    return of.where(np.arange(len(of)) < count)


def flat(value: float = 120, hours: int = 2, start: datetime = NOON) -> Series:
    """The same glucose every five minutes."""
    return every(5, [value] * (hours * 12 + 1), start)


def falling(lowest: float = 85, hours: int = 2, start: datetime = NOON) -> Series:
    """Glucose that falls by 10 mg/dL every five minutes over the last half hour, down to `lowest`."""
    steep = [lowest + 10 * n for n in range(6, -1, -1)]
    return every(5, [steep[0]] * (hours * 12 + 1 - len(steep)) + steep, start)


def noisy(days: float, step: float = 5, seed: int = 1) -> Series:
    """Glucose that swings and jitters, always the same for a seed; between 40 and 260 mg/dL."""
    random = np.random.default_rng(seed)
    minutes = np.arange(0, days * 1440, step)
    swings = 140 + 50 * np.sin(minutes / 37) * np.sin(minutes / 229) + 40 * np.sin(minutes / 151)
    return every(step, np.clip(np.rint(swings + random.normal(0, 4, len(minutes))), 40, 260).tolist(), NOON)


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)
