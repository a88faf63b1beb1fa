"""The demo, as a newcomer runs it."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.hub_process import free_port, vigie
from vigie import services


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the servers' account can enter, which pytest's own is not under root."""
    folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="vigie-demo-"))
    folder.chmod(0o755)
    yield folder
    services.stop(folder, lambda _: None)
    shutil.rmtree(folder)


def demo(home: Path) -> str:
    command = vigie("demo", "--for", "4s", "--port", str(free_port()), "--home", str(home))
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def counted(output: str, label: str) -> int:
    found = re.search(rf"{re.escape(label)}\s*│\s*(\d+)", output)
    assert found, output
    return int(found[1])


@pytest.mark.timeout(180)
def test_the_demo_ends_by_itself_says_what_it_did_and_goes_on_with_its_data_the_next_time(home: Path) -> None:
    first = demo(home)
    assert counted(first, "people") == 5
    assert counted(first, "readings stored") > 20
    assert counted(first, "linked (second source)") > 0
    assert counted(first, "unit_suspect") == 1
    assert [state.running for state in services.status(home)] == [False, False]

    second = demo(home)
    assert counted(second, "readings stored") > 20
    assert re.findall(r"people/([0-9a-f-]{36})", second) == re.findall(r"people/([0-9a-f-]{36})", first)
