"""The HTTP application: routes, problems, limits."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from time import sleep
from types import ModuleType
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest_api import problems
from ingest_api.context import Hub
from ingest_api.headers import Headers
from ingest_api.pages.routes import pages
from ingest_api.routes import (
    access_log,
    alerts,
    calendar,
    chain,
    contacts,
    emergency,
    export,
    forecast,
    glucose,
    health,
    hidden,
    households,
    leaving,
    population,
    prevention,
    readings,
    register,
    sharing,
    sign_in,
    stream,
    thresholds,
    weight,
)
from ingest_api.stream import Live
from ingest_api.uploads import MOST_FILE_BYTES

MOST_BODY_BYTES = 1024 * 1024
_UPLOADS = re.compile(r"/people/[0-9a-f-]{36}/import")
"""Where files are handed in, with the form's other parts."""


def most_bytes(path: str) -> int:
    """How long a body sent there may be."""
    return MOST_FILE_BYTES + MOST_BODY_BYTES if _UPLOADS.fullmatch(path) else MOST_BODY_BYTES


def _say(most: int) -> str:
    return f"the body is longer than {most // 1024} KiB; send several requests"


class Application(FastAPI):
    """FastAPI, with our headers outermost: the answer to a fault has them too."""

    def build_middleware_stack(self) -> ASGIApp:
        """The application as served."""
        hub: Hub = self.state.hub
        return problems.Discreet(Headers(super().build_middleware_stack(), hub.site))


HEALTH: tuple[ModuleType, ...] = (health,)
ALL: tuple[ModuleType, ...] = (
    register, readings, glucose, weight, households, population, sharing, hidden, access_log, emergency, chain,
    contacts, export, leaving, alerts, thresholds, prevention, calendar, forecast, sign_in, stream, health, *pages(),
)  # fmt: skip


def create_app(hub: Hub, modules: Sequence[ModuleType] = ALL) -> Application:
    """The application over these parts, with the routes of those modules."""
    # the interactive pages would load scripts from elsewhere; /openapi.json serves any tool
    app = Application(title="Vigie", version="0.1.0", docs_url=None, redoc_url=None)
    app.state.hub, app.state.live = hub, Live(hub)
    for module in modules:
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(BodyLimit)
    return app


# x-forwarded-for is believed by ingest_api.limits, from the proxies it is told of; uvicorn would from any on loopback
_QUIET: Any = {
    "log_config": None, "access_log": False, "proxy_headers": False, "server_header": False,
    "timeout_graceful_shutdown": 3,  # a stream would go on for ever
}  # fmt: skip


def answer(app: Application, host: str, port: int) -> None:
    """Answer HTTP until a signal ends it."""
    uvicorn.run(app, host=host, port=port, **_QUIET)


@contextmanager
def background(app: ASGIApp, host: str, port: int) -> Iterator[None]:
    """Answer HTTP in a thread of its own, from entering until leaving."""
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, **_QUIET))
    thread = Thread(target=server.run, name="http", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


class BodyTooLong(HTTPException):
    """Raised while a body comes; FastAPI would turn any other error there into a 400."""

    def __init__(self, most: int) -> None:
        """The same answer as for a declared length."""
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _say(most))


class BodyLimit:
    """Refuses a body over the limit before holding it: by its declared length, and while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = most_bytes(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > most:
            refusal = problems.answer(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _say(most))
            await refusal(scope, receive, send)
            return
        await self._app(scope, _counted(receive, most), send)


def _counted(receive: Receive, most: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise BodyTooLong(most)
        return message

    return counted
