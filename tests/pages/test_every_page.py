"""What holds of every page about a person, whoever they are and however it is told."""

import gzip
import re
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from ingest_api.headers import PAGE_POLICY
from ingest_api.pages.render import static
from tests.access.world import Holder, World
from tests.pages.browser import Browser
from tests.pages.preview import sensed, weighings

HOSTILE = "<script>alert(1)</script><b onclick='x'>\"&"
PAGES = ("", "/glucose?days=1", "/glucose?days=14", "/glucose?days=90", "/weight", "/alerts", "/prevention")
LIKES = ("en.mgdl.device", "fr.mmoll.dark")


@pytest.fixture(scope="module")
def ada(world: World) -> Holder:
    """A name that would do harm, three months of weights, a week of glucose with an hour under the sensor's range."""
    ada = world.holder(HOSTILE)
    world.keep(*sensed(ada, "cgmq_dexcom", timedelta(minutes=3)), *weighings(ada, 2))
    world.settle()
    world.alert(ada)
    return ada


@pytest.fixture(params=LIKES)
def browser(request: pytest.FixtureRequest, world: World, ada: Holder) -> Browser:
    """Ada's, in either language."""
    return Browser(world.hub, ada.account, request.param)


def of(ada: Holder, rest: str) -> str:
    return f"/people/{ada.id}{rest}"


@pytest.mark.parametrize("rest", PAGES)
def test_nothing_runs_or_styles_but_what_is_ours(browser: Browser, ada: Holder, rest: str) -> None:
    page = browser.page(of(ada, rest))
    assert page.answer.headers["content-security-policy"] == PAGE_POLICY
    assert [each for each in page.elements if "style" in each.attributes or each.tag == "style"] == []
    assert [name for each in page.elements for name in each.attributes if name.startswith("on")] == []
    assert [script for script in page.all("script") if script.text.strip() or "src" not in script.attributes] == []
    loaded = [each.attributes.get("src") or each["href"] for each in page.elements if each.tag in ("script", "link")]
    assert loaded == [static(urlsplit(each).path.removeprefix("/static/")) for each in loaded]


@pytest.mark.parametrize("rest", PAGES)
def test_a_hostile_name_is_a_name(browser: Browser, world: World, ada: Holder, rest: str) -> None:
    page = browser.page(of(ada, rest))
    assert HOSTILE not in page.answer.text
    assert HOSTILE in page.one("title").text


@pytest.mark.parametrize("rest", PAGES)
def test_every_picture_says_what_it_shows_and_has_its_table(browser: Browser, ada: Holder, rest: str) -> None:
    page = browser.page(of(ada, rest))
    pictures = page.all("svg", role="img")
    assert [picture for picture in pictures if len(picture["aria-label"]) < 20] == []
    assert len(page.all("details", class_="chart-data")) == len(pictures)
    assert [table for table in page.all("table") if not table.text.strip()] == []


@pytest.mark.parametrize("rest", PAGES)
def test_every_form_that_changes_something_bears_its_token(browser: Browser, ada: Holder, rest: str) -> None:
    page = browser.page(of(ada, rest))
    forms = page.all("form", method="post")
    assert len(page.all("input", name="csrf")) == len(forms) > 0


@pytest.mark.parametrize("rest", PAGES)
def test_ids_are_unique_headings_skip_no_level_and_fields_have_names(browser: Browser, ada: Holder, rest: str) -> None:
    page = browser.page(of(ada, rest))
    ids = [each["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    levels = [int(each.tag[1]) for each in page.elements if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert [step for step in pairwise(levels) if step[1] > step[0] + 1] == []
    fields = [
        each for each in page.elements if each.tag in ("input", "select") and each.attributes.get("type") != "hidden"
    ]
    assert [each for each in fields if "label" not in each.within] == []


@pytest.mark.parametrize(("rest", "most"), [("", 10_000), ("/weight", 10_000), ("/glucose?days=14", 25_000)])
def test_a_page_is_small(browser: Browser, ada: Holder, rest: str, most: int) -> None:

    assert len(gzip.compress(browser.page(of(ada, rest)).answer.content)) <= most


@pytest.mark.parametrize("rest", PAGES)
def test_all_that_is_said_is_in_the_readers_language(world: World, ada: Holder, rest: str) -> None:
    page = Browser(world.hub, ada.account, "fr.mmoll.device").page(of(ada, rest))
    english = r"\b(the|of|and|with|last|day by day|readings|weighings|goal|lowest|highest|ago|mg/dL)\b"
    said = re.sub("Source : .*?, lue", "", page.said.replace(HOSTILE, ""))  # sources bear their own names
    assert re.findall(english, said) == []
    assert page.one("html")["lang"] == "fr"


def test_the_links_of_a_page_lead_somewhere(browser: Browser, ada: Holder) -> None:
    page = browser.page(of(ada, ""))
    paths = {urlsplit(link["href"]).path for link in page.all("a") if link["href"].startswith(of(ada, ""))}
    built = {of(ada, urlsplit(rest).path) for rest in PAGES}
    assert built <= paths


@pytest.mark.parametrize("theme", ["device", "light", "dark"])
def test_colours_follow_the_device_or_its_owner(world: World, ada: Holder, theme: str) -> None:
    page = Browser(world.hub, ada.account, f"en.mgdl.{theme}").page(of(ada, "/weight"))
    media = [link.attributes["media"] for link in page.all("link", href=static("dark.css"))]
    assert media == {"device": ["screen and (prefers-color-scheme: dark)"], "light": [], "dark": ["screen"]}[theme]
    assert page.one("meta", name="color-scheme")["content"] == {"device": "light dark"}.get(theme, theme)
