"""The virtual home of the demo, in a process of its own: `vigie gateway` as it is, in an air of virtual devices.

A process, since loading the radio takes 1.3 s of a core that the hub would feel, and since a gateway is one. What it
needs to know comes over its standard input (an URL with a password must not stand in a list of processes), and when
that ends it ends: with the demo, however the demo ends.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from device_adapters.gateway import status
from vigie import gateway
from vigie.lefevre import PARIS, Lefevres
from vigie.services.state import Say

FOLDER = "home-lefevre"
MISSING = "The Lefèvres' virtual Bluetooth home stays away: bumble is not installed; pip install 'vigie[demo]' gets it."

_SETTLES, _STOPS = 5.0, 30.0
"""Seconds to wait at the end for the hub's last answers, and for the process to close what it has open."""


def possible() -> bool:
    """True if the virtual radio is installed."""
    return find_spec("bumble") is not None


@contextmanager
def living(home: Path, lefevres: Lefevres, mqtt_url: str, say: Say) -> Iterator[None]:
    """The home lives meanwhile, at least until the hub has heard of it; its log lies in its folder."""
    folder, began = home / FOLDER, datetime.now(UTC).replace(microsecond=0)
    for address, model in lefevres.models().items():
        gateway.pair(folder, address, model, None)
    with (folder / "gateway.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=log, stderr=log, text=True,
            process_group=0,
        )  # fmt: skip
    try:
        _tell(process, {"home": str(folder), "suffix": lefevres.suffix, "mqtt_url": mqtt_url})
        yield
        _settle(process, folder, began)
    finally:
        _end(process)
    if process.returncode not in (0, -signal.SIGTERM):
        say(f"The Lefèvres' home ended by itself; its log tells why: {folder / 'gateway.log'}")


def _tell(process: "subprocess.Popen[str]", settings: dict[str, str]) -> None:
    if process.stdin is not None:
        with suppress(BrokenPipeError):  # it ended already: what its end says is told then
            process.stdin.write(json.dumps(settings) + "\n")
            process.stdin.flush()


def _settle(process: "subprocess.Popen[str]", folder: Path, began: datetime) -> None:
    """Wait until the hub has answered in this run, and has all that was heard."""
    until = monotonic() + _SETTLES
    with gateway.disk(folder) as disk:
        while process.poll() is None and monotonic() < until and not _settled(status.read(disk), began):
            sleep(0.1)


def _settled(now: status.Status, began: datetime) -> bool:
    return not now.waiting and now.acknowledged_at is not None and now.acknowledged_at >= began


def _end(process: "subprocess.Popen[str]") -> None:
    try:
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_STOPS)
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Be that process."""
    from vigie.virtual.diary import Diary
    from vigie.virtual.room import VirtualRoom

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = json.loads(sys.stdin.readline())
    Thread(target=_end_with_the_demo, daemon=True).start()
    folder, lefevres = Path(settings["home"]), Lefevres(settings["suffix"])
    diary = Diary.open(folder / "diary.json", PARIS, datetime.now(UTC))
    place = gateway.Place(folder, lefevres.gateway, settings["mqtt_url"], PARIS)
    gateway.run(place, lambda keeper: VirtualRoom(keeper, lefevres, diary))


def _end_with_the_demo() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(_STOPS)
    os._exit(1)  # what was heard is on the disk


if __name__ == "__main__":
    main()
