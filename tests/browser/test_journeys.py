"""What people come to do, with a keyboard alone; where scripts are switched off, too."""

import pytest
from playwright.sync_api import Locator, Page, expect

from ingest_api.pages.words import Catalog, Language, words_of
from tests.browser.town import Likes, Town, Visits

MOST_TABS = 200
SOON = 20_000
ENGLISH = Likes()


def words(page: str) -> Catalog:
    """The English words of a page."""
    return words_of(Language.EN, page)


def tab_to(page: Page, wanted: Locator) -> None:
    """Go there as a keyboard does, and see that one is there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            assert wanted.evaluate("e => getComputedStyle(e).outlineStyle !== 'none'"), "nobody sees where they are"
            return
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {wanted}")


def press(page: Page, button: Locator) -> None:
    """Go to that button, and press it; the next page says that it is done, and one goes on from there."""
    tab_to(page, button)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_focused()


def once_it_is_there(page: Page, wanted: Locator) -> None:
    """Look again until it is: the watch takes a moment."""
    for _ in range(20):
        if wanted.count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{wanted} does not come")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_alert_is_acknowledged(visits: Visits, town: Town, scripts: bool) -> None:
    who, value = {True: ("bob", 50), False: ("ada", 51)}[scripts]
    town.send(who, value)
    page = visits.open(who, f"/people/{town.id(who)}/alerts", ENGLISH, scripts=scripts)
    button = page.get_by_role("button", name=words("common")["alert"]["acknowledge"])
    once_it_is_there(page, button)
    before = button.count()
    press(page, button.first)
    expect(button).to_have_count(before - 1)


def test_a_weighing_that_waits_is_given_to_its_person(visits: Visits, town: Town) -> None:
    page = visits.open("ada", f"/households/{town.home}/inbox", ENGLISH, scripts=False)
    waiting = page.locator("form.taps")
    before = waiting.count()
    press(page, waiting.first.get_by_role("button", name="Ada"))
    expect(waiting).to_have_count(before - 1)
    undo = page.get_by_role("button", name=words("inbox")["undo_it"])
    press(page, undo.first)
    expect(waiting).to_have_count(before)


def test_somebody_is_let_in_and_it_is_taken_away_again(visits: Visits, town: Town) -> None:
    page, said = visits.open("ada", f"/people/{town.id('ada')}/sharing", ENGLISH, scripts=False), words("sharing")
    listed = page.get_by_role("heading", name="Dr House")
    expect(listed).to_have_count(0)
    tab_to(page, page.locator("input[name=to]"))
    page.keyboard.type("Dr House")
    tab_to(page, page.locator("input[name=lasts]").first)
    page.keyboard.press("Space")  # for how long is never chosen for them
    press(page, page.get_by_role("button", name=said["give"], exact=True))
    expect(listed).to_have_count(1)
    press(page, page.get_by_role("button", name=f"{said['take_away_from']} Dr House"))
    expect(listed).to_have_count(0)


def test_something_is_hidden_after_its_warning_and_shown_again(visits: Visits, town: Town) -> None:
    page, said = visits.open("ada", f"/people/{town.id('ada')}/hidden", ENGLISH, scripts=False), words("hidden")
    tab_to(page, page.locator("select[name=what]"))
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    tab_to(page, page.get_by_role("button", name=said["go_on"]))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text(words("hidden-sure")["know_care"])).to_be_visible()
    press(page, page.locator("main form button").first)
    again = page.get_by_role("button", name=said["show_again_it"])
    expect(again).to_have_count(1)
    press(page, again)
    expect(again).to_have_count(0)
