"""The figures of a stretch of glucose, as rows: name, value, goal, and whether it is met."""

from dataclasses import dataclass

from ingest_api.pages.charts.shares import decimals_beside, percent_beside
from ingest_api.pages.charts.stretch import Stretch
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.visitor import Guest
from timeseries.glucose.averages import cv, gmi, mean
from timeseries.glucose.coverage import active_percent_within, sufficient
from timeseries.glucose.tally import Tally
from timeseries.glucose.targets import Profile

GMI_UNDER = 7.0
"""Percent, for most adults: the HbA1c they aim at (ADA Standards of Care 2024, 6.3a), which GMI estimates."""

CV_UP_TO = 36.0
"""Percent; above it glucose is labile (Danne 2017, doi:10.2337/dc17-1600; Battelino 2019)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `goal` and `met` are "" where there is none, or nothing to hold against it."""

    name: str
    value: str
    goal: str = ""
    met: str = ""


def figure_rows(of: Stretch, summed: Tally, telling: Telling, visitor: Guest) -> list[Row]:
    """Mean, GMI, variability, how much the sensor spoke, lowest and highest.

    GMI is told of 14 days of which the sensor spoke 70 % only (Battelino 2019): of less it misleads.
    """
    words, unknown = visitor.words("glucose"), telling.words.unknown
    average, active = mean(summed), active_percent_within(of.series, of.span.since, of.span.until)
    enough = sufficient(of.series, of.span.since, of.span.until)
    lowest, highest = (of.said(of.lowest, telling), of.said(of.highest, telling)) if len(of.series) else (unknown,) * 2
    return [
        Row(words["mean"], unknown if average is None else telling.glucose(average)),
        _gmi(words["gmi"], gmi(summed) if enough else None, telling),
        _cv(words["cv"], cv(summed), telling),
        Row(words["active"], unknown if active is None else telling.words.percent(active)),
        Row(words["lowest"], lowest),
        Row(words["highest"], highest),
    ]


def _gmi(name: str, value: float | None, telling: Telling) -> Row:
    words = telling.words
    if value is None:
        return Row(name, words.unknown)
    told = percent_beside(value, GMI_UNDER, words)
    if telling.profile is not Profile.ADULT:
        return Row(name, told)
    return Row(name, told, *_goal(f"{words.under}{words.percent(GMI_UNDER)}", value < GMI_UNDER, telling))


def _cv(name: str, value: float | None, telling: Telling) -> Row:
    words = telling.words
    if value is None:
        return Row(name, words.unknown)
    told = words.percent(value, decimals_beside(value, (CV_UP_TO,)))
    limit = words.under.replace("<", "≤") + words.percent(CV_UP_TO)
    return Row(name, told, *_goal(limit, value <= CV_UP_TO, telling))


def _goal(limit: str, met: bool, telling: Telling) -> tuple[str, str]:
    words = telling.words
    return words.goal.format(limit=limit), f"{'✓' if met else '✗'} {words.met if met else words.missed}"
