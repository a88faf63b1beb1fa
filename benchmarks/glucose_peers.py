"""In the peers' own environment: a trace's figures by iglu-python or py-agata, in CPU seconds.

Run by benchmarks.glucose_figures as `python glucose_peers.py NAME TRACE.csv`; imports nothing of ours.
"""

import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from time import process_time
from typing import Any

LEVEL = ["mean_glu", "sd_glu", "cv_glu", "gmi", "ea1c", "j_index", "active_percent"]
RANGES = ["in_range_percent", "above_percent", "below_percent", "gri", "lbgi", "hbgi", "adrr", "episode_calculation"]
RESTLESSNESS = ["mage", "modd", "gvp", "mag", "sd_roc"]
"""The functions that give the figures we give; CONGA besides, for each of its three lengths."""


def iglu(path: str) -> Callable[[], object]:
    """Every figure of ours by iglu-python."""
    iglu_python = import_module("iglu_python")
    data = _read(path).assign(id="one")[["id", "time", "gl"]]

    def figures() -> object:
        told = [getattr(iglu_python, name)(data) for name in LEVEL + RANGES + RESTLESSNESS]
        return told + [iglu_python.conga(data, n=hours) for hours in (1, 4, 24)]

    return figures


def agata(path: str) -> Callable[[], object]:
    """py-agata's whole profile of a trace on its grid; putting it there is not counted, though it takes longer."""
    retime = import_module("py_agata.processing").retime_glucose
    whole = import_module("py_agata.py_agata").Agata()
    data = retime(_read(path).rename(columns={"time": "t", "gl": "glucose"}), 5)
    return lambda: whole.analyze_glucose_profile(data)


def _read(path: str) -> Any:
    return import_module("pandas").read_csv(path, parse_dates=["time"])


PEERS = {"iglu-python": iglu, "py-agata": agata}


def main() -> None:
    """Say on standard output how many seconds it took, the second time: the first warms up."""
    warnings.simplefilter("ignore")
    name, path = sys.argv[1:]
    figures = PEERS[name](path)
    figures()
    begun = process_time()
    figures()
    print(f"\n{process_time() - begun}")


if __name__ == "__main__":
    main()
