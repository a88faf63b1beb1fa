"""Looking at charts without a browser."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from hub.quantities import Unit
from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.telling import Telling
from timeseries.glucose.targets import Profile

MG = Telling(Unit.MG_DL, Profile.ADULT, ENGLISH)
MMOL = Telling(Unit.MMOL_L, Profile.ADULT, FRENCH)
PREGNANT = Telling(Unit.MG_DL, Profile.PREGNANCY, ENGLISH)
TELLINGS = (MG, MMOL, PREGNANT, Telling(Unit.MMOL_L, Profile.OLDER, ENGLISH), Telling(Unit.G_L, Profile.ADULT, FRENCH))


def parsed(markup: str) -> Xml.Element:
    """The chart as a tree; fails where it is not well-formed."""
    return Xml.fromstring(markup)  # noqa: S314


def texts(markup: str) -> list[str]:
    """Every text that is drawn."""
    return [each.text or "" for each in parsed(markup).iter("text")]


def label(markup: str) -> str:
    """What is said to those who do not see it."""
    image = next(each for each in parsed(markup).iter() if each.get("role") == "img")
    return image.get("aria-label", "")


def classed(markup: str, name: str) -> list[Xml.Element]:
    """The elements of that class."""
    return [each for each in parsed(markup).iter() if name in each.get("class", "").split()]


def data(markup: str, name: str) -> str:
    """The path data of that class, together."""
    return "".join(each.get("d", "") for each in classed(markup, name))


def points(path: str) -> list[list[tuple[int, int]]]:
    """The points of path data, a list a run."""
    return [[(int(x), int(y)) for x, y in re.findall(r"(-?\d+),(-?\d+)", part)] for part in path.split("M") if part]


def ids(markup: str) -> list[str]:
    """Every id."""
    return [told for each in parsed(markup).iter() if (told := each.get("id")) is not None]


def referred(markup: str) -> set[str]:
    """Every id that something refers to."""
    return set(re.findall(r"url\(#([^)]*)\)", markup))


def classes(markups: Iterable[str]) -> set[str]:
    """Every class in use."""
    return {name for markup in markups for each in parsed(markup).iter() for name in each.get("class", "").split()}
