"""A browser signed in as somebody, without a network; and what stands on a page, as a browser understands it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from hub.accounts import Account
from hub.database import Role
from ingest_api.signin.guard import csrf_token
from ingest_api.signin.sessions import Sessions
from tests.access.world import Somebody, World

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
"""A name that would run, were it not escaped."""


class Html(HTMLParser):
    """Elements with their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        """Read it all."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Text, its entities read."""
        self.said.append(data)

    @property
    def text(self) -> str:
        """All that is said, with single spaces, also between elements."""
        return " ".join(" ".join(self.said).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.elements if name == tag]


@dataclass(slots=True)
class Visit:
    """Somebody's browser, in a language."""

    app: Any
    cookie: str
    language: str = "en"
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})

    def get(self, path: str) -> httpx.Response:
        """Look."""
        return self._ask("GET", path)

    def page(self, path: str) -> Html:
        """Look, and be shown it."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Html(answer.text)

    def post(self, path: str, data: Mapping[str, str] | None = None, **how: Any) -> httpx.Response:
        """Send a form, with the session's token."""
        return self._ask("POST", path, data={"csrf": csrf_token(self.cookie), **(data or {})}, **how)

    def forged(self, path: str, headers: Mapping[str, str] | None = None, **how: Any) -> httpx.Response:
        """Send a form as another site would have it sent: without what only our pages know."""
        return self._ask("POST", path, headers=headers, **how)

    def done(self, path: str, data: Mapping[str, str] | None = None, **how: Any) -> Html:
        """Send a form that is taken, and see the page it leads to."""
        answer = self.post(path, data, **how)
        assert answer.status_code == 303, answer.text
        return self.page(answer.headers["location"])

    def _ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **how: Any) -> httpx.Response:
        jar = f"vigie={self.cookie}; vigie-preferences={self.language}.mgdl.device"
        return asyncio.run(
            self._send(method, path, headers=self.headers | {"Cookie": jar} | dict(headers or {}), **how)
        )

    async def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.request(method, path, **how)


def visit(world: World, who: Somebody | Account, language: str = "en") -> Visit:
    """Signed in as them."""
    account = who.account if isinstance(who, Somebody) else who
    with world.database.transaction(Role.REGISTER) as connection:
        cookie = Sessions(connection).open(account)
    return Visit(world._app, cookie, language)
