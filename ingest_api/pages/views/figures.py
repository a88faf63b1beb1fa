"""The figures of a stretch of glucose, as rows: name, value, goal, and whether it is met."""

from dataclasses import dataclass

from ingest_api.pages.charts.shares import decimals_beside, percent_beside
from ingest_api.pages.charts.stretch import Stretch
from ingest_api.pages.charts.telling import Telling
from ingest_api.pages.visitor import Guest
from timeseries.glucose.averages import cv, gmi, mean
from timeseries.glucose.bounds import Bound
from timeseries.glucose.coverage import active_percent_within, sufficient
from timeseries.glucose.tally import Tally
from timeseries.glucose.targets import Profile
from timeseries.standing import LEAST_ACTIVE

GMI_UNDER = 7.0
"""Percent, for most adults: the HbA1c they aim at (ADA Standards of Care 2024, 6.3a), which GMI estimates."""

MEAN_UNDER = Bound(154.0, 8.6)
"""For most adults: the mean that an HbA1c of 7 % stands for (Nathan 2008, doi:10.2337/dc08-0545; ADA Standards of Care
2024, table 6.1). It is named beside the mean; whether it is met GMI says, which is the same question."""

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
    """The same, and how much of the time the sensor spoke."""
    active = active_percent_within(of.series, of.span.since, of.span.until)
    told = telling.words.unknown if active is None else percent_beside(active, LEAST_ACTIVE, telling.words)
    return [*glucose_rows(of, summed, telling, visitor), Row(visitor.words("glucose")["active"], told)]


def glucose_rows(of: Stretch, summed: Tally, telling: Telling, visitor: Guest) -> list[Row]:
    """Mean, GMI, variability, lowest and highest.

    GMI is told of 14 days of which the sensor spoke 70 % only (Battelino 2019): of less it misleads.
    """
    words, unknown = visitor.words("glucose"), telling.words.unknown
    enough = sufficient(of.series, of.span.since, of.span.until)
    needs = words.say("gmi_needs", active=telling.words.percent(LEAST_ACTIVE))
    lowest, highest = (of.said(of.lowest, telling), of.said(of.highest, telling)) if len(of.series) else (unknown,) * 2
    return [
        _mean(words["mean"], mean(summed), telling),
        _gmi(words["gmi"], gmi(summed) if enough else None, telling, needs),
        _cv(words["cv"], cv(summed), telling),
        Row(words["lowest"], lowest),
        Row(words["highest"], highest),
    ]


def _mean(name: str, value: float | None, telling: Telling) -> Row:
    words = telling.words
    if value is None:
        return Row(name, words.unknown)
    aim = f"{words.under}{telling.text(telling.number(MEAN_UNDER))}\N{NO-BREAK SPACE}{telling.unit}"
    asked = words.goal.format(limit=aim) if telling.profile is Profile.ADULT else ""
    return Row(name, telling.glucose(value), asked)


def _gmi(name: str, value: float | None, telling: Telling, needs: str) -> Row:
    words = telling.words
    if value is None:
        return Row(name, words.unknown, needs)
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
