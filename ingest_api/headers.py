"""What every answer tells the browser: load nothing from elsewhere, sit in no frame, keep no copy, guess no type."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest_api.site import Site

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
TWO_YEARS = "max-age=63072000; includeSubDomains"
_MAY_BE_KEPT = ("/static/",)
"""Paths of what is the same for everybody; any other answer is nobody else's, and no copy of it is kept."""


class Headers:
    """Adds them to whatever the application answers, its own faults included."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        """Wrap `app`, which is found at that site."""
        self._app = app
        self._always = {**ALWAYS, **({"Strict-Transport-Security": TWO_YEARS} if site.secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer with its headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        headers.update(self._always)
        page = headers.get("content-type", "").startswith("text/html")
        headers["Content-Security-Policy"] = PAGE_POLICY if page else DATA_POLICY
        if not path.startswith(_MAY_BE_KEPT):
            headers["Cache-Control"] = "no-store"
