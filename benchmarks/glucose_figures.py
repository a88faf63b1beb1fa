"""The figures of a glucose trace: ours against the Python tools of the field, in CPU time.

The peers live in an environment of their own under build/, made at the first run.
"""

import csv
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console
from rich.table import Table

from timeseries.glucose.episodes import episodes
from timeseries.glucose.figures import figures
from timeseries.glucose.grid import grid
from timeseries.glucose.series import Series, moment

HERE = Path(__file__).parent
PEERS = HERE.parent / "build" / "peers"
PYTHON = PEERS / "bin" / "python"
AIMS = {"iglu-python": 200, "py-agata": 50}
LONGEST = 0.5
"""Seconds of CPU that 90 days of a one-minute sensor may take."""


def trace(days: int, step: int) -> Series:
    """A made-up trace: meals, a slow drift and a sensor's noise, a reading in fifty lost; always the same."""
    random = np.random.default_rng(20_260_101)
    minutes = np.arange(0, days * 1440, step)
    minutes = minutes[random.random(len(minutes)) > 0.02]
    meals = 45 * np.sin(minutes / 37) * np.sin(minutes / 229) + 40 * np.sin(2 * np.pi * minutes / 1440)
    values = np.clip(np.round(140 + meals + random.normal(0, 4, len(minutes))), 39, 401)
    at = np.datetime64("2026-01-05T00:00", "us") + minutes.astype("timedelta64[m]")
    return Series(at, values, np.zeros(len(values), bool), ZoneInfo("UTC"))


def whole(series: Series) -> object:
    """All figures and episodes, as the peers give them."""
    on_grid = grid(series)
    return figures(series), on_grid and episodes(on_grid)


def timed(series: Series, rounds: int) -> list[float]:
    """CPU seconds of each round of ours."""
    seconds = []
    for _ in range(rounds):
        begun = process_time()
        whole(series)
        seconds.append(process_time() - begun)
    return seconds


def make_peers() -> None:
    """Their environment, if it is not there yet; raises CalledProcessError."""
    if not (PEERS / "ready").exists():
        uv = (sys.executable, "-m", "uv", "--quiet")
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(PEERS)], check=True)
        listed = ("-r", str(HERE / "glucose_peers.txt"))
        subprocess.run([*uv, "pip", "install", "--python", str(PYTHON), *listed], check=True)
        (PEERS / "ready").touch()


def peer(name: str, trace: Path) -> float:
    """CPU seconds of one run of a peer, in a process of its own; raises CalledProcessError."""
    command = [str(PYTHON), str(HERE / "glucose_peers.py"), name, str(trace)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return float(said.splitlines()[-1])


def table(rounds: int) -> Table:
    """Fourteen days at 5 minutes against each peer in turns, and 90 days at 1 minute."""
    fortnight, quarter = trace(days=14, step=5), trace(days=90, step=1)
    make_peers()
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in AIMS}
    timed(fortnight, rounds)  # warms up
    with TemporaryDirectory() as folder:
        path = _written(fortnight, Path(folder) / "trace.csv")
        for _ in range(rounds):
            ours += [median(timed(fortnight, 50))]
            for name, seconds in theirs.items():
                seconds.append(peer(name, path))
    shown = Table("", "CPU ms", "times faster", "aim", title="median (least–most) of the rounds")
    shown.add_row(f"ours, 14 days at 5 min ({len(fortnight):,} readings)", _spread(1000, ours), "", "")
    for name, seconds in theirs.items():
        ratios = [one / other for one, other in zip(seconds, ours, strict=True)]
        colour = "green" if median(ratios) >= AIMS[name] else "red"
        shown.add_row(name, _spread(1000, seconds), f"[{colour}]{_spread(1, ratios)}[/]", f"{AIMS[name]}")
    of_quarter = _spread(1000, timed(quarter, rounds))
    shown.add_row(f"ours, 90 days at 1 min ({len(quarter):,} readings)", of_quarter, "", f"{1000 * LONGEST:.0f} ms")
    return shown


def _written(series: Series, path: Path) -> Path:
    told = [(f"{moment(at):%Y-%m-%d %H:%M:%S}", value) for at, value in zip(series.at, series.values, strict=True)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("time", "gl"), *told])
    return path


def _spread(times: float, figures: list[float]) -> str:
    return "{:,.1f} ({:,.1f}–{:,.1f})".format(*(times * of(figures) for of in (median, min, max)))


if __name__ == "__main__":
    Console().print(table(rounds=5))
