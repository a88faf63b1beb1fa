"""Server-sent events, whatever they are of: told as they come, a sign of life in between, over when they say so."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from threading import Lock
from time import monotonic

import anyio
from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from hub.database import SqlError
from hub.errors import DatabaseError
from ingest_api.live.follow import Follow
from ingest_api.live.news import EVERY, Stirring
from ingest_api.live.told import Event
from ingest_api.parts import Hub

log = logging.getLogger(__name__)

HEARTBEAT = 15.0
"""Seconds without a word after which a sign of life is sent: proxies cut what says nothing for a minute."""

MOST = 20
"""Streams of one account at once."""

_RETRY = 2_000
"""Milliseconds after which a browser comes again."""


class Streams:
    """How many each account has open in this process. Thread-safe."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = Lock()
        self._open: Counter[int] = Counter()

    def one_more(self, account: int) -> Callable[[], None]:
        """Count one, until what is answered is called; raises 429 beyond MOST."""
        with self._lock:
            if self._open[account] >= MOST:
                raise HTTPException(429, f"{MOST} streams are open already; close one", {"Retry-After": "5"})
            self._open[account] += 1
        return lambda: self._one_less(account)

    def _one_less(self, account: int) -> None:
        with self._lock:
            self._open[account] -= 1


class Live:
    """What all streams of a process share."""

    def __init__(self, hub: Hub) -> None:
        """Of that hub."""
        self.streams, self.stirring = Streams(), Stirring(hub)


class Events(StreamingResponse):
    """The answer that goes on; `over` is called once it is, however it ends."""

    def __init__(self, content: AsyncIterator[bytes], over: Callable[[], None]) -> None:
        """Of those events."""
        super().__init__(content, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until they end, or the client goes."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._over()


async def events(follow: Follow, resumed: bool, stay: float | None) -> AsyncIterator[bytes]:
    """All there is to tell, for `stay` seconds, or until it is no longer theirs to see."""
    begun = heard = monotonic()
    yield f"retry: {_RETRY}\nid: {follow.mark}\n\n".encode()
    for event in follow.resuming() if resumed else follow.opening():
        yield event.spelled()
    while (found := await run_in_threadpool(_look, follow)) is not None:
        for event in found:
            yield event.spelled()
        if found:
            heard = monotonic()
        elif monotonic() - heard >= HEARTBEAT:
            heard = monotonic()
            yield b": still here\n" + follow.alive().spelled()
        if stay is not None and monotonic() - begun >= stay:
            return
        await anyio.sleep(EVERY)


def _look(follow: Follow) -> list[Event] | None:
    """None, too, where the database does not answer: whoever follows comes again, and goes on where they were."""
    try:
        return follow.look()
    except (DatabaseError, SqlError) as error:
        log.warning("a stream ends: the database does not answer (%s)", type(error).__name__)
        return None
