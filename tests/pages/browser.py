"""A browser without a screen: signed in, with its likings, and what stands on the pages it gets."""

import asyncio
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any, cast

import httpx

from hub.accounts import Account
from hub.database import Role
from ingest_api.app import Application, create_app
from ingest_api.context import Hub
from ingest_api.signin.guard import csrf_token
from ingest_api.signin.sessions import Sessions

VOID = frozenset({"meta", "link", "input", "br", "img"})


@dataclass(slots=True)
class Element:
    """A tag, what it says of itself, and all text within it."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Page(HTMLParser):
    """A page taken apart."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer, self.elements = answer, list[Element]()
        self._open: list[Element] = []
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(each.tag for each in self._open))
        self.elements.append(element)
        self._open += [] if tag in VOID else [element]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of that tag with these attributes; `_` in a name stands for `-`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [each for each in self.elements if each.tag == tag and wanted.items() <= each.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only one."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def said(self) -> str:
        """All that is displayed, blanks of any kind made one."""
        return re.sub(r"\s+", " ", self.one("body").text)

    def live(self, key: str) -> str:
        """What is displayed under a key that the stream may replace, of the glucose they have now before all else."""
        return next(each for each in self.elements if each.attributes.get("data-live") == key).text


@dataclass(slots=True)
class Browser:
    """Somebody's, or nobody's; `likes` as the preferences' cookie spells them."""

    hub: Hub
    account: Account | None = None
    likes: str = "en.mgdl.device"
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
    _session: str = ""

    def __post_init__(self) -> None:
        if self.account is not None:
            with self.hub.database.transaction(Role.REGISTER) as connection:
                self._session = Sessions(connection).open(self.account)

    def page(self, path: str) -> Page:
        """A page, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Page(answer)

    def get(self, path: str, **how: Any) -> httpx.Response:
        """Look."""
        return self.ask("GET", path, **how)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form, with its token."""
        return self.ask("POST", path, data={"csrf": csrf_token(self._session), **fields})

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Any request."""
        return asyncio.run(self._ask(method, path, **how))

    async def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        jar = {"vigie": self._session} if self._session else {}
        cookies = "; ".join(f"{name}={value}" for name, value in (jar | {"vigie-preferences": self.likes}).items())
        transport = httpx.ASGITransport(_application(self.hub), raise_app_exceptions=False)
        headers = self.headers | {"Cookie": cookies} | how.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", headers=headers) as client:
            return await client.request(method, path, **how)


@cache
def _built() -> Application:
    """Without parts: building its routes takes longer than most tests do."""
    return create_app(cast("Hub", None))


def _application(hub: Hub) -> Application:
    """The application over those parts."""
    _built().state.hub = hub
    return _built()
