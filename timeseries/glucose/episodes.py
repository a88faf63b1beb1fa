"""Hypo- and hyperglycaemic episodes: when glucose stayed out of range, and for how long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil

import numpy as np

from timeseries.glucose.bounds import HIGH, LOW, VERY_HIGH, VERY_LOW, Flags
from timeseries.glucose.grid import Grid
from timeseries.glucose.series import moment

BEYOND = 15
BACK = 15
"""Minutes out of range that begin an episode, and minutes back that end it (Battelino 2023)."""


class EpisodeKind(StrEnum):
    """What an episode is; level 1 includes level 2. The two prolonged hypoglycaemias are two papers' definitions."""

    HYPO_LEVEL_1 = "hypo_level_1"
    HYPO_LEVEL_2 = "hypo_level_2"
    HYPO_PROLONGED = "hypo_prolonged"
    HYPO_EXTENDED = "hypo_extended"
    HYPER_LEVEL_1 = "hyper_level_1"
    HYPER_LEVEL_2 = "hyper_level_2"
    HYPER_EXTENDED = "hyper_extended"


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode: from its first slot out of range up to the first slot back, or the gap or end that closed it.

    `minutes` it lasted; `extreme` its lowest (hypo) or highest (hyper) glucose, mg/dL.
    """

    kind: EpisodeKind
    since: datetime
    until: datetime
    minutes: float
    extreme: float


@dataclass(frozen=True, slots=True, eq=False)
class _Sought:
    """Where glucose is out of range, where it counts as back, and how long it must be out at a stretch (minutes)."""

    beyond: Flags
    back: Flags
    minutes: float


def episodes(of: Grid) -> list[Episode]:
    """All episodes, by kind, oldest first.

    One begins with 15 minutes out of range (in slots, rounded up) and ends with 15 minutes back, which are not part of
    it; shorter returns do not end it. A gap over 45 minutes closes it; one still open at the end counts.
    Level 1 below 70 / above 180, level 2 below 54 / above 250 mg/dL (3.9, 10.0, 3.0, 13.9 mmol/L).
    Prolonged hypoglycaemia: below 54 for 120 minutes at a stretch (Danne 2017, doi:10.2337/dc17-1600).
    Extended hypoglycaemia: below 70 for more than 120 minutes at a stretch (Battelino 2023,
    doi:10.1016/S2213-8587(22)00319-9). Extended hyperglycaemia: above 250 for 90 minutes or more in all within 120,
    ended by 15 minutes at 180 or below (same).
    """
    return [_episode(of, kind, first, after) for kind, first, after in _found(of)]


def _found(of: Grid) -> Iterator[tuple[EpisodeKind, int, int]]:
    for kind, sought in _sought(of).items():
        spells = _extended if kind is EpisodeKind.HYPER_EXTENDED else _spells
        yield from ((kind, first, after) for first, after in spells(of, sought))


def _sought(of: Grid) -> dict[EpisodeKind, _Sought]:
    found, kinds = of.levels, EpisodeKind
    low, very_low, high, very_high = found.below(LOW), found.below(VERY_LOW), found.above(HIGH), found.above(VERY_HIGH)
    return {
        kinds.HYPO_LEVEL_1: _Sought(low, ~low, BEYOND),
        kinds.HYPO_LEVEL_2: _Sought(very_low, ~very_low, BEYOND),
        kinds.HYPO_PROLONGED: _Sought(very_low, ~very_low, 120),
        kinds.HYPO_EXTENDED: _Sought(low, ~low, 120 + of.step),  # more than 120 minutes: one slot longer, as in iglu
        kinds.HYPER_LEVEL_1: _Sought(high, ~high, BEYOND),
        kinds.HYPER_LEVEL_2: _Sought(very_high, ~very_high, BEYOND),
        kinds.HYPER_EXTENDED: _Sought(very_high, ~high, of.step),
    }


_GAP, _BEYOND, _BACK, _BETWEEN = range(4)


def _spells(of: Grid, sought: _Sought) -> Iterator[tuple[int, int]]:
    """First slot and slot after the last of each episode sought, whatever it cumulates."""
    what = np.where(of.known, np.where(sought.beyond, _BEYOND, np.where(sought.back, _BACK, _BETWEEN)), _GAP)
    edges = np.concatenate(([0], np.flatnonzero(np.diff(what)) + 1, [len(what)]))
    needed = {_BEYOND: ceil(sought.minutes / of.step), _BACK: ceil(BACK / of.step), _GAP: 1, _BETWEEN: len(what) + 1}
    begun: int | None = None
    for run, first, after in zip(what[edges[:-1]].tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if after - first < needed[run]:
            continue
        if run == _BEYOND:
            begun = first if begun is None else begun
        elif begun is not None:
            yield begun, first
            begun = None
    if begun is not None:
        yield begun, len(what)


def _extended(of: Grid, sought: _Sought) -> Iterator[tuple[int, int]]:
    """Of the spells sought, those with 90 of some 120 minutes beyond, each from the first slot of those that is."""
    window, least = ceil(120 / of.step), ceil(90 / of.step)
    for first, after in _spells(of, sought):
        beyond = sought.beyond[first:after]
        full = np.flatnonzero(np.convolve(beyond, np.ones(window))[: len(beyond)] >= least)
        if len(full):
            begun = max(0, int(full[0]) + 1 - window)
            yield first + begun + int(beyond[begun:].argmax()), after


def _episode(of: Grid, kind: EpisodeKind, first: int, after: int) -> Episode:
    values = of.values[first:after]
    return Episode(
        kind=kind,
        since=moment(of.at[first]),
        until=moment(of.at[after - 1] + np.timedelta64(of.step, "m")),
        minutes=(after - first) * of.step,
        extreme=float(values.min() if kind.startswith("hypo") else values.max()),
    )
