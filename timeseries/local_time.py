"""The wall clock of a person's zone, for many instants at once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY = 86_400
"""Seconds of a day on the wall clock; the real ones of a local day are `seconds_of_day`."""

_EPOCH = date(1970, 1, 1)

Instants = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, eq=False)
class WallClock:
    """What the wall clock showed: seconds since 1970-01-01 00:00 of the zone, (n,) int64.

    It stands still or jumps when clocks change: two instants of the repeated hour have the same wall seconds.
    """

    seconds: NDArray[np.int64]

    @property
    def days(self) -> NDArray[np.int64]:
        """The local calendar day of each instant, in days since 1970-01-01."""
        return self.seconds // DAY

    @property
    def minutes(self) -> NDArray[np.int64]:
        """The whole minute of the local day of each instant, 0 to 1439."""
        return self.seconds % DAY // 60


def wall_clock(at: Instants, zone: ZoneInfo) -> WallClock:
    """What the wall clock of `zone` showed at each of these UTC instants, (n,) datetime64."""
    utc = at.astype("datetime64[s]").astype(np.int64)
    if not len(utc):
        return WallClock(utc)
    changes, offsets = _offsets(zone, int(utc.min()) // DAY, int(utc.max()) // DAY + 1)
    return WallClock(utc + offsets[np.searchsorted(changes, utc, side="right")])


def date_of(day: int) -> date:
    """The calendar date of a day counted from 1970-01-01."""
    return _EPOCH + timedelta(days=day)


def start_of_day(day: int, zone: ZoneInfo) -> datetime:
    """The UTC instant at which that local day (days since 1970-01-01) begins."""
    midnight = datetime.combine(date_of(day), datetime.min.time(), tzinfo=zone)
    return midnight.astimezone(UTC)


def seconds_of_day(day: int, zone: ZoneInfo) -> int:
    """The real length of that local day: 23, 24 or 25 hours, in seconds."""
    return int((start_of_day(day + 1, zone) - start_of_day(day, zone)).total_seconds())


@lru_cache(maxsize=256)
def _offsets(zone: ZoneInfo, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When the offset from UTC changes between two UTC days, and the offsets before, between and after."""
    offsets = [_offset(zone, first * DAY)]
    changes: list[int] = []
    for day in range(first, last):
        after = _offset(zone, (day + 1) * DAY)
        if after != offsets[-1]:  # no zone changes twice in one day
            changes.append(_change(zone, day * DAY, (day + 1) * DAY))
            offsets.append(after)
    return np.array(changes, np.int64), np.array(offsets, np.int64)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second, in (before, after], that has the offset of `after`."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, second: int) -> int:
    """Seconds that the zone's clock is ahead of UTC at that second since 1970."""
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None  # noqa: S101 - a ZoneInfo always knows
    return int(offset.total_seconds())
