"""SVG written as text: one way to make an element, and curves as path data.

Everything goes through `el` and `each`, which escape. Style is left to classes: a strict content policy refuses others.
"""

import math
import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 2400, 1000
"""User units of every plot; whole numbers of them are finer than a pixel, and short."""

_PLAIN = re.compile("[\t\n\r\x20!#-%(-;=?-~\xa0-\ud7ff\ue000-\ufffd]*")
"""What is XML, and means nothing else in it."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,60}")


class _Spelled(dict[str, str]):
    """Attributes' names as SVG spells them, each found out once."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rstrip("_").replace("_", "-")
        return self[name]


_SPELLED = _Spelled()


def el(tag: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element; whatever is not Markup already is escaped, an attribute that is None is left out.

    `class_` is written class, `text_anchor` text-anchor. Raises ValueError for a number that is none.
    """
    told = "".join([f' {_SPELLED[name]}="{_said(value)}"' for name, value in attributes.items() if value is not None])
    inside = "".join([_escaped(child) for child in children])
    return Markup(f"<{tag}{told}>{inside}</{tag}>")  # noqa: S704 - the one place; its parts are escaped above


def each(tag: str, texts: Iterable[str]) -> Markup:
    """Texts in elements without attributes, one after the other."""
    return Markup("".join([f"<{tag}>{_escaped(text)}</{tag}>" for text in texts]))  # noqa: S704 - as in `el`


def joined(parts: Sequence[Markup]) -> Markup:
    """One after the other."""
    return Markup("").join(parts)


def percent(fraction: float) -> str:
    """A fraction of a width, as an attribute says it: percent follow the screen, whatever its size."""
    return f"{_number(100 * fraction)}%"


def checked(identifier: str) -> str:
    """The identifier of a chart, from which all its ids are made; raises ValueError if none could be."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError("name a chart with small letters, digits and dashes, a letter first")
    return identifier


def url(identifier: str) -> str:
    """A reference to what bears that id."""
    return f"url(#{identifier})"


def _said(value: str | float) -> str:
    return _escaped(value) if isinstance(value, str) else _number(value)


def _escaped(text: str) -> str:
    if isinstance(text, Markup) or _PLAIN.fullmatch(text):
        return text
    return str(escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)))


def _number(value: float) -> str:
    """At most two decimals, none in vain."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise ValueError("a chart cannot place what is not a number; leave it out")
    return f"{value:.2f}".rstrip("0").rstrip(".")
