"""Elements: escaped, finite, and named as an id can be."""

from xml.etree import ElementTree as Xml

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from ingest_api.pages.charts.svg import checked, el
from tests.ingest_api.pages.charts.looking import parsed


@given(st.text(), st.text())
@example("</text><script>", '" onload="x')
@example("\x00\x1f\ud800\ufffe", "\x0b")
def test_no_text_escapes_its_element_or_its_attribute(inside: str, attribute: str) -> None:
    found = parsed(el("text", inside, aria_label=attribute))
    assert (found.tag, list(found), set(found.attrib)) == ("text", [], {"aria-label"})


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")))
def test_a_text_is_read_back_as_it_was_said(text: str) -> None:
    assert (parsed(el("text", text)).text or "") == text


def test_what_is_markup_already_is_left_as_it_is() -> None:
    assert el("g", el("text", "<")) == Markup("<g><text>&lt;</text></g>")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="leave it out"):
        el("rect", x=number)


def test_numbers_are_short_and_none_is_left_out() -> None:
    assert el("rect", x=1.0, y=0.256, width=10, height=None) == '<rect x="1" y="0.26" width="10"></rect>'


@pytest.mark.parametrize("name", ["", "1a", "A", "a b", "a)", 'a"', "é"])
def test_a_chart_is_named_as_ids_are(name: str) -> None:
    with pytest.raises(ValueError, match="letter first"):
        checked(name)


def test_attributes_are_spelled_with_dashes() -> None:
    assert Xml.fromstring(el("g", text_anchor="end", class_="a")).attrib == {"text-anchor": "end", "class": "a"}  # noqa: S314
