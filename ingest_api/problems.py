"""Errors over HTTP: RFC 9457 problems that say what to do, never what was measured; to browsers, pages of the same."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.database import SqlError
from hub.errors import (
    Conflict,
    DatabaseError,
    NotFound,
    ProviderSilent,
    RecordError,
    Refusal,
    SignInRefused,
    TooLarge,
    VigieError,
)
from hub.faults import whereabouts
from ingest_api.pages.errors import error_page, wants_page

log = logging.getLogger(__name__)

_STATUS: dict[type[VigieError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal: HTTPStatus.UNPROCESSABLE_ENTITY,
    RecordError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    ProviderSilent: HTTPStatus.SERVICE_UNAVAILABLE,
    SignInRefused: HTTPStatus.FORBIDDEN,
}
_UNAVAILABLE = "the database does not answer; nothing was stored by this request for certain: send it again"


def answer(
    request: Request, status: HTTPStatus, code: str, detail: str, told: Mapping[str, str] | None = None
) -> Response:
    """A page for whoever is on their way to one, else a problem."""
    if wants_page(request):
        return error_page(request, status, code, detail, told or {})
    return problem(status, code, detail, told)


def problem(status: HTTPStatus, code: str, detail: str, told: Mapping[str, str] | None = None) -> JSONResponse:
    """An answer of type application/problem+json, with these headers too."""
    headers = {"Retry-After": "2"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    headers |= told or {}
    headers |= {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else {}
    body = {"type": f"urn:vigie:{code}", "title": status.phrase, "status": status.value, "detail": detail, "code": code}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of ours, of FastAPI's and of the database's as a problem."""
    app.add_exception_handler(VigieError, _ours)
    app.add_exception_handler(SqlError, _sql)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


class Discreet:
    """Keeps a fault that was answered from the server, which would log its message: that may hold a value or a secret.

    Starlette raises it again after `_unforeseen` has answered it and logged where it was.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log.error("a request ended by %s, at %s", type(error).__name__, whereabouts(error))  # noqa: TRY400


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, VigieError)  # noqa: S101 - what this handler is registered for
    status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    return answer(request, status, error.code, str(error))


def _sql(request: Request, error: Exception) -> Response:
    log.error("the database failed a request: %s", type(error).__name__)
    return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, "database_error", _UNAVAILABLE)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what this handler is registered for
    told = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['type'].replace('_', ' ')}" for e in error.errors())
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", told)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what this handler is registered for
    status = HTTPStatus(error.status_code)
    code = TooLarge().code if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE else status.phrase.lower().replace(" ", "_")
    return answer(request, status, code, str(error.detail), error.headers)


def _unforeseen(request: Request, error: Exception) -> Response:
    route = request.scope["route"].path if "route" in request.scope else "?"
    log.error("unforeseen %s in %s, at %s", type(error).__name__, route, whereabouts(error))
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "fault", "a fault of ours; it is logged")
