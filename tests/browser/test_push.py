"""Being told in a browser: switched on and off on the page, and shown by the worker in the hub's words.

Chromium subscribes only with a push service, which no test has: the subscription is made up, the rest is the browser's.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.town import Likes, Town, Visits

SUBSCRIPTION = {"endpoint": "https://push.invalid/1", "keys": {"p256dh": "BEl", "auth": "AAA"}}
MADE_UP = f"""
    const made = {json.dumps(SUBSCRIPTION)};
    const unsubscribe = async () => sessionStorage.removeItem("held") ?? true;
    const subscription = {{ ...made, toJSON: () => made, unsubscribe }};
    PushManager.prototype.subscribe = async ({{ applicationServerKey }}) => {{
      sessionStorage.setItem("held", applicationServerKey);
      return subscription;
    }};
    PushManager.prototype.getSubscription = async () => (sessionStorage.getItem("held") ? subscription : null);
    Notification.requestPermission = async () => Notification.permission;
"""


@pytest.fixture
def context(visits: Visits, town: Town) -> Iterator[BrowserContext]:
    """The carer's, in which sites may show notifications."""
    made = visits.browsers.fresh("carer", Likes())
    made.grant_permissions(["notifications"], origin=town.url)
    made.add_init_script(MADE_UP)
    yield made
    town.world.as_administrator("DELETE FROM contact WHERE channel = 'web_push'")
    made.close()


@pytest.fixture
def page(visits: Visits, context: BrowserContext) -> Page:
    """How they are told."""
    opened = visits.page(context)
    opened.goto("/told")
    return opened


def test_a_browser_is_switched_on_and_off_where_it_is(visits: Visits, page: Page, town: Town) -> None:
    visits.bear("422")  # the hub refuses what was made up
    state = page.locator("[data-push-state]")
    expect(state).to_have_text("You are not told in this browser.")
    with page.expect_request("**/told/browser") as asked:
        page.get_by_role("button", name="Be told in this browser").click()
    sent = parse_qs(asked.value.post_data or "")
    assert json.loads(sent["subscription"][0]) == SUBSCRIPTION
    assert page.evaluate("sessionStorage.getItem('held')") == page.locator("[data-push]").get_attribute("data-push")
    # what the hub would have kept of a subscription that can be sent to
    town.world.as_administrator(
        "INSERT INTO contact (account, channel, address, language, glucose_unit, verified_at) "
        "VALUES (%s, 'web_push', %s, 'en', 'mg/dL', now())",
        town.accounts["carer"].number, json.dumps(SUBSCRIPTION),
    )  # fmt: skip
    page.goto("/told")
    expect(state).to_have_text("You are told in this browser. A trial shows that it works.")
    expect(page.locator("[data-this]")).to_be_visible()
    expect(page.get_by_role("button", name="Be told in this browser")).to_be_hidden()
    page.get_by_role("button", name="Remove: A browser").click()
    expect(page.locator(".done")).to_have_text("Removed.")
    expect(state).to_have_text("You are not told in this browser.")
    assert page.evaluate("sessionStorage.getItem('held')") is None


TAPPED = """
    async (tag) => {
      const [notification] = await self.registration.getNotifications({ tag });
      const opened = [];
      self.clients.openWindow = async (url) => opened.push(url);
      self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
      return opened;
    }
"""
SHOWN = """
    async () => (await (await navigator.serviceWorker.ready).getNotifications())
      .map(({ title, body, tag }) => [title, body, tag]).sort((a, b) => a[2] > b[2] ? 1 : -1)
"""


def test_what_is_pushed_is_shown_in_its_words_and_leads_nowhere_else(
    page: Page, context: BrowserContext, town: Town
) -> None:
    registered: list[dict[str, Any]] = []
    cdp = context.new_cdp_session(page)
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"]))
    cdp.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    alert = {"title": "Vigie", "body": "Vigie: an urgent alert.", "url": f"{town.url}/", "tag": "1"}
    for data in (
        json.dumps(alert),
        json.dumps(alert),
        json.dumps({"url": "https://elsewhere.test/", "tag": "2"}),
        "no",
    ):
        cdp.send("ServiceWorker.deliverPushMessage",
                 {"origin": town.url, "registrationId": registered[0]["registrationId"], "data": data})  # fmt: skip
    page.wait_for_function(f"async () => (await ({SHOWN})()).length === 3")
    assert page.evaluate(SHOWN) == [["Vigie", "", ""], ["Vigie", "Vigie: an urgent alert.", "1"], ["Vigie", "", "2"]]
    (worker,) = context.service_workers
    assert [worker.evaluate(TAPPED, tag) for tag in ("1", "2")] == [[f"{town.url}/"]] * 2
