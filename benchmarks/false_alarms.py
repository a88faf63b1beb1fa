"""`python -m benchmarks.false_alarms`: how often virtual people are wrongly foretold a low, by the chance asked for.

These are the rates of alerts/forecast/gate.py, which it expects of somebody of whom nothing is known. The people are
those of seeds 1 to 3, by whom choices were made; `benchmarks.forecast` shows others.
"""

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from alerts.forecast.gate import RUNGS, USUAL
from alerts.forecast.record import Record
from alerts.forecast.replay import NEW, replay
from benchmarks.virtual_people import virtual_people
from timeseries.glucose.series import Series

DAYS = 14
SEEDS = (1, 2, 3)


def records(series: Series) -> tuple[Record, ...]:
    """The score of each rung over a trace."""
    gate = NEW
    for step in replay(series):
        gate = step.gate
    return gate.records


def main(people: int = 10) -> None:
    """A table: a line a chance; of each sensor false alarms a day, the gate's own number, the share of lows found."""
    console, table = Console(), Table("chance asked")
    columns = []
    for minutes, usual in USUAL.items():
        traces = [each for seed in SEEDS for each in virtual_people(people, DAYS, minutes, seed)]
        scores = [records(each) for each in track(traces, f"{minutes} minutes", console=console, transient=True)]
        for name in ("false a day", "in the gate", "lows found"):
            table.add_column(f"{minutes} min: {name}")
        false, found, missed, days = np.array(
            [[(r.false_alarms, r.found, r.missed, r.watched_days) for r in each] for each in scores]
        ).sum(axis=0).T  # fmt: skip
        columns += [false / days, usual, found / (found + missed)]
    for rung, *row in zip(RUNGS, *columns, strict=True):
        table.add_row(str(rung), *(f"{value:.3f}" for value in row))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
