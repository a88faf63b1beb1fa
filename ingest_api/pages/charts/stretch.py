"""A stretch of glucose readings, and which of them the sensor could not measure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest_api.pages.charts.curves import Run, runs
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.table import Table
from ingest_api.pages.charts.telling import Axis, Telling
from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import GAP, Series, instant, minutes_between, moment
from timeseries.local_time import Instants

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Beyond:
    """A reading of which the sensor said only that it lies over (or under) what it can measure."""

    at: datetime
    over: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """The readings of a span; `beyond` maps positions of those beyond the sensor's range to whether they are over it.

    A Series counts these as the number just beyond the bound, which must never be printed as a measure.
    """

    series: Series
    span: Span
    beyond: Mapping[int, bool]

    @property
    def lowest(self) -> int:
        """The position of the lowest reading."""
        return int(self.series.values.argmin())

    @property
    def highest(self) -> int:
        """The position of the highest reading."""
        return int(self.series.values.argmax())

    @property
    def last(self) -> int:
        """The position of the last reading."""
        return len(self.series) - 1

    def number(self, position: int, telling: Telling) -> str:
        """A reading in figures, or LO or HI."""
        words = telling.words
        if position in self.beyond:
            return words.above_sensor if self.beyond[position] else words.below_sensor
        return telling.text(telling.in_unit(float(self.series.values[position])))

    def said(self, position: int, telling: Telling) -> str:
        """The same with its unit."""
        number = self.number(position, telling)
        return number if position in self.beyond else f"{number}\N{NO-BREAK SPACE}{telling.unit}"

    def extremes(self, positions: NDArray[np.int64], telling: Telling) -> tuple[str, str, str]:
        """How many readings are at those positions, the lowest and the highest in figures."""
        if not len(positions):
            return "0", telling.words.unknown, telling.words.unknown
        values = self.series.values[positions]
        lowest, highest = int(positions[values.argmin()]), int(positions[values.argmax()])
        return str(len(positions)), self.number(lowest, telling), self.number(highest, telling)

    def at(self, position: int) -> datetime:
        """When a reading was taken, by the person's clock."""
        return moment(self.series.at[position]).astimezone(self.series.zone)


def stretch(series: Series, span: Span, beyond: Iterable[Beyond]) -> Stretch:
    """What of a series lies in the span; of `beyond` those that the series has, which tells one source at a time."""
    inside = series.between(span.since, span.until)
    over = {instant(each.at).item(): each.over for each in beyond}
    marked = {n: over[at] for n, at in enumerate(inside.at.tolist()) if at in over} if over else {}
    return Stretch(inside, span, marked)


def places_in(span: Span, at: Instants) -> Floats:
    """How far from the left instants lie, (n,) fractions of the span."""
    since, until = (instant(each).astype(np.int64) for each in (span.since, span.until))
    return np.asarray((at.astype(np.int64) - since) / (until - since))


def glucose_runs(series: Series, places: Floats, scale: Axis, columns: int = 600) -> list[Run]:
    """A series' curve, at those places from the left, open at gaps over 45 minutes."""
    return runs(places, scale.places(series.values), minutes_between(series.at) > GAP, columns)


def hourly(of: Stretch, telling: Telling) -> Table:
    """How many readings each hour has, its lowest and its highest; hours without readings too."""
    words, zone = telling.words, of.series.zone
    first = of.span.since.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    after = (of.series.at - instant(first)).astype(np.int64) // 3_600_000_000
    hours = int((of.span.until - first - timedelta(microseconds=1)) / _HOUR) + 1
    edges = np.searchsorted(after, np.arange(hours + 1)).tolist()
    rows = [
        (
            words.moment(moment(instant(first) + n * np.timedelta64(1, "h")).astimezone(zone)),
            *of.extremes(np.arange(a, b), telling),
        )
        for n, (a, b) in enumerate(pairwise(edges))
    ]
    caption = words.line_title.format(unit=telling.unit)
    return Table(caption, (words.time, words.readings, words.lowest, words.highest), tuple(rows))
