"""Every page in both languages and units, light and dark, on any screen: whole, accessible, uncomplained of."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from playwright.sync_api import Page, ViewportSize

from ingest_api.app import ALL
from tests.browser.town import BOTH_LANGUAGES, DESKTOP, EVERY_PAIR, PHONE, Likes, Town, Visits


def of_ada(rest: str) -> Callable[[Town], str]:
    """A page of her record."""
    return lambda town: f"/people/{town.id('ada')}{rest}"


OF_ADA = (
    "", "/glucose", "/weight", "/alerts", "/prevention", "/sharing", "/hidden", "/access-log", "/devices", "/import",
    "/leave", "/report", "/chain",
)  # fmt: skip
PAGES: dict[str, tuple[str, Callable[[Town], str]]] = {
    **{f"/people/{{person}}{rest}": ("ada", of_ada(rest)) for rest in OF_ADA},
    "/households/{household}/inbox": ("ada", lambda town: f"/households/{town.home}/inbox"),
    "/people/{person}/thresholds": ("doctor", of_ada("/thresholds")),
    "/people/{person}/emergency": ("house", of_ada("/emergency")),
    "/people/{person}/notes": ("doctor", of_ada("/notes")),
    "/clinic": ("doctor", lambda town: "/clinic"),
    "/people": ("carer", lambda town: "/people"),
    "/first-run": ("admin", lambda town: "/first-run"),
    "/told": ("ada", lambda town: "/told"),
    "/preferences": ("ada", lambda town: "/preferences"),
    "/sign-in": ("", lambda town: "/sign-in"),
}
"""Who opens it, and where; by its route."""

TELLS_GLUCOSE = {
    *(f"/people/{{person}}{rest}" for rest in ("", "/glucose", "/alerts", "/report", "/thresholds")),
    "/clinic", "/people",
}  # fmt: skip
"""Those on which the unit makes a difference."""

CASES = [(route, likes) for route in PAGES for likes in (EVERY_PAIR if route in TELLS_GLUCOSE else BOTH_LANGUAGES)]
NARROW, HALF = ViewportSize(width=320, height=640), ViewportSize(width=DESKTOP["width"] // 2, height=450)
"""A desk's screen at four and two times its size (WCAG 2.2, 1.4.10 and 1.4.4)."""

RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""Only what is wrong is told; targets of 24 pixels (WCAG 2.2, 2.5.8) are not among axe's usual rules."""


def test_every_page_there_is_stands_in_the_table() -> None:
    routes = [route for module in ALL for route in module.router.routes if isinstance(route, APIRoute)]
    pages = {route.path for route in routes if route.response_class is HTMLResponse and "GET" in (route.methods or ())}
    assert pages == set(PAGES)


@pytest.mark.parametrize(("route", "likes"), CASES, ids=lambda each: each if isinstance(each, str) else each.name)
def test_a_page_is_whole(visits: Visits, town: Town, screenshots: Path, route: str, likes: Likes) -> None:
    who, path = PAGES[route]
    page = visits.open(who, path(town), likes)
    assert page.locator("html").get_attribute("lang") == likes.language
    picture = f"{name_of(route)}-{likes.name}.jpeg"
    page.screenshot(path=screenshots / picture, full_page=True, type="jpeg", quality=80)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert [wider_than_the_screen(page, size) for size in (NARROW, PHONE, HALF, DESKTOP)] == [[], [], [], []]


def wider_than_the_screen(page: Page, size: ViewportSize) -> list[str]:
    """What makes the page scroll sideways on a screen of that size."""
    page.set_viewport_size(size)
    if page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
        return []
    told: list[str] = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 100)).slice(0, 5)"
    )
    return told or ["the page"]


def name_of(route: str) -> str:
    """The name of a page's pictures."""
    return route.replace("/people/{person}", "person").strip("/").replace("/", "-") or "people"
