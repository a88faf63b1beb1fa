"""Time in ranges: one bar, the lowest range at the bottom, each part named, and the goals they are held against."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from markupsafe import Markup

from ingest_api.pages.charts.curves import apart
from ingest_api.pages.charts.frame import empty, picture, words_at
from ingest_api.pages.charts.shares import percent_beside, percent_texts
from ingest_api.pages.charts.svg import el, joined
from ingest_api.pages.charts.table import Table
from ingest_api.pages.charts.telling import Telling, Zone
from timeseries.glucose.ranges import Ranges
from timeseries.glucose.targets import Goal, goals

RANGE_BAR_HEIGHT = 260
"""Pixels."""

LEAST = 5.0
"""Pixels of a part, however little of the time it was: what is low must be seen."""

BETWEEN = 2.0
"""Pixels between parts, so that colour is not what divides them."""

_ROW = 46.0
"""Pixels from one name to the next."""

_WIDTH, _NAMES = 46, 84
"""Pixels of the bar, and from the left to the names."""

_ENDS = MappingProxyType(
    {
        "tbr2": ("very-low", "very-low"),
        "tbr": ("very-low", "low"),
        "below_pregnancy": ("very-low", "low"),
        "tir": ("target", "target"),
        "pregnancy": ("target", "target"),
        "tar": ("high", "very-high"),
        "above_pregnancy": ("high", "high"),
        "tar2": ("very-high", "very-high"),
    }
)
"""From which range to which a goal's figure reaches."""


def range_bar(of: Ranges | None, telling: Telling) -> Markup:
    """The bar, with names, extents, whole percentages that add up to 100, and goals."""
    label = range_bar_label(of, telling)
    if of is None:
        return picture("ranges", label, RANGE_BAR_HEIGHT, empty(label, RANGE_BAR_HEIGHT))
    shares = telling.shares(of)
    texts = percent_texts(shares, telling.words)
    heights = part_heights(shares[::-1], RANGE_BAR_HEIGHT)
    tops = [sum(heights[:n]) + BETWEEN * sum(map(bool, heights[:n])) for n in range(len(heights))]
    middles = [top + height / 2 for top, height in zip(tops, heights, strict=True)]
    rows = apart(middles, _ROW, 12, RANGE_BAR_HEIGHT - 22)
    parts = [_parts(heights, tops, telling), _leaders(heights, middles, rows), _names(texts[::-1], rows, telling)]
    return picture("ranges", label, RANGE_BAR_HEIGHT, *parts, _goals(of, rows, telling))


def part_heights(shares: Sequence[float], height: float) -> list[float]:
    """Pixels of each part: nothing of nothing, else at least LEAST, together what is left beside the gaps between."""
    room = height - BETWEEN * (sum(share > 0 for share in shares) - 1)
    least = {n for n, share in enumerate(shares) if 0 < share * room / 100 < LEAST}
    rest = sum(share for n, share in enumerate(shares) if n not in least)
    left = room - LEAST * len(least)
    return [LEAST if n in least else left * share / rest if share else 0.0 for n, share in enumerate(shares)]


def _parts(heights: Sequence[float], tops: Sequence[float], telling: Telling) -> Markup:
    zones = reversed(telling.zones)
    return joined(
        [
            el("rect", x=0, y=top, width=_WIDTH, height=height, rx=2, class_=f"part-{zone.name}")
            for zone, top, height in zip(zones, tops, heights, strict=True)
            if height
        ]
    )


def _leaders(heights: Sequence[float], middles: Sequence[float], rows: Sequence[float]) -> Markup:
    """From each part there is to its name."""
    return joined(
        [
            el("path", d=f"M{_WIDTH + 4},{middle:.1f}h6L{_NAMES - 12},{row:.1f}h6", class_="leader")
            for middle, row, height in zip(middles, rows, heights, strict=True)
            if height
        ]
    )


def _names(texts: Sequence[str], rows: Sequence[float], telling: Telling) -> Markup:
    return joined(
        [
            words_at(telling.words.zones[zone.name], str(_NAMES), row, "t-name")
            + words_at(telling.extent(zone), str(_NAMES), row + 15, "t-small")
            + words_at(text, "66%", row, "t-end t-figure")
            for zone, row, text in zip(reversed(telling.zones), rows, texts, strict=True)
        ]
    )


def _goals(of: Ranges, rows: Sequence[float], telling: Telling) -> Markup:
    """Each goal beside what it is about; one about several ranges stands between them, with their sum."""
    at = {zone.name: row for zone, row in zip(reversed(telling.zones), rows, strict=True)}
    whole = dict(
        zip((zone.name for zone in telling.zones), percent_texts(telling.shares(of), telling.words), strict=True)
    )
    return joined([_goal(goal, at, whole, telling) for goal in goals(of, telling.profile)])


def _goal(goal: Goal, at: Mapping[str, float], whole: Mapping[str, str], telling: Telling) -> Markup:
    low, high = _ENDS[goal.target.figure]
    words = telling.words
    said = f"{words.goal.format(limit=limit_text(goal, telling))} {'✓' if goal.met else '✗'}"
    exactly = percent_beside(goal.value, goal.target.percent, words)
    class_ = f"t-end t-small{'' if goal.met else ' t-missed'}"
    if low == high:
        on_limit = whole[low] == words.percent(goal.target.percent) and goal.value != goal.target.percent
        below = 15 if at[low] > RANGE_BAR_HEIGHT / 2 and low == "very-low" else 0
        return words_at(f"{exactly} · {said}" if on_limit else said, "100%", at[low] + below, class_)
    y = (at[low] + at[high]) / 2
    line = el("line", x1="69%", x2="69%", y1=at[high] - 6, y2=at[low] + 6, class_="leader")
    together = words_at(words.together.format(percent=exactly), "100%", y - 6, "t-end t-small")
    return line + together + words_at(said, "100%", y + 8, class_)


def limit_text(goal: Goal, telling: Telling) -> str:
    """What a goal asks: >70 %."""
    sign = telling.words.over if goal.target.above else telling.words.under
    return f"{sign}{telling.words.percent(goal.target.percent)}"


def range_bar_label(of: Ranges | None, telling: Telling) -> str:
    """The percentages and the goals, in a sentence."""
    words = telling.words
    if of is None:
        return words.nothing
    texts = percent_texts(telling.shares(of), words)
    ranges = [
        f"{words.zones[zone.name]} ({telling.extent(zone)}) {text}"
        for zone, text in zip(telling.zones, texts, strict=True)
    ]
    held = [" ".join(row) for row in _goal_rows(of, telling)]
    return words.ranges_label.format(ranges=", ".join(ranges), goals=", ".join(held))


def range_bar_table(of: Ranges | None, telling: Telling) -> Table:
    """Percent of time in each range, then each goal's figure, its limit and whether it is met."""
    words = telling.words
    header = (words.range_, words.share, words.goal_column)
    if of is None:
        return Table(words.ranges_title, header, ())
    texts = percent_texts(telling.shares(of), words)
    ranges = [
        (f"{words.zones[zone.name]}, {telling.extent(zone)}", text, words.unknown)
        for zone, text in zip(telling.zones, texts, strict=True)
    ]
    return Table(words.ranges_title, header, (*ranges, *_goal_rows(of, telling)))


def _goal_rows(of: Ranges, telling: Telling) -> list[tuple[str, str, str]]:
    """The extent each goal is about, the share of time there, and what was asked of it, met or not."""
    zones = {zone.name: zone for zone in telling.zones}
    words = telling.words
    rows: list[tuple[str, str, str]] = []
    for goal in goals(of, telling.profile):
        low, high = (zones[name] for name in _ENDS[goal.target.figure])
        whole = low if low is high else Zone("", low.above, high.below)
        asked = f"{words.goal.format(limit=limit_text(goal, telling))}, {words.met if goal.met else words.missed}"
        rows.append((telling.extent(whole), percent_beside(goal.value, goal.target.percent, words), asked))
    return rows
