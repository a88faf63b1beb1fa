"""How a person stands: the few figures and the one reason by which a clinician's list is ordered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from timeseries.glucose.averages import cv, gmi, mean
from timeseries.glucose.ranges import Ranges, ranges
from timeseries.glucose.tally import Tally, total
from timeseries.glucose.targets import TARGETS, Profile, Target
from timeseries.weight import WeightSeries, weight_trend
from timeseries.weight.change import Change

PERIOD = 14
"""Days that the figures are taken over (Battelino 2019)."""

LEAST_ACTIVE = 70.0
"""Percent of the period a sensor should speak (Battelino 2019)."""

TOO_LITTLE = 100 / PERIOD
"""Percent of the period, one day in all, under which its figures say nothing (as Tidepool's report holds it)."""

FALL = 15.0
"""Points by which time in range may fall from one period to the next (Tidepool's TIDE dashboard)."""


VERY_LOW_PERCENT = 1.0
"""Percent of time under 54 mg/dL (3.0 mmol/L) that nobody should exceed, whoever they are (Battelino 2019)."""


class Need(IntEnum):
    """Why somebody should be looked at, the most pressing first; the numbers are stored and never change meaning.

    The order is that of the TIDE dashboard (Scheinker 2022, JMIR Diabetes e27284), whose flags are each one plain rule.
    """

    VERY_LOW = 10
    LOW = 20
    FALLING = 30
    OUT_OF_RANGE = 40
    LITTLE_WEAR = 50
    ON_TARGET = 60
    SILENT = 70
    NO_SENSOR = 80


@dataclass(frozen=True, slots=True)
class Standing:
    """Need, how bad it is (more is worse, within one need), and the figures of the last 14 whole local days.

    mg/dL: mean. Percent: gmi, cv, the ranges, active. `tir_before`: of the 14 days before those.
    """

    need: Need
    severity: float
    mean: float | None = None
    gmi: float | None = None
    cv: float | None = None
    tbr2: float | None = None
    tbr1: float | None = None
    tir: float | None = None
    tar1: float | None = None
    tar2: float | None = None
    active: float | None = None
    tir_before: float | None = None


@dataclass(frozen=True, slots=True)
class WeightStanding:
    """The newest weighing, kg, the trend there, and how much the trend changed, kg and percent."""

    taken_at: datetime
    kg: float
    trend: float
    change_7d: Change | None
    change_30d: Change | None
    change_180d: Change | None


def weight_standing(series: WeightSeries) -> WeightStanding | None:
    """How somebody's weight stands; None without a believed weighing."""
    told = weight_trend(series)
    last = told.points[-1] if told.points else None
    if last is None or last.trend is None:
        return None
    return WeightStanding(
        last.taken_at, last.value, last.trend, told.change["7d"], told.change["30d"], told.change["180d"]
    )


def standing(days: Mapping[date, Tally], last: date, profile: Profile) -> Standing:
    """How somebody with these days' tallies stood when the local day `last` was over.

    A day that is not over would weigh as a whole one: readings of later days tell only that there is a sensor.
    """
    recent = total(_within(days, last, 0))
    found, active = ranges(recent), _active(recent)
    if not days:
        return Standing(Need.NO_SENSOR, 0.0)
    if found is None or active is None or active < TOO_LITTLE:
        return Standing(Need.SILENT, float((last - max(days)).days))
    before = ranges(total(_within(days, last, 1)))
    need, severity = _need(found, before, active, profile)
    return Standing(
        need, severity, mean(recent), gmi(recent), cv(recent),
        found.tbr2, found.tbr1, found.tir, found.tar1, found.tar2, active, None if before is None else before.tir,
    )  # fmt: skip


def _within(days: Mapping[date, Tally], last: date, periods_ago: int) -> list[Tally]:
    end = last - timedelta(days=PERIOD * periods_ago)
    return [days[day] for ago in range(PERIOD) if (day := end - timedelta(days=ago)) in days]


def _active(of: Tally) -> float | None:
    """Percent of the period that the readings stand for, at most 100; None where no step is known."""
    if not of.steps:
        return None
    minutes = of.n * of.steps[0] if len(of.steps) == 1 else sum(of.minutes)
    return min(100.0, 100 * minutes / (PERIOD * 1440))


def _need(now: Ranges, before: Ranges | None, active: float, profile: Profile) -> tuple[Need, float]:
    """The first rule that applies, and by how much."""
    in_range, low = _target(profile, "tir", "pregnancy"), _target(profile, "tbr", "below_pregnancy")
    fall = before.tir - now.tir if before else 0.0
    rules = (
        (Need.VERY_LOW, now.tbr2 - VERY_LOW_PERCENT),
        (Need.LOW, getattr(now, low.figure) - low.percent),
        (Need.FALLING, fall - FALL),
        (Need.OUT_OF_RANGE, in_range.percent - getattr(now, in_range.figure)),
        (Need.LITTLE_WEAR, LEAST_ACTIVE - active),
    )
    return next(((need, excess) for need, excess in rules if excess > 0), (Need.ON_TARGET, -now.tir))


def _target(profile: Profile, *figures: str) -> Target:
    return next(target for target in TARGETS[profile] if target.figure in figures)
