"""What is displayed follows what is measured, and says so when it no longer does."""

import re

from playwright.sync_api import Page, expect

from tests.browser.town import Likes, Town, Visits

SOON = 10_000
"""Milliseconds; a busy machine needs more than the second or two it takes."""


def shown(page: Page) -> dict[str, str]:
    """Every live string of the page, and how it is drawn."""
    told: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-live]')].map(e => [e.dataset.live, e.textContent]))"
    )
    drawn: dict[str, str] = page.evaluate(
        "(({zone, age, takenAt}) => ({zone, age, takenAt}))(document.querySelector('[data-live-now]').dataset)"
    )
    return told | drawn


def test_a_reading_appears_by_itself_and_every_word_agrees_with_it(visits: Visits, town: Town) -> None:
    path = f"/people/{town.id('ada')}"
    page, french = visits.open("ada", path), visits.open("carer", path, Likes("fr", "mmoll", "dark", "phone"))
    town.send("ada", 191)
    expect(page.locator("[data-live=value]")).to_have_text("191", timeout=SOON)
    expect(french.locator("[data-live=value]")).to_have_text("10,6", timeout=SOON)
    live = [shown(each) for each in (page, french)]
    assert [(each["unit"], each["status"], each["zone"]) for each in live] == [
        ("mg/dL", "High", "high"), ("mmol/L", "Élevé", "high")
    ]  # fmt: skip
    for each in (page, french):
        each.reload()
    assert [shown(each) | {"ago": ""} for each in (page, french)] == [each | {"ago": ""} for each in live]


def test_ages_grow_in_the_browser_and_an_old_number_looks_old_though_the_hub_is_silent(
    visits: Visits, town: Town
) -> None:
    visits.bear("ERR_FAILED")
    town.send("ada", 120)
    page = visits.page(visits.browsers.fresh("ada", Likes()))
    page.route(re.compile("/stream"), lambda route: route.abort())
    page.clock.install()
    page.goto(f"/people/{town.id('ada')}")
    expect(page.locator("[data-live-cut-off]")).to_be_visible()
    expect(page.locator("[data-live-cut-off]")).to_have_text("Not connected: nothing new shows here. Trying again.")
    seen = [(told["ago"], told["age"], told["status"], told["arrow"] == "") for told in after(page, 0, 16, 15, 60)]
    assert [each[:3] for each in seen] == [
        (seen[0][0], "fresh", "In target"), ("16 min ago", "old", "In target"),
        ("31 min ago", "silent", "Too old to go by"), ("91 min ago", "silent", "Too old to go by"),
    ]  # fmt: skip
    assert [each[3] for each in seen[2:]] == [True, True]
    assert page.locator("[data-live=value]").text_content() == "120"


def after(page: Page, *minutes: int) -> list[dict[str, str]]:
    """What is shown after so many more minutes, each time."""
    told = []
    for each in minutes:
        page.clock.fast_forward(each * 60_000)
        told.append(shown(page))
    return told


def test_a_page_that_was_cut_off_goes_on_by_itself(visits: Visits, town: Town) -> None:
    visits.bear("ERR_INTERNET_DISCONNECTED")
    context = visits.browsers.fresh("ada", Likes())
    page = visits.page(context)
    page.goto(f"/people/{town.id('ada')}")
    expect(page.locator("[data-live-cut-off]")).to_be_hidden()
    context.set_offline(True)
    expect(page.locator("[data-live-cut-off]")).to_be_visible(timeout=SOON)
    town.send("ada", 133)
    context.set_offline(False)
    expect(page.locator("[data-live=value]")).to_have_text("133", timeout=2 * SOON)
    expect(page.locator("[data-live-cut-off]")).to_be_hidden()


def test_an_alarm_is_told_on_the_open_page(visits: Visits, town: Town) -> None:
    page = visits.open("carer", f"/people/{town.id('cleo')}", Likes("fr", "mmoll"))
    town.send("cleo", 48)
    ringing = page.locator("[data-live-alert]")
    expect(ringing).to_be_visible(timeout=SOON)
    expect(ringing).to_contain_text("2,7", timeout=SOON)
    expect(ringing.get_by_role("link")).to_have_attribute("href", f"/people/{town.id('cleo')}/alerts")


def test_without_scripts_the_page_says_the_same(visits: Visits, town: Town) -> None:
    town.send("ada", 150)
    page = visits.open("ada", f"/people/{town.id('ada')}", scripts=False)
    expect(page.locator("[data-live=value]")).to_have_text("150")
    expect(page.locator("[data-live-cut-off]")).to_be_hidden()
