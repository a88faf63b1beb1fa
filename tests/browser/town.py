"""Who there is, what they may visit, and how a page is opened as one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from hub.accounts import Account, ActorRole
from hub.database import Role
from hub.quantities import Kind
from hub.records import DeviceKind
from hub.register import Register
from ingest_api.signin.sessions import Sessions
from tests.access.world import World
from tests.journeys.hub_process import HubProcess
from tests.pages import preview
from tests.support.patience import PATIENCE
from tests.support.readings import a_reading, kg

PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)


@dataclass(frozen=True, slots=True)
class Likes:
    """How somebody looks at a page."""

    language: str = "en"
    glucose: str = "mgdl"
    theme: str = "light"
    size: str = "desktop"

    @property
    def name(self) -> str:
        """In a picture's name."""
        return f"{self.language}-{self.glucose}-{self.theme}-{self.size}"


BOTH_LANGUAGES = (Likes("en", "mgdl", "light", "phone"), Likes("fr", "mmoll", "dark", "desktop"))
EVERY_PAIR = (*BOTH_LANGUAGES, Likes("en", "mmoll", "dark", "phone"), Likes("fr", "mgdl", "light", "desktop"))
"""Language, unit and colours: any two of them in every combination (a covering array of strength two)."""


@dataclass(frozen=True, slots=True)
class Town:
    """The accounts by name, what their browsers and programs bear, and the hub that answers them."""

    world: World
    hub: HubProcess
    accounts: Mapping[str, Account]
    cookies: Mapping[str, str]
    home: str
    hub_token: str = field(repr=False)

    @property
    def url(self) -> str:
        """Where the hub answers."""
        return self.hub.url

    def id(self, who: str) -> str:
        """Of their record: a person's account bears it as its name."""
        return self.accounts[who].name

    def send(self, who: str, value: float) -> None:
        """Their sensor says that now, in mg/dL."""
        self._send(who, DeviceKind.CGM, {"kind": "glucose", "value": value, "unit": "mg/dL"})

    def weigh(self, who: str, value: float) -> None:
        """Their scale says that now, in kg."""
        self._send(who, DeviceKind.SCALE, {"kind": "weight", "value": value, "unit": "kg"})

    def _send(self, who: str, by: DeviceKind, measured: dict[str, object]) -> None:
        [(device,)] = self.world.as_administrator(
            "SELECT d.id FROM holding h JOIN device d ON d.number = h.device WHERE h.person = %s AND d.kind = %s",
            self.accounts[who].person, by,
        )  # fmt: skip
        item = {"id": uuid4().hex, "taken_at": datetime.now(UTC).isoformat()} | measured
        answer = httpx.post(
            f"{self.url}/v1/readings",
            json={"device": str(device), "readings": [item]},
            headers={"Authorization": f"Bearer {self.hub_token}"},
            timeout=PATIENCE,
        )
        assert [each["outcome"] for each in answer.json()["results"]] == ["stored"]


def peopled(world: World, hub: HubProcess) -> Town:
    """Those of the preview and Zoe, of whom nothing is known yet, signed in.

    Ada and Nora share a home and its scale, which does not know who stood on it.
    """
    accounts = preview.peopled(world) | {"zoe": world.holder("Zoe").account}
    people = [accounts[name] for name in ("ada", "newcomer")]
    home = _shared_home(world, people)
    with world.database.transaction(Role.REGISTER) as connection:
        cookies = {name: Sessions(connection).open(account) for name, account in accounts.items()}
    return Town(world, hub, accounts, cookies, home, world.hub.access.create(ActorRole.ADMIN))


def _shared_home(world: World, people: list[Account]) -> str:
    """Where a weighing waits for somebody to say whose it is."""
    members = [world.as_administrator("SELECT id FROM person WHERE number = %s", each.person)[0][0] for each in people]
    scale = world.record.device(DeviceKind.SCALE)
    with world.database.transaction(Role.REGISTER) as connection:
        home = Register(connection).add_household("Home", members, [scale.id]).id
    number = world.record.number_of_household(home)
    at = datetime.now(UTC) - timedelta(hours=5)
    world.keep(a_reading("waits", person=None, household=number, device=scale.number, kind=Kind.WEIGHT, raw=kg(66.4),
                         taken_at=at))  # fmt: skip
    return str(home)


@dataclass(slots=True)
class Browsers:
    """A browser context for everybody in each of their likings, made when first needed and kept for the next test."""

    browser: Browser
    town: Town
    _made: dict[tuple[str, Likes, bool], BrowserContext] = field(default_factory=dict)

    def of(self, who: str, likes: Likes, *, scripts: bool = True) -> BrowserContext:
        """Theirs, signed in."""
        key = who, likes, scripts
        if key not in self._made:
            self._made[key] = self.fresh(who, likes, scripts=scripts)
        return self._made[key]

    def fresh(self, who: str, likes: Likes, *, scripts: bool = True) -> BrowserContext:
        """One of a test's own, signed in."""
        made = self.browser.new_context(
            base_url=self.town.url,
            viewport=PHONE if likes.size == "phone" else DESKTOP,
            color_scheme="dark" if likes.theme == "dark" else "light",
            locale=likes.language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        likes_cookie = f"{likes.language}.{likes.glucose}.device"
        cookies = {"vigie-preferences": likes_cookie} | ({"vigie": self.town.cookies[who]} if who else {})
        made.add_cookies([{"name": name, "value": value, "url": self.town.url} for name, value in cookies.items()])
        return made


@dataclass(slots=True)
class Visits:
    """Pages opened as somebody, and what the browser complained of on them."""

    browsers: Browsers
    _pages: list[Page] = field(default_factory=list)
    _complaints: list[str] = field(default_factory=list)
    _borne: list[str] = field(default_factory=list)

    @property
    def town(self) -> Town:
        """Who there is."""
        return self.browsers.town

    def page(self, context: BrowserContext) -> Page:
        """An empty one."""
        page = context.new_page()
        page.on("console", lambda message: self._said(message))
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self._pages.append(page)
        return page

    def open(self, who: str, path: str, likes: Likes = Likes(), *, scripts: bool = True) -> Page:
        """That page, as they see it."""
        page = self.page(self.browsers.of(who, likes, scripts=scripts))
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, page.url) == (200, f"{self.town.url}{path}"), page.url
        return page

    def bear(self, words: str) -> None:
        """A complaint that holds these words is what the test is about."""
        self._borne.append(words)

    def complaints(self) -> list[str]:
        """What the browser said, but for what was to be borne."""
        return [said for said in self._complaints if not any(words in said for words in self._borne)]

    def close(self) -> None:
        """Close every page."""
        for page in self._pages:
            page.close()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.page.url if message.page else ''}: {message.text}")
