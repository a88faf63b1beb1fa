"""Weight: every weighing, the trend through them, how it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.quantities import Unit
from ingest_api.pages.charts.shares import decimals_beside
from ingest_api.pages.charts.span import Span
from ingest_api.pages.charts.weighed import Weighed, slope_sentence
from ingest_api.pages.views.ages import ago, moment
from ingest_api.pages.views.drawn import Drawn, Tab, weight_drawn
from ingest_api.pages.views.figures import Row
from ingest_api.pages.visitor import Guest
from timeseries.weight import Composition, WeightTrend
from timeseries.weight.bmi import CLASS_FROM, BmiClass
from timeseries.weight.change import Change

SPANS = (30, 90, 180, 365)
"""Days that can be asked for."""

USUAL = 90

_BMI_BOUNDS = tuple(at for at, _ in CLASS_FROM)
_PARTS = (("body_fat", "%"), ("body_water", "%"), ("muscle_percent", "%"), ("muscle_mass", "kg"), ("bone_mass", "kg"))


@dataclass(frozen=True, slots=True)
class Weight:
    """The newest believed weighing, where the trend goes, and the figures."""

    value: str
    ago: str
    taken_at: str
    at: str
    slope: str
    drawn: Drawn
    figures: tuple[Row, ...] = ()
    composition: tuple[Row, ...] = ()


def tabs(days: int, visitor: Guest) -> list[Tab]:
    """The spans there are."""
    return [Tab(each, visitor.words("weight").say("days", n=each), each == days) for each in SPANS]


def days_asked(asked: str) -> int:
    """The number of days in an address; the usual ninety of anything else."""
    return next((days for days in SPANS if str(days) == asked), USUAL)


def told_of(visitor: Guest, zone: ZoneInfo, days: int, now: datetime) -> Weighed:
    """How weight is told over so many days up to now."""
    return Weighed(Span(now - timedelta(days=days), now), zone, Unit.KG, visitor.numbers)


def weight_of(trend: WeightTrend, told: Weighed, visitor: Guest, now: datetime) -> Weight | None:
    """None if there is no weighing to believe."""
    believed = [point for point in trend.points if not point.outlier]
    if not believed:
        return None
    last = believed[-1]
    return Weight(
        value=told.said(last.value),
        ago=ago(visitor, last.taken_at, now),
        taken_at=moment(last.taken_at),
        at=told.words.moment(last.taken_at.astimezone(told.zone)),
        slope=slope_sentence(trend.slope, told),
        drawn=weight_drawn(trend, told),
        figures=tuple(_figures(trend, told, visitor)),
    )


def composed(found: Sequence[Composition], told: Weighed, visitor: Guest) -> tuple[Row, ...]:
    """What the scale said of the body at the newest weighing that had any of it."""
    words, numbers = visitor.words("weight"), visitor.numbers
    for each in reversed(found):
        named = [(name, unit, getattr(each, name)) for name, unit in _PARTS]
        rows = tuple(
            Row(words.say(f"part.{name}"), numbers.percent(value, 1) if unit == "%" else told.said(value))
            for name, unit, value in named
            if value is not None
        )
        if rows:
            return rows
    return ()


def _figures(trend: WeightTrend, told: Weighed, visitor: Guest) -> list[Row]:
    words = visitor.words("weight")
    rows = [
        Row(words.say("change", n=span.removesuffix("d")), _change(each, told)) for span, each in trend.change.items()
    ]
    if trend.bmi is not None:
        rows.append(_bmi(words["bmi"], trend.bmi, trend.bmi_class, told))
    if trend.day_to_day_sd is not None:
        rows.append(Row(words["spread"], told.said(trend.day_to_day_sd)))
    return rows


def _bmi(name: str, value: float, class_: BmiClass | None, told: Weighed) -> Row:
    number = told.words.number(value, decimals_beside(value, _BMI_BOUNDS))
    return Row(name, f"{number}\N{NO-BREAK SPACE}kg/m²", told.words.bmi_classes[class_] if class_ else "")


def _change(of: Change | None, told: Weighed) -> str:
    if of is None:
        return told.words.unknown
    return f"{told.words.signed(told.in_unit(of.kg), 1)}\N{NO-BREAK SPACE}{told.unit}"
