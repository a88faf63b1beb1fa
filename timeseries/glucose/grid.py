"""The series on evenly spaced slots, as variability, profiles and episodes need it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from timeseries.glucose.bounds import Flags, Floats, Levels, levels
from timeseries.glucose.series import GAP, Series, instant, minutes_between
from timeseries.glucose.steps import usual_step
from timeseries.local_time import DAY, Instants, WallClock, start_of_day, wall_clock


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Glucose at slots `step` minutes apart in real time, counted from the local midnight of the first day.

    `at` (n,) datetime64[us] UTC; `values` (n,) mg/dL, NaN inside gaps over 45 minutes; `in_mmol` (n,) the unit of the
    reading before; first and last slot hold a value.
    """

    step: int
    at: Instants
    values: Floats
    in_mmol: Flags
    zone: ZoneInfo

    @property
    def known(self) -> Flags:
        """Where there is a value."""
        return ~np.isnan(self.values)

    @property
    def levels(self) -> Levels:
        """The slots in their sensors' own units, for comparison with bounds."""
        return levels(self.values, self.in_mmol)

    @property
    def clock(self) -> WallClock:
        """What the person's wall clock showed at each slot."""
        return wall_clock(self.at, self.zone)

    def by_day(self) -> Floats:
        """(local days, slots of a day): the same clock time in one column, NaN where nothing is known.

        An hour that clocks skip stays empty; of one they repeat, the second pass is kept.
        """
        clock = self.clock
        days = clock.days - clock.days.min()
        table = np.full((int(days.max()) + 1, DAY // 60 // self.step), np.nan)
        table[days, clock.minutes // self.step % table.shape[1]] = self.values
        return table


def grid(series: Series) -> Grid | None:
    """The series on slots of its usual step; None where there is no step, or it is longer than 45 minutes.

    A step that does not divide the day is moved to a multiple of five minutes, as iglu does.
    Source: iglu CGMS2DayByDay, whose slots these are (a day's begin after its midnight and end with the next).
    """
    step = usual_step(series)
    if step is None or step > GAP:
        return None
    return grid_of(series, step if DAY // 60 % step == 0 else _dividing(step))


def grid_of(series: Series, step: int) -> Grid | None:
    """The series on slots of `step` minutes (a divisor of the day); None where no slot falls within the readings.

    Values between readings are interpolated linearly, but not in gaps over 45 minutes; none beyond first and last.
    """
    told = series.distinct()
    if len(told) < 2:
        return None
    at = told.at.astype(np.int64)
    midnight = instant(start_of_day(int(told.clock.days[0]), told.zone)).astype(np.int64)
    apart = step * 60_000_000
    first, last = max(1, -((midnight - at[0]) // apart)), (at[-1] - midnight) // apart
    slots = midnight + apart * np.arange(first, last + 1, dtype=np.int64)
    before = np.searchsorted(at, slots, side="right") - 1
    in_gap = (np.append(minutes_between(told.at), 0.0) > GAP)[before] & (at[before] < slots)
    values = np.where(in_gap, np.nan, np.interp(slots, at, told.values))
    return _trimmed(Grid(step, slots.astype("datetime64[us]"), values, told.in_mmol[before], told.zone))


def _trimmed(whole: Grid) -> Grid | None:
    """Without the empty slots at either end."""
    known = np.flatnonzero(whole.known)
    if not len(known):
        return None
    kept = slice(known[0], known[-1] + 1)
    return Grid(whole.step, whole.at[kept], whole.values[kept], whole.in_mmol[kept], whole.zone)


def _dividing(step: int) -> int:
    """The step iglu takes instead of one that does not divide the day: 20 from 21 on, else to the nearest fives."""
    if step > 20:
        return 20
    rest = step % 5
    return step + 5 - rest if rest > 2 else max(1, step - rest)
