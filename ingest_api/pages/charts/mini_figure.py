"""One figure in one line: a percentage, or the body mass index; their label says all there is."""

from markupsafe import Markup

from ingest_api.pages.charts.frame import ROW_HEIGHT, picture, unknown
from ingest_api.pages.charts.shares import decimals_beside
from ingest_api.pages.charts.svg import el, percent
from ingest_api.pages.charts.words import Words
from timeseries.glucose.targets import Target
from timeseries.weight.bmi import CLASS_FROM, BmiClass

_BOUNDS = tuple(bound for bound, _ in CLASS_FROM)

_LOW, _HIGH = 15.0, 45.0
"""Ends of the index' scale, kg/m²: WHO's classes with room beyond the outer ones (18.5 and 40)."""


def percent_mini(value: float | None, target: Target | None, name: str, words: Words) -> Markup:
    """A percentage from 0 to 100 as a bar, with a mark where its target is; None where it is not known."""
    said = words.unknown if value is None else words.percent(value)
    label = words.percent_label.format(name=name, value=said)
    if value is None:
        return picture("mini", label, ROW_HEIGHT, unknown(words))
    filled = min(max(value / 100, 0.0), 1.0)
    parts = [
        el("rect", x=0, y=6, width="100%", height=10, class_="track"),
        el("rect", x=0, y=6, width=percent(filled), height=10, class_="track-filled"),
    ]
    mark = [] if target is None else [_mark(target.percent / 100)]
    return picture("mini", label, ROW_HEIGHT, *parts, *mark)


def bmi_mini(value: float | None, class_: BmiClass | None, words: Words) -> Markup:
    """The index on a scale divided at the classes of adults; without class (a child, an unknown age) undivided."""
    label = bmi_label(value, class_, words)
    if value is None:
        return picture("mini", label, ROW_HEIGHT, unknown(words))
    bounds = () if class_ is None else _BOUNDS
    track = el("rect", x=0, y=6, width="100%", height=10, class_="track")
    normal = [] if class_ is None else [_normal()]
    lines = [_divide(_on_scale(bound)) for bound in bounds]
    dot = el("circle", cx=percent(_on_scale(value)), cy=11, r=6, class_="last-dot")
    return picture("mini", label, ROW_HEIGHT, track, *normal, *lines, dot)


def bmi_label(value: float | None, class_: BmiClass | None, words: Words) -> str:
    """The index and its class in words."""
    told = words.bmi_label.format(
        value=words.unknown if value is None else words.number(value, decimals_beside(value, _BOUNDS))
    )
    return told if class_ is None else f"{told}, {words.bmi_classes[class_]}"


def _normal() -> Markup:
    """Where an adult's weight is normal."""
    lower, upper = (
        next(at for at, name in CLASS_FROM if name is each) for each in (BmiClass.NORMAL, BmiClass.OVERWEIGHT)
    )
    low, high = _on_scale(lower), _on_scale(upper)
    return el("rect", x=percent(low), y=6, width=percent(high - low), height=10, class_="target-band")


def _on_scale(value: float) -> float:
    return min(max((value - _LOW) / (_HIGH - _LOW), 0.0), 1.0)


def _divide(place: float) -> Markup:
    return el("line", x1=percent(place), x2=percent(place), y1=6, y2=16, class_="divide")


def _mark(place: float) -> Markup:
    return el("line", x1=percent(place), x2=percent(place), y1=2, y2=20, class_="goal-mark")
