"""Errors as pages, in human words, for browsers that ask for one; others are answered with a problem."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from ingest_api.pages.render import page
from ingest_api.pages.visitor import guest
from ingest_api.parts import Hub
from ingest_api.signin import guard

_RECORD = re.compile(r"/people/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The address of a record, whether there is one or not."""


def wants_page(request: Request) -> bool:
    """True for a browser on its way to a page; programs bear a token, or ask for no page."""
    return "authorization" not in request.headers and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, status: HTTPStatus, code: str, detail: str, told: Mapping[str, str]) -> Response:
    """What happened and what to do. Who is not signed in is sent there, and back, unless they were sending a form."""
    if status is HTTPStatus.UNAUTHORIZED and request.method in guard.SAFE:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", 303)
    if status is HTTPStatus.UNPROCESSABLE_ENTITY and request.method in guard.SAFE:
        status = HTTPStatus.NOT_FOUND  # a mistyped address
    hub: Hub = request.app.state.hub
    visitor = guest(request, hub)
    words = visitor.words("error")
    sent = "" if request.method in guard.SAFE else "-sent"
    keys = (code, f"{status.value}{sent}", str(status.value), "other")
    key = next(key for key in keys if key in words.table("what"))
    record = _RECORD.match(request.url.path) if status is HTTPStatus.NOT_FOUND else None
    answer = page(
        request, visitor, "error.html", status, what=words["what"][key], todo=words["todo"][key], detail=detail,
        emergency=f"{record[0]}/emergency" if record else None,
    )  # fmt: skip
    answer.headers.update(told)
    return answer
