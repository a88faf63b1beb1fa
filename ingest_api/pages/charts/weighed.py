"""Weight in words: numbers in the person's unit, the slope as a sentence, the weighings as a table."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hub.quantities import Kind, Unit, from_canonical
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.table import Table
from ingest_api.pages.charts.words import Words
from timeseries.weight.slope import Slope
from timeseries.weight.summary import WeightPoint, WeightTrend


@dataclass(frozen=True, slots=True)
class Weighed:
    """How weight is told: a person's span, zone, unit of mass and language."""

    span: Span
    zone: ZoneInfo
    unit: Unit
    words: Words

    def number(self, kg: float, decimals: int = 1) -> str:
        """A weight in figures."""
        return self.words.number(self.in_unit(kg), decimals)

    def said(self, kg: float) -> str:
        """The same with its unit."""
        return f"{self.number(kg)}\N{NO-BREAK SPACE}{self.unit}"

    def in_unit(self, kg: float) -> float:
        """A weight in the unit."""
        return from_canonical(Kind.WEIGHT, kg, self.unit)

    def shown(self, of: WeightTrend) -> list[WeightPoint]:
        """The weighings within the span."""
        return [point for point in of.points if self.span.since <= point.taken_at < self.span.until]


def slope_sentence(of: Slope | None, told: Weighed) -> str:
    """How fast the weight changes; that it does only where the interval lies on one side of zero."""
    words = told.words
    if of is None:
        return words.no_slope
    if of.low > 0:
        return _slope(words.gaining, of.kg_per_week, of.low, of.high, told)
    if of.high < 0:
        return _slope(words.losing, -of.kg_per_week, -of.high, -of.low, told)
    rate, low, high = (words.signed(told.in_unit(kg), 2) for kg in (of.kg_per_week, of.low, of.high))
    return words.steady.format(rate=rate, low=low, high=high, unit=told.unit)


def _slope(sentence: str, rate: float, low: float, high: float, told: Weighed) -> str:
    return sentence.format(
        rate=told.number(rate, 2), low=told.number(low, 2), high=told.number(high, 2), unit=told.unit
    )


def weight_label(of: WeightTrend, told: Weighed) -> str:
    """What the chart of weight shows, in a sentence."""
    points, words = told.shown(of), told.words
    if not points:
        return words.nothing
    return words.weight_label.format(
        since=words.long_day(points[0].taken_at.astimezone(told.zone)),
        until=words.long_day(points[-1].taken_at.astimezone(told.zone)),
        readings=len(points),
        last=told.said(points[-1].value),
        slope=slope_sentence(of.slope, told),
    )


def weight_table(of: WeightTrend, told: Weighed) -> Table:
    """Every weighing of the span, the newest first, with the trend there, and whether it was set aside."""
    words = told.words
    rows = tuple(_row(point, told) for point in reversed(told.shown(of)))
    header = (words.time, words.weight, words.trend, words.remark)
    return Table(words.weight_title.format(unit=told.unit), header, rows)


def _row(point: WeightPoint, told: Weighed) -> tuple[str, str, str, str]:
    trend = told.words.unknown if point.trend is None else told.number(point.trend)
    remark = told.words.set_aside if point.outlier else ""
    return told.words.moment(point.taken_at.astimezone(told.zone)), told.number(point.value), trend, remark
