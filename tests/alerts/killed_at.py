"""A watch that is killed at a named point of its next turn: `python -m tests.alerts.killed_at URL INSTANT POINT`."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from alerts import loading, watcher
from alerts.journal import Journal
from alerts.watcher import Watcher
from hub.database import Database
from tests.alerts.watching import Wrist

POINTS: dict[str, tuple[Any, str]] = {
    "people held": (watcher, "watched"),
    "marks taken": (loading, "take_marks"),
    "late ones noted": (loading, "_note_late"),
    "all loaded": (watcher, "load"),
    "walked": (watcher, "walk_on"),
    "written": (Journal, "write"),
    "committed": (Watcher, "_look"),
}
"""What is done by then, and the function that has done it."""


def dying(after: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and then nothing more."""

    def last(*values: Any, **named: Any) -> None:
        after(*values, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return last


def main(url: str, instant: str, point: str) -> None:
    """Look at that instant, and die."""
    where, name = POINTS[point]
    setattr(where, name, dying(getattr(where, name)))
    Watcher(Database(url), Wrist(datetime.fromisoformat(instant))).turn()


if __name__ == "__main__":
    main(*sys.argv[1:])
