"""Which processes are ours: named as expected and working in our folder. No pid file can be stale then."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def living(folder: Path, name: str) -> list[int]:
    """The processes called `name` whose working folder is `folder`; zombies do not count."""
    place = str(folder.resolve())
    return sorted(int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _is_ours(entry, place, name))


def _is_ours(entry: Path, place: str, name: str) -> bool:
    try:
        return entry.joinpath("comm").read_text().strip() == name and str((entry / "cwd").readlink()) == place
    except OSError:  # gone meanwhile, a zombie, or somebody else's
        return False


def send(pids: list[int], number: signal.Signals) -> None:
    """Signal those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return met


def keep_small(log: Path, largest: int = 10_000_000) -> None:
    """Set a log that has grown too long aside, forgetting the one before."""
    if log.exists() and log.stat().st_size > largest:
        log.replace(log.with_suffix(".log.1"))


def tail(log: Path, lines: int = 6) -> str:
    """A log's last lines, for an error message."""
    if not log.exists():
        return f"(no log in {log})"
    return "\n  ".join([f"The end of {log}:", *log.read_text(errors="replace").splitlines()[-lines:]])
