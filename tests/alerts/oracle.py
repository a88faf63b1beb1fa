"""What should be told, found the slow and obvious way: from stored rows, at every instant anew, by nothing of ours.

Plain lists and searches over all pairs; mg/dL sensors only, low, urgent low, very high and silence only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from tests.alerts.making import Row

MINUTE = timedelta(minutes=1)
Steps = dict[datetime, float]
Entry = tuple[datetime, str, str]
"""When, which rule, what."""


@dataclass(frozen=True)
class Stretch:
    """Beyond the bound from `since`, last seen so at `last`, over at `until`."""

    since: datetime
    last: datetime
    until: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Beyond and back of a rule, and the minutes it must hold."""

    beyond: Callable[[float], bool]
    back: Callable[[float], bool]
    hold: float


WANTED = {
    "urgent_low": Wanted(lambda v: v < 54, lambda v: v >= 59, 0),
    "low": Wanted(lambda v: v < 70, lambda v: v >= 75, 15),
    "very_high": Wanted(lambda v: v > 250, lambda v: v <= 245, 15),
}


def expected(rows: Sequence[Row], until: datetime) -> list[Entry]:
    """Everything raised, resolved or reopened up to then."""
    waits = [*range(20, 32), 45 + 1 / 60]  # a silence, by the step; a gap
    instants = {row.received for row in rows} | {row.at + wait * MINUTE for row in rows for wait in waits}
    found: list[Entry] = []
    open_since: dict[str, datetime] = {}
    last_of: dict[str, datetime] = {}
    for now in sorted(at for at in instants if at <= until):
        known = [row for row in rows if row.received <= now]
        for rule, going in {**_lows_and_highs(known, now), "sensor_silence": _silence(known, now)}.items():
            fresh = [s for s in going if rule == "sensor_silence" or now - s.last <= 20 * MINUTE]
            if rule in open_since:
                last_of[rule] = max([last_of[rule], *(s.last for s in going)])
                if not going:
                    del open_since[rule]
                    found.append((now, rule, "resolved"))
            elif fresh:
                first = min(s.since for s in fresh)
                again = rule in last_of and first <= last_of[rule]
                found.append((now, rule, "reopened" if again else "raised"))
                open_since[rule] = first
                last_of[rule] = next(s.last for s in fresh if s.since == first)
    return sorted(found)


def _lows_and_highs(known: list[Row], now: datetime) -> dict[str, list[Stretch]]:
    return {rule: [s for s in stretches(known, wanted, now) if s.until is None] for rule, wanted in WANTED.items()}


def stretches(known: list[Row], wanted: Wanted, now: datetime) -> list[Stretch]:
    """Every stretch of the last day that held long enough."""
    found: list[Stretch] = []
    for device in {row.device for row in known}:
        told = _told_once(known, device, now)
        for part, closed in _parts(told, now):
            found += _in_a_part(part, wanted, closed, _steps(told))
    return found


def _told_once(known: list[Row], device: int, now: datetime) -> list[Row]:
    told: dict[datetime, Row] = {}
    for row in sorted(known, key=lambda r: (r.received, r.key)):
        if row.device == device and row.at >= now - timedelta(days=1):
            told[row.at] = row
    return sorted(told.values(), key=lambda row: row.at)


def _parts(told: list[Row], now: datetime) -> list[tuple[list[Row], bool]]:
    """Rows without a gap between, and whether the part is over."""
    parts: list[list[Row]] = []
    for row in told:
        if not parts or row.at - parts[-1][-1].at > 45 * MINUTE:
            parts.append([])
        parts[-1].append(row)
    silent = bool(told) and now - told[-1].at > 45 * MINUTE
    return [(part, part is not parts[-1] or silent) for part in parts]


def _in_a_part(part: list[Row], wanted: Wanted, closed: bool, steps: Steps) -> list[Stretch]:
    found: list[Stretch] = []
    place = 0
    while (held := _first_run(part, place, wanted.beyond, wanted.hold, steps)) is not None:
        returned = _first_run(part, held[1] + 1, wanted.back, 15, steps)
        end = len(part) if returned is None else returned[0]
        last = max(n for n in range(held[0], end) if wanted.beyond(part[n].value))
        over = part[-1].at if closed else None
        until = over if returned is None else part[returned[0]].at
        found.append(Stretch(part[held[0]].at, part[last].at, until))
        if returned is None:
            return found
        place = returned[1] + 1
    return found


def _first_run(
    part: list[Row], start: int, wanted: Callable[[float], bool], hold: float, steps: Steps
) -> tuple[int, int] | None:
    """First and deciding place of the first run of readings alike that lasts so long."""
    for last in range(start, len(part)):
        for first in range(start, last + 1):
            alike = all(wanted(row.value) for row in part[first : last + 1])
            lasted = (part[last].at - part[first].at) / MINUTE + steps[part[first].at]
            if alike and round(lasted) >= hold:
                return first, last
    return None


def _steps(told: list[Row]) -> Steps:
    """The shortest of the last three intervals before each reading, gaps left out."""
    steps: Steps = {}
    for place, row in enumerate(told):
        three = told[max(0, place - 3) : place + 1]
        apart = [(b.at - a.at) / MINUTE for a, b in pairwise(three)]
        steps[row.at] = min((each for each in apart if each <= 45), default=0.0)
    return steps


def _silence(known: list[Row], now: datetime) -> list[Stretch]:
    if not known:
        return []
    newest = max(row.at for row in known)
    steps = []
    for device in {row.device for row in known}:
        at = [row.at for row in _told_once(known, device, now)]
        apart = [(b - a) / MINUTE for a, b in pairwise(at)]
        steps += [min(max(round(median(apart)), 1), 15)] if apart else []
    limit = max([20, *(2 * step + 1 for step in steps)]) * MINUTE
    return [Stretch(newest, newest, None)] if now - newest >= limit else []
