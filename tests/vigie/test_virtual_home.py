"""The demo's virtual home by itself: a process that hears its devices over the virtual radio, and no broker there."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from device_adapters.gateway.queue import Queue
from tests.support.patience import PATIENCE
from vigie import demo, gateway, virtual_home
from vigie.demo_people import Cast
from vigie.lefevre import PARIS, Lefevres, Thing
from vigie.services import Endpoints
from vigie.virtual.diary import Diary

LEFEVRES = Lefevres("0a1b2c3d")
NOBODY_LISTENS = "mqtt://127.0.0.1:9"


def silent(line: str) -> None:
    pytest.fail(line)


def waiting(folder: Path) -> list[dict[str, Any]]:
    """What waits on the gateway's disk."""
    with gateway.disk(folder) as disk:
        return [json.loads(item.text) for item in Queue(disk, PARIS).waiting(10_000, 10_000_000)]


def counted(folder: Path) -> dict[Thing, int]:
    """How many readings of each device wait on the gateway's disk."""
    things = {address: thing for thing, address in LEFEVRES.addresses.items()}
    return Counter(things[item["device"]] for item in waiting(folder))


def until(true: Callable[[], object]) -> None:
    stop_at = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < stop_at, "it did not come to pass"
        time.sleep(0.1)


def runs(folder: Path) -> bool:
    """True while a gateway works there."""
    return gateway.lights(folder)[0].words == "runs"


def command_lines() -> Iterator[bytes]:
    """Those of all processes, but of any that ends meanwhile."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield line.read_bytes()


def remembered(folder: Path) -> list[tuple[datetime, float]]:
    """What the meter holds."""
    return list(Diary.open(folder / "diary.json", PARIS, datetime.now(UTC)).remembered())


def read_from_the_meter(folder: Path) -> list[tuple[datetime, float]]:
    """What waits of it, in the order of its records."""
    said = [item for item in waiting(folder) if item["device"] == LEFEVRES.addresses[Thing.METER]]
    return [(datetime.fromisoformat(item["taken_at"]), item["value"]) for item in sorted(said, key=itemgetter("seq"))]


def all_heard(folder: Path) -> bool:
    """True once every device was heard, and of the meter all that it holds."""
    heard = counted(folder)
    return heard.keys() == set(Thing) and heard[Thing.METER] == len(remembered(folder))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo's folder; without a broker nobody waits for answers at the end."""
    monkeypatch.setattr(virtual_home, "_SETTLES", 0)
    return tmp_path


def test_every_device_is_heard_each_measure_once_in_this_run_and_the_next(home: Path) -> None:
    folder = home / virtual_home.FOLDER
    with virtual_home.living(home, LEFEVRES, NOBODY_LISTENS, silent):
        until(lambda: all_heard(folder))
        assert runs(folder)
    first = counted(folder)
    assert not runs(folder)
    assert first[Thing.SENSOR] > 300

    with virtual_home.living(home, LEFEVRES, NOBODY_LISTENS, silent):
        until(
            lambda: (
                counted(folder)[Thing.METER] > first[Thing.METER] and counted(folder)[Thing.SCALE] > first[Thing.SCALE]
            )
        )
    assert all_heard(folder)
    assert read_from_the_meter(folder) == remembered(folder)
    said = [(item["device"], item["taken_at"], item["value"]) for item in waiting(folder)]
    assert len(said) == len(set(said))
    assert counted(folder)[Thing.SCALE] == first[Thing.SCALE] + 1


def test_a_demo_that_is_killed_takes_its_virtual_home_along(home: Path) -> None:
    folder = home / virtual_home.FOLDER
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom vigie import lefevre, virtual_home\n"
        "with virtual_home.living(Path(sys.argv[1]), lefevre.Lefevres(sys.argv[2]), sys.argv[3], print): time.sleep(60)"
    )
    killed = subprocess.Popen([sys.executable, "-c", program, str(home), LEFEVRES.suffix, NOBODY_LISTENS])
    until(lambda: (folder / "gateway" / "lock").exists() and runs(folder))
    killed.kill()
    killed.wait()
    until(lambda: not runs(folder))


def test_a_virtual_home_that_ends_by_itself_is_said_with_where_its_log_lies(home: Path) -> None:
    folder, said = home / virtual_home.FOLDER, list[str]()
    folder.mkdir()
    (folder / "diary.json").write_text("torn")
    with virtual_home.living(home, LEFEVRES, NOBODY_LISTENS, said.append):
        until(lambda: "Error" in (folder / "gateway.log").read_text())
    assert len(said) == 1
    assert str(folder / "gateway.log") in said[0]


def test_without_the_virtual_radio_the_demo_says_in_one_line_how_to_get_it_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtual_home, "possible", lambda: False)
    shown = StringIO()
    cast = Cast(tmp_path / "demo.json", LEFEVRES.suffix, "", {}, datetime.now(UTC), datetime.now(UTC))
    with demo._virtual_home(tmp_path, cast, Endpoints("", ""), Console(file=shown, width=40)) as by_bluetooth:
        assert by_bluetooth() == {}
    assert shown.getvalue().count("\n") == 1
    assert "pip install" in shown.getvalue()


def test_the_password_of_the_broker_is_in_no_list_of_processes(home: Path) -> None:
    with virtual_home.living(home, LEFEVRES, "mqtt://hub:secret@127.0.0.1:9", silent):
        until(lambda: runs(home / virtual_home.FOLDER))  # a process just begun has no command line for a moment
        lines = list(command_lines())
    assert any(b"vigie.virtual_home" in line for line in lines)
    assert not any(b"hub:secret@" in line for line in lines)
