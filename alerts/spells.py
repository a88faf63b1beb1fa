"""Stretches of time that one device's glucose stayed beyond a bound: the episodes that alerts are made of.

The consensus gives episodes on a grid of past days (timeseries.glucose.episodes); an alert must decide at each reading,
on irregular steps, with what is known so far. Both agree on the rule: 15 minutes beyond begin one, 15 minutes back end
it, a gap over 45 minutes closes it (Battelino 2023). Here coming back needs a margin, so that glucose that wavers about
a bound does not ring at each turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from alerts.rule import Ended, Trace
from hub.quantities import Kind
from timeseries.glucose.bounds import Flags
from timeseries.glucose.episodes import BACK, BEYOND
from timeseries.glucose.series import GAP, minutes_between, moment

SPOT = frozenset({Kind.GLUCOSE_CAPILLARY, Kind.GLUCOSE_SCAN, Kind.GLUCOSE_PLASMA})
"""Measured when somebody asks: nobody asks three times in a row, so one stands for the time to hold. [own rule]"""

NEIGHBOURS = 3
"""Intervals before a reading of which the shortest is what it stands for: lost ones do not lengthen it. [own rule]"""


@dataclass(frozen=True, slots=True)
class Spell:
    """From its first reading beyond to the first of those back, or the last before the gap that closed it.

    `last` is the newest reading beyond; `minutes` from the first to that one, its own step included; `places` of the
    readings beyond, in the trace. Open while `until` is None; not `held` while it has not lasted long enough.
    """

    since: datetime
    last: datetime
    minutes: int
    places: tuple[int, ...]
    until: datetime | None = None
    ended: Ended | None = None
    held: bool = True


GIVEN_UP = timedelta(minutes=GAP, seconds=1)
"""How long after its newest reading a spell that nobody saw end is closed."""


def spells(trace: Trace, beyond: Flags, back: Flags, hold: float, now: datetime) -> list[Spell]:
    """The spells of a trace, oldest first; of those that did not last `hold` minutes only the one still going on.

    `beyond`, `back` (n,): where the reading is beyond the bound, and where it is back by the margin.
    """
    if not beyond.any():
        return []
    clock = _Clock(trace)
    out, returned = beyond.tolist(), back.tolist()
    edges = [0, *(np.flatnonzero(minutes_between(trace.series.at) > GAP) + 1).tolist(), len(out)]
    found: list[Spell] = []
    for first, after in pairwise(edges):
        *ended, last = _of_a_stretch(clock, range(first, after), out, returned, hold)
        lost = after < len(out) or now - moment(trace.series.at[-1]) >= GIVEN_UP
        still = _lost(last, moment(trace.series.at[after - 1])) if lost else last
        found += [spell for spell in (*ended, still) if spell is not None]
    return found


class _Clock:
    """Minutes of a trace's readings, and the step each stands for."""

    def __init__(self, trace: Trace) -> None:
        self.at = trace.series.at
        self._minutes: list[float] = (self.at.astype(np.int64) / 60e6).tolist()
        self._spot = trace.kind in SPOT

    def lasted(self, first: int, last: int) -> int:
        """Whole minutes from one reading to another, the first one's step included."""
        return round(self._minutes[last] - self._minutes[first] + self._step(first))

    def _step(self, place: int) -> float:
        """The shortest of the intervals just before, gaps left out; 0 where none is known."""
        if self._spot:
            return BEYOND
        around = self._minutes[max(0, place - NEIGHBOURS) : place + 1]
        return min((apart for a, b in pairwise(around) if 0 < (apart := b - a) <= GAP), default=0)


def _of_a_stretch(
    clock: _Clock, stretch: range, beyond: Sequence[bool], back: Sequence[bool], hold: float
) -> Iterator[Spell | None]:
    """The spells of readings without a gap between, and at last the one still going on, or None."""
    out: list[int] = []
    held = False
    returned: int | None = None
    for place in stretch:
        if beyond[place]:
            out.append(place)
            held = held or clock.lasted(out[0], place) >= hold
            returned = None
        elif not held:
            out = []
        elif not back[place]:
            returned = None
        else:
            returned = place if returned is None else returned
            if clock.lasted(returned, place) >= BACK:
                yield replace(_spell(clock, out, held), until=moment(clock.at[returned]), ended=Ended.BACK)
                out, held, returned = [], False, None
    yield _spell(clock, out, held) if out else None


def _spell(clock: _Clock, out: list[int], held: bool) -> Spell:
    first, last = out[0], out[-1]
    return Spell(moment(clock.at[first]), moment(clock.at[last]), clock.lasted(first, last), tuple(out), held=held)


def _lost(spell: Spell | None, at: datetime) -> Spell | None:
    """The spell closed by a gap after that time; one not held is forgotten."""
    return replace(spell, until=at, ended=Ended.LOST) if spell is not None and spell.held else None
