"""What surrounds a curve, the same on a phone and on a desk.

The outer svg has no viewBox: its texts keep their size, and are placed by percent across and pixels down. Curves
stretch in an inner svg. Margins are the wrapper's padding (charts.css).
"""

from collections.abc import Iterable
from functools import lru_cache
from textwrap import wrap

from markupsafe import Markup

from ingest_api.pages.charts.svg import HEIGHT, WIDTH, el, joined, percent, url
from ingest_api.pages.charts.telling import Axis
from ingest_api.pages.charts.time_axis import Tick
from ingest_api.pages.charts.words import Words

LINE = 13.0
"""Pixels from one line of small text to the next."""

MIDDLE = 4.0
"""Pixels from the middle of small text down to its baseline."""

FLAG = 15.0
"""Pixels that a number keeps from a flag."""

_EMPTY_WIDTH, _EMPTY_LINE = 28, 20.0
"""Characters in a line, and pixels from one to the next."""

ROW_HEIGHT = 22
"""Pixels of a chart in one line of a list."""


def picture(kind: str, label: str, height: int, *children: str) -> Markup:
    """A chart: one image with a sentence for those who do not see it."""
    drawn = el("svg", *children, role="img", aria_label=label, width="100%", height=height)
    return el("div", drawn, class_=f"chart chart-{kind}")


def plot(*children: str, **place: str | float) -> Markup:
    """Curves in user units, stretched over the whole or over a place of its own."""
    where: dict[str, str | float] = {"width": "100%", "height": "100%", **place}
    return el("svg", *children, viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none", **where)


def path(data: str, class_: str, **paint: str) -> Markup:
    """A curve; of nothing, nothing."""
    return el("path", d=data, class_=class_, **paint) if data else Markup()


def words_at(text: str, x: str, y: float, class_: str) -> Markup:
    """A text whose middle is `y` pixels down."""
    return el("text", text, x=x, y=y + MIDDLE, class_=class_)


def empty(text: str, height: int) -> Markup:
    """What stands where there is nothing to draw, in lines that a phone has room for; above the target."""
    lines = wrap(text, _EMPTY_WIDTH)
    first = height / 4 - _EMPTY_LINE * (len(lines) - 1) / 2
    return joined([words_at(line, "50%", first + n * _EMPTY_LINE, "t-middle t-empty") for n, line in enumerate(lines)])


def unknown(words: Words) -> Markup:
    """The same in one line of a list."""
    return el("text", words.unknown, x=0, y=ROW_HEIGHT / 2 + MIDDLE, class_="t-start")


@lru_cache(maxsize=256)
def glucose_colours(identifier: str, scale: Axis, *palettes: str) -> Markup:
    """A paint for each palette that changes colour at the bounds of the ranges, id `<identifier>-<palette>`.

    Stops that coincide make hard edges, so one path has every colour: no copies behind clip paths.
    """
    return el("defs", joined([_paint(f"{identifier}-{palette}", palette, scale) for palette in palettes]))


def _paint(identifier: str, palette: str, scale: Axis) -> Markup:
    edges = [1.0, *[scale.at(bound) for bound in scale.telling.bounds], 0.0]
    stops = [
        el("stop", offset=percent(edge), class_=f"{palette}-{zone.name}")
        for zone, bottom, top in reversed(list(zip(scale.telling.zones, edges, edges[1:], strict=False)))
        for edge in (top, bottom)
    ]
    across = {"x1": 0, "x2": 0, "y1": 0, "y2": HEIGHT}
    return el("linearGradient", *stops, id=identifier, gradientUnits="userSpaceOnUse", **across)


def paint(identifier: str, palette: str) -> str:
    """A reference to that paint."""
    return url(f"{identifier}-{palette}")


@lru_cache(maxsize=256)
def glucose_back(scale: Axis, height: int) -> Markup:
    """The target band, a line at each bound, and the numbers and the unit at the left."""
    target = scale.telling.target
    assert target.above is not None  # noqa: S101 - a target has two bounds
    assert target.below is not None  # noqa: S101
    low, high = scale.at(target.above) * height, scale.at(target.below) * height
    band = el("rect", x=0, y=high, width="100%", height=low - high, class_="target-band")
    bounds = [rule(scale.at(bound) * height, "grid") for bound in scale.telling.bounds]
    edges = [rule(0, "grid"), rule(height, "grid")]
    return joined([band, *edges, *bounds, rule(low, "target-line"), rule(high, "target-line"), _numbers(scale, height)])


def _numbers(scale: Axis, height: int) -> Markup:
    """The target's bounds exactly where they are; the others make way for them."""
    telling = scale.telling
    flags = [telling.number(bound) for bound in (telling.target.above, telling.target.below) if bound]
    others = {0.0, scale.top, *[telling.number(bound) for bound in telling.bounds]} - set(flags)
    taken = [scale.placed(number) * height for number in flags]
    drawn = [_flag(telling.text(number), place) for number, place in zip(flags, taken, strict=True)]
    plain = [
        words_at(telling.text(number) if number else "0", "-8", _clear(scale.placed(number) * height, taken), "t-end")
        for number in sorted(others)
    ]
    return joined([*plain, *drawn, el("text", telling.unit, x=-8, y=-13, class_="t-end t-unit")])


def _clear(place: float, taken: Iterable[float]) -> float:
    """The place, moved off the nearest one taken."""
    nearest = min(taken, key=lambda other: abs(other - place))
    off = place - nearest
    return place if abs(off) >= FLAG else nearest + (FLAG if off > 0 else -FLAG)


def _flag(text: str, y: float) -> Markup:
    """A bound of the target, which nobody may miss."""
    shape = f"M-41,{y - 8.5:.1f}h31l7,8.5l-7,8.5h-31q-3,0 -3,-3v-11q0,-3 3,-3z"
    return el("path", d=shape, class_="flag") + words_at(text, "-24", y, "t-middle t-flag")


def rule(y: float, class_: str) -> Markup:
    """A line across."""
    return el("line", x1=0, x2="100%", y1=y, y2=y, class_=class_)


def time_marks(ticks: Iterable[Tick], height: int) -> Markup:
    """A line down and a text for each tick; on a narrow screen every other is left out."""
    parts: list[Markup] = []
    for tick in ticks:
        x, less = percent(tick.place), " alt" if tick.minor else ""
        parts.append(
            el("line", x1=x, x2=x, y1=0, y2=height, class_=f"grid{' grid-day' if tick.midnight else ''}{less}")
        )
        parts.append(el("text", tick.text, x=x, y=height + 18, class_=f"t-middle{less}"))
    return joined(parts)
