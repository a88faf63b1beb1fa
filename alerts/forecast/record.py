"""What came of the lows foreseen: found, missed, false, and how many minutes they gave."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from timeseries.glucose.bounds import LOW
from timeseries.glucose.episodes import EpisodeKind, episodes
from timeseries.glucose.grid import grid
from timeseries.glucose.series import Series, instant

PATIENCE = timedelta(minutes=45)
"""A low that begins so long after the alarm was foreseen: 30 minutes, as forecasts are compared, and 15 more."""

PROVEN = PATIENCE + timedelta(minutes=15)
"""After so long it is known that none began: an episode needs 15 minutes below to be one (Battelino 2023)."""

APART = timedelta(minutes=30)
"""Two lows begin at least so far apart: 15 minutes below, 15 minutes back (same)."""

KEPT = 28
"""Days that count; lows want four weeks to be judged (Battelino 2019)."""


@dataclass(frozen=True, slots=True)
class Day:
    """A UTC day's tally; `day` since 1970, `watched` and `warning` (of all found together) in minutes."""

    day: int
    watched: float = 0.0
    found: int = 0
    missed: int = 0
    false: int = 0
    warning: float = 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """The running score of one way of speaking, over the last 28 days with anything to tell.

    `pending` is when it last foresaw a low of which nothing is known yet; `last_low` when the last counted one began.
    """

    days: tuple[Day, ...] = ()
    pending: datetime | None = None
    last_low: datetime | None = None

    @property
    def watched_days(self) -> float:
        """Days' worth of readings from which something could be foreseen."""
        return sum(day.watched for day in self.days) / 1440

    @property
    def false_per_day(self) -> float | None:
        """False alarms a watched day; None before anything was watched."""
        return self.false_alarms / self.watched_days if self.watched_days else None

    @property
    def false_alarms(self) -> int:
        """Alarms after which no low began in time."""
        return sum(day.false for day in self.days)

    @property
    def found(self) -> int:
        """Lows that were foreseen."""
        return sum(day.found for day in self.days)

    @property
    def missed(self) -> int:
        """Lows that were not."""
        return sum(day.missed for day in self.days)

    @property
    def hit_rate(self) -> float | None:
        """Share of the lows that were foreseen, 0 to 1; None without any low."""
        lows = self.found + self.missed
        return self.found / lows if lows else None

    @property
    def mean_warning(self) -> float | None:
        """Minutes from alarm to low, of those foreseen; None without any."""
        return sum(day.warning for day in self.days) / self.found if self.found else None

    def to_json(self) -> dict[str, object]:
        """The record as JSON holds it."""
        days = [list(asdict(day).values()) for day in self.days]
        moments = {"pending": self.pending, "last_low": self.last_low}
        return {"days": days} | {name: at and at.isoformat() for name, at in moments.items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Record":
        """The record of `to_json`; raises KeyError, TypeError or ValueError if it is not one."""
        pending, last_low = (told[name] and datetime.fromisoformat(told[name]) for name in ("pending", "last_low"))
        return cls(tuple(Day(*day) for day in told["days"]), pending, last_low)


def lows(recent: Series) -> list[datetime]:
    """When each low began: below 70 mg/dL (3.9 mmol/L) for 15 minutes or more, as everywhere in Vigie."""
    if not recent.levels.below(LOW).any() or (on_grid := grid(recent)) is None:
        return []
    # one that was under way when the readings begin did not begin then
    first = recent.at[0] + np.timedelta64(30, "m")
    return [
        each.since
        for each in episodes(on_grid)
        if each.kind is EpisodeKind.HYPO_LEVEL_1 and instant(each.since) > first
    ]


def settle(record: Record, begun: Sequence[datetime], recent: Series, now: datetime) -> Record:
    """The record with what is known by now: each low that began found or missed, the pending alarm true, false or void.

    An alarm is void if the sensor fell silent for over 45 minutes while it waited: nobody knows what came.
    """
    for low in begun:
        if record.last_low is None or low - record.last_low >= APART:
            record = _low(record, low)
    if record.pending is None or now - record.pending < PROVEN:
        return record
    heard = not any(start < record.pending + PROVEN and end > record.pending for start, end in recent.gaps())
    settled = replace(record, pending=None)
    return _add(settled, now, false=1) if heard else settled


def watched(record: Record, now: datetime, minutes: float) -> Record:
    """The record with so many more minutes watched."""
    return _add(record, now, watched=minutes)


def raised(record: Record, now: datetime) -> Record:
    """The record with a low foreseen now."""
    return replace(record, pending=now)


def excused(record: Record) -> Record:
    """The record without its pending alarm: the person acted on it, and a low averted is no false alarm."""
    return replace(record, pending=None)


def _low(record: Record, low: datetime) -> Record:
    seen = replace(record, last_low=low)
    if record.pending is None or not timedelta() < low - record.pending <= PATIENCE:
        return _add(seen, low, missed=1)
    minutes = (low - record.pending).total_seconds() / 60
    return _add(replace(seen, pending=None), low, found=1, warning=minutes)


def _add(record: Record, at: datetime, **more: float) -> Record:
    number = int(at.timestamp()) // 86400
    by_day = {each.day: each for each in record.days}
    day = by_day.get(number, Day(number))
    by_day[number] = replace(day, **{name: getattr(day, name) + value for name, value in more.items()})
    newest = max(by_day)
    return replace(record, days=tuple(by_day[each] for each in sorted(by_day) if each > newest - KEPT))
