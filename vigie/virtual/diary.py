"""What happens to the bodies of a virtual home, from real traces, and what its meter remembers from run to run."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from vigie import traces
from vigie.traces import Trace

MEMORY = timedelta(days=30)
"""How much past the meter and the scale remember when the home begins."""

SESSION = timedelta(days=14)
"""How long a sensor is worn."""

_WORN = timedelta(days=2)
_FIRST_VALUE = timedelta(seconds=15)
"""When the home begins its sensor has been worn that long, and measures again that soon."""

_MEALS = (time(7, 30), time(12, 10), time(16, 0), time(19, 20), time(22, 40))
_NEAR = timedelta(hours=1)
"""How far back a finger pricked looks in its trace, which has no longer hole on its first day: every demo's."""

Glucose = tuple[datetime, int]
"""When, and mg/dL."""

Weight = tuple[datetime, Decimal]
"""When, and kg."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Whose traces these are: one wears the sensor, one pricks a finger, and both step on scales."""

    worn: Trace
    pricked: Trace
    weighed: tuple[Trace, Trace]

    @classmethod
    def load(cls) -> Self:
        """The traces."""
        worn, pricked = traces.glucose("cgmq_dexcom.csv", 7), traces.glucose("cgmq_libre.csv", 14)
        return cls(worn, pricked, (traces.weights("4"), traces.weights("7")))


@dataclass(slots=True)
class Diary:
    """The home's days since it `began`; `pricks` are the times since when a finger was pricked.

    Values are those of the traces, at their own pace: nothing rises faster than in life.
    """

    file: Path
    zone: ZoneInfo
    bodies: Bodies
    began: datetime
    pricks: list[datetime]

    @classmethod
    def open(cls, file: Path, zone: ZoneInfo, now: datetime) -> Self:
        """The diary of an earlier run, or a new one that begins now."""
        if file.exists():
            told = json.loads(file.read_text())
            pricks = [datetime.fromisoformat(each) for each in told["pricks"]]
            return cls(file, zone, Bodies.load(), datetime.fromisoformat(told["began"]), pricks)
        diary = cls(file, zone, Bodies.load(), now.replace(microsecond=0), [])
        diary._save()
        return diary

    def session(self, now: datetime) -> datetime:
        """When the sensor that is worn now was put on."""
        return self._first_session + (now - self._first_session) // SESSION * SESSION

    def sensed(self, since: datetime, until: datetime) -> Iterator[Glucose]:
        """What the sensor measured after `since` up to `until`."""
        for at, value in self.bodies.worn.between(self._first_session, since, until):
            yield at, round(value)

    def remembered(self) -> Iterator[Glucose]:
        """What the meter holds, oldest first: what it was used for at meals before the home began, and since."""
        days = (self.began.astimezone(self.zone).date() - timedelta(days=n) for n in range(MEMORY.days, -1, -1))
        meals = (datetime.combine(day, meal, self.zone) for day in days for meal in _MEALS)
        for at in chain((meal for meal in meals if meal < self.began), self.pricks):
            if (mg_dl := self._glucose(at)) is not None:
                yield at, mg_dl

    def prick(self, now: datetime) -> Glucose | None:
        """A finger is pricked; None where the trace has a hole."""
        at = now.replace(microsecond=0)
        mg_dl = self._glucose(at)
        if mg_dl is None:
            return None
        self.pricks.append(at)
        self._save()
        return at, mg_dl

    def weighings(self, who: int, now: datetime) -> list[Weight]:
        """Those of the last MEMORY, one a day at most."""
        found = self.bodies.weighed[who].between(self._morning, now - MEMORY, now)
        return [(at, Decimal(str(kilograms))) for at, kilograms in found]

    def _glucose(self, at: datetime) -> int | None:
        near = list(self.bodies.pricked.between(self._morning, at - _NEAR, at))
        return round(near[-1][1]) if near else None

    @property
    def _first_session(self) -> datetime:
        offsets = self.bodies.worn.offsets
        return self.began + _FIRST_VALUE - offsets[bisect_right(offsets, _WORN)]

    @property
    def _morning(self) -> datetime:
        """A midnight of the home, from which its other traces run."""
        return datetime.combine(self.began.astimezone(self.zone).date(), time(), self.zone).astimezone(UTC)

    def _save(self) -> None:
        told = {"began": self.began.isoformat(), "pricks": [each.isoformat() for each in self.pricks]}
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(told))
        fresh.replace(self.file)
