"""The API called without a network: requests in, answers out, in the test's own process."""

import asyncio
from typing import Any

import httpx

from ingest_api.app import Application


class Api:
    """One caller's view of the application, with their token."""

    def __init__(self, app: Application, token: str | None) -> None:
        """Call that application."""
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **asked: Any) -> httpx.Response:
        """Ask; parameters spelled `from_` and `to` where Python has a word of its own."""
        return self.request("GET", path, params={name.rstrip("_"): value for name, value in asked.items()})

    def post(self, path: str, body: Any) -> httpx.Response:
        """Send JSON, or bytes as they are."""
        return self.request("POST", path, **({"content": body} if isinstance(body, bytes) else {"json": body}))

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Any request."""
        return asyncio.run(self._request(method, path, **how))

    async def _request(self, method: str, path: str, **how: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://hub", headers=self._headers) as client:
            return await client.request(method, path, **how)
