"""The report and the weight as the browser prints them: one sheet, whoever's, in both languages, whatever warns."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.town import Likes, Town, Visits

_A_PAGE = re.compile(rb"/Type\s*/Page\b")
SHEETS = {
    "a whole fortnight": ("cleo", "cleo", "report", Likes("en", "mgdl")),
    "a week of two, in French": ("doctor", "ada", "report", Likes("fr", "mmoll")),
    "opened in an emergency": ("house", "ada", "report", Likes("fr", "mmoll")),
    "somebody without a sensor": ("newcomer", "newcomer", "report", Likes("en", "mgdl")),
    "weight": ("ada", "ada", "weight", Likes("fr", "mmoll")),
}


@pytest.mark.parametrize("sheet", SHEETS)
def test_what_is_printed_is_one_sheet(visits: Visits, town: Town, sheet: str) -> None:
    who, whose, what, likes = SHEETS[sheet]
    page = visits.open(who, f"/people/{town.id(whose)}/{what}", likes)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(_A_PAGE.findall(printed)) == 1


def test_a_sheet_says_whose_it_is(visits: Visits, town: Town) -> None:
    page = visits.open("ada", f"/people/{town.id('ada')}/weight")
    whose = page.locator(".whose")
    expect(whose).to_be_hidden()
    page.emulate_media(media="print")
    expect(whose).to_be_visible()
    expect(whose).to_have_text("Ada Martin")


def test_what_is_printed_is_the_page_without_what_only_leads_elsewhere(visits: Visits, town: Town) -> None:
    page = visits.open("cleo", f"/people/{town.id('cleo')}/report")
    figures = page.locator(".figures").inner_text()
    page.emulate_media(media="print")
    assert page.locator(".figures").inner_text() == figures
    assert page.locator("svg[role=img]").count() == 3
    gone = page.locator(".top, .ways, .hint, .chart-data")
    assert gone.count() > 3
    assert [each.is_visible() for each in gone.all()] == [False] * gone.count()
