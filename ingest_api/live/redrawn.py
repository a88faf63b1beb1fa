"""What a person's first page draws, made anew for a page that is open.

Charts and tables go as trees, `[name, attributes, child…]`, of which a browser makes elements one by one: it reads no
markup from a text, which trusted types would refuse.
"""

from collections.abc import Set
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from markupsafe import Markup

from hub.database import Connection
from hub.quantities import GLUCOSE_KINDS, Kind
from ingest_api.pages.lately import glucose_lately, weight_lately
from ingest_api.pages.views.drawn import Drawn
from ingest_api.pages.views.now import telling_of
from ingest_api.pages.views.person import in_ranges, last_day
from ingest_api.pages.views.weight import USUAL, Weight, told_of, weight_of
from ingest_api.pages.visitor import Guest
from ingest_api.whose import Whose

Part = dict[str, Any] | None
"""A part of the page: strings by their keys, its chart and table as trees; None where there is nothing to draw."""


def redrawn(connection: Connection, whose: Whose, visitor: Guest, kinds: Set[Kind], now: datetime) -> dict[str, Part]:
    """The parts of the page that readings of those kinds change."""
    parts: dict[str, Part] = {}
    if kinds & set(GLUCOSE_KINDS):
        told, telling = glucose_lately(connection, whose, now), telling_of(visitor, whose.conditions)
        parts["day"] = _drawn(last_day(told, telling, now))
        parts["ranges"] = _drawn(in_ranges(told, telling, visitor, now))
    if Kind.WEIGHT in kinds:
        weighed = weight_lately(connection, whose, now)
        parts["weight"] = _weight(weight_of(weighed, told_of(visitor, whose.zone, USUAL, now), visitor, now))
    return parts


def _drawn(of: Drawn | None) -> Part:
    return None if of is None else {"note": of.note, "chart": _tree(of.chart), "table": _tree(of.table)[-1]}


def _weight(of: Weight | None) -> Part:
    if of is None:
        return None
    return {"value": of.value, "ago": of.ago, "taken_at": of.taken_at, "slope": of.slope} | (_drawn(of.drawn) or {})


def _tree(markup: Markup) -> list[Any]:
    return _branch(fromstring(markup))  # noqa: S314 - charts.svg wrote it


def _branch(element: Element) -> list[Any]:
    return [element.tag, element.attrib, *([element.text] if element.text else []), *map(_branch, element)]
