"""The report as the browser prints it: one sheet, whoever's, in both languages, with whatever warns on it."""

import re

import pytest

from tests.browser.town import Likes, Town, Visits

_A_PAGE = re.compile(rb"/Type\s*/Page\b")
SHEETS = {
    "a whole fortnight": ("cleo", "cleo", Likes("en", "mgdl")),
    "a week of two, in French": ("doctor", "ada", Likes("fr", "mmoll")),
    "opened in an emergency": ("house", "ada", Likes("fr", "mmoll")),
    "somebody without a sensor": ("newcomer", "newcomer", Likes("en", "mgdl")),
}


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_report_is_one_sheet(visits: Visits, town: Town, sheet: str) -> None:
    who, whose, likes = SHEETS[sheet]
    page = visits.open(who, f"/people/{town.id(whose)}/report", likes)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(_A_PAGE.findall(printed)) == 1


def test_what_is_printed_is_the_page_without_what_only_leads_elsewhere(visits: Visits, town: Town) -> None:
    page = visits.open("cleo", f"/people/{town.id('cleo')}/report")
    figures = page.locator(".figures").inner_text()
    page.emulate_media(media="print")
    assert page.locator(".figures").inner_text() == figures
    assert page.get_by_role("img").count() == 3
    gone = page.locator(".top, .ways, .hint, .chart-data")
    assert gone.count() > 3
    assert [each.is_visible() for each in gone.all()] == [False] * gone.count()
