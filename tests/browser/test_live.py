"""What is displayed follows what is measured, and says so when it no longer does."""

import re
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.browser.town import Likes, Town, Visits

SOON = 30_000
"""Milliseconds; a busy machine needs more than the second or two it takes."""

WITHIN = 2_000
"""Milliseconds from a reading sent to its number on an open page, unless the machine is busy: so the best of three."""

READ_OUT = ":is([aria-live], [role=status], [role=alert]) [data-live], [data-live]:is([aria-live], [role])"
"""A number that is read out whenever it changes, every few minutes, is soon switched off."""

STREAM = re.compile("/stream")
_CLOCK = re.compile("[0-9]{2}:[0-9]{2}")


def shown(page: Page) -> dict[str, str]:
    """Every live string of the glucose of now, and how it is drawn."""
    told: dict[str, str] = page.evaluate(
        "(card => ({...Object.fromEntries([...card.querySelectorAll('[data-live]')].map(e => [e.dataset.live, "
        "e.textContent])), ...(({zone, age, takenAt}) => ({zone, age, takenAt}))(card.dataset)}))"
        "(document.querySelector('[data-live-now]'))"
    )
    return told


def drawn(page: Page) -> list[str]:
    """What the charts beside it say, to those who see them and to those who do not; of what kind their parts are."""
    told: list[str] = page.evaluate(
        "[...document.querySelectorAll('[data-part]')].flatMap(part => [part.textContent, "
        "part.querySelector('svg').ariaLabel, [...part.querySelectorAll('*')].map(e => e.namespaceURI + e.localName)"
        ".sort().join()])"
    )
    return [_CLOCK.sub("", each) for each in told]


def test_a_reading_appears_by_itself_and_every_word_and_chart_agrees_with_it(visits: Visits, town: Town) -> None:
    path = f"/people/{town.id('ada')}"
    page, french = visits.open("ada", path), visits.open("carer", path, Likes("fr", "mmoll", "dark", "phone"))
    took = [appears_after(page, town, value) for value in (141, 162, 191)]
    assert min(took) <= WITHIN, took
    expect(french.locator("[data-live=value]").first).to_have_text("10,6", timeout=SOON)
    live = [shown(each) for each in (page, french)]
    assert [(each["unit"], each["status"], each["zone"]) for each in live] == [
        ("mg/dL", "High", "high"), ("mmol/L", "Élevé", "high")
    ]  # fmt: skip
    charts = [drawn(each) for each in (page, french)]
    assert ["191" in charts[0][1], "10,6" in charts[1][1]] == [True, True]
    for each in (page, french):
        each.reload()
    assert [shown(each) | {"ago": ""} for each in (page, french)] == [each | {"ago": ""} for each in live]
    assert [drawn(each) for each in (page, french)] == charts
    expect(page.locator(READ_OUT)).to_have_count(0)


def appears_after(page: Page, town: Town, value: float) -> float:
    """Milliseconds from before it is sent until its number is there, by the clock both share."""
    page.evaluate(
        "() => new MutationObserver((_, me) => { window.appeared = Date.now(); me.disconnect(); })"
        ".observe(document.querySelector('[data-live=value]'), {childList: true})"
    )
    sent = datetime.now(UTC).timestamp() * 1000
    town.send("ada", value)
    expect(page.locator("[data-live=value]").first).to_have_text(str(value), timeout=SOON)
    appeared: float = page.evaluate("appeared")
    return appeared - sent


def test_a_page_of_somebody_of_whom_nothing_is_known_goes_live_at_the_first_of_each(visits: Visits, town: Town) -> None:
    page = visits.open("zoe", f"/people/{town.id('zoe')}")
    expect(page.locator("[data-part]")).to_have_count(0)
    town.send("zoe", 104)
    expect(page.locator("[data-live-now] [data-live=value]")).to_have_text("104", timeout=SOON)
    expect(page.locator("[data-part=day] svg[role=img]")).to_be_visible()
    weight = page.locator("[data-part=weight] [data-live=value]")
    for value in ("70.5", "71.5"):
        town.weigh("zoe", float(value))
        expect(weight).to_have_text(f"{value}\N{NO-BREAK SPACE}kg", timeout=SOON)
    assert "71.5" in str(page.locator("[data-part=weight] svg[role=img]").get_attribute("aria-label"))


def test_once_nothing_is_heard_of_the_hub_a_number_grows_old_by_itself_and_goes_on_once_it_is_back(
    visits: Visits, town: Town
) -> None:
    """A hub that hangs, of which no error tells the page: a dead one's connections end, too."""
    town.send("ada", 120)
    page = visits.page(visits.browsers.fresh("ada", Likes()))
    page.clock.install()
    with page.expect_response(STREAM):
        page.goto(f"/people/{town.id('ada')}")
    cut_off, value = page.locator("[data-live-cut-off]"), page.locator("[data-live=value]").first
    with town.hub.frozen():
        seen = [(told["ago"], told["age"], told["status"], told["arrow"] == "") for told in after(page, 0, 16, 15, 60)]
        expect(cut_off).to_be_visible()
        expect(cut_off).to_have_text("Not connected: nothing new shows here. Trying again.")
        expect(value).to_have_css("text-decoration-line", "line-through")
        assert value.text_content() == "120"
    assert [each[:3] for each in seen] == [
        (seen[0][0], "fresh", "In target"), ("16 min ago", "old", "In target"),
        ("31 min ago", "silent", "Too old to go by"), ("91 min ago", "silent", "Too old to go by"),
    ]  # fmt: skip
    assert [each[3] for each in seen[2:]] == [True, True]
    town.send("ada", 133)
    expect(value).to_have_text("133", timeout=2 * SOON)
    expect(cut_off).to_be_hidden()
    assert shown(page)["age"] == "fresh"


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
    with page.expect_response(STREAM):
        page.goto(f"/people/{town.id('ada')}")
    context.set_offline(True)
    expect(page.locator("[data-live-cut-off]")).to_be_visible(timeout=SOON)
    town.send("ada", 134)
    context.set_offline(False)
    expect(page.locator("[data-live=value]").first).to_have_text("134", timeout=2 * SOON)
    expect(page.locator("[data-live-cut-off]")).to_be_hidden()


def test_a_list_of_people_grows_old_as_well(visits: Visits, town: Town) -> None:
    town.send("ada", 121)
    page = visits.page(visits.browsers.fresh("carer", Likes()))
    page.clock.install()
    page.goto("/people")
    card = page.locator(f"li:has([href='/people/{town.id('ada')}'])")
    page.clock.fast_forward(31 * 60_000)
    expect(card).to_have_attribute("data-age", "silent")
    expect(card.locator("time")).to_have_text("31 min ago")


def test_an_alarm_is_told_on_the_open_page(visits: Visits, town: Town) -> None:
    page = visits.open("carer", f"/people/{town.id('cleo')}", Likes("fr", "mmoll"))
    town.send("cleo", 48)
    ringing = page.locator("[data-live-alert]")
    expect(ringing).to_be_visible(timeout=SOON)
    expect(ringing).to_contain_text("2,7", timeout=SOON)
    expect(ringing.get_by_role("link")).to_have_attribute("href", f"/people/{town.id('cleo')}/alerts")
    expect(page.locator("[data-live-calm]")).to_be_hidden()


def test_without_scripts_the_page_says_the_same(visits: Visits, town: Town) -> None:
    town.send("ada", 150)
    page = visits.open("ada", f"/people/{town.id('ada')}", scripts=False)
    expect(page.locator("[data-live=value]").first).to_have_text("150")
    expect(page.locator("[data-live-cut-off]")).to_be_hidden()
