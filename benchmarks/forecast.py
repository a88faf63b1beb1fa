"""`python -m benchmarks.forecast [FILE.csv …]`: how well lows are foreseen, ours beside the rules people know.

Walk-forward: at each reading every rule knows the past only; those that learn, learn once a day. Rules are asked at the
same readings (an unbroken hour, see alerts/forecast/evidence.py), 30 minutes ahead, and score alike: an alarm is due
where the rule expects less than 70 mg/dL (3.9 mmol/L) and no reading of the last 30 minutes is; a low (15 minutes or
more below) that begins within 45 minutes is found, and otherwise the alarm is false and the next may come an hour after
it. Files: columns `time` and `mg_dl` or `mmol_l`. Without files, the two traces of the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from alerts.forecast.evidence import LAGS, MINUTE, evidence, lags, later
from alerts.forecast.gate import QUIET
from alerts.forecast.model import train
from alerts.forecast.prediction import predict
from alerts.forecast.record import PATIENCE, PROVEN, lows
from alerts.forecast.replay import replay
from benchmarks.virtual_people import virtual_people
from timeseries.glucose.bounds import LOW, Flags, Floats, levels
from timeseries.glucose.series import Series, instant, moment
from timeseries.local_time import Instants
from vigie.trace_file import read_trace

CAPTURES = Path(__file__).parents[1] / "tests" / "captures" / "cgm"
AHEAD = 30
SEED = 20_261_122
"""Of the virtual people; choices were made on those of seeds 1 to 3."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a rule said at each reading: mg/dL to come, (n,), NaN where it said none, and whether it saw a low."""

    values: Floats
    low: Flags


@dataclass(frozen=True, slots=True)
class Score:
    """How a rule did on one trace."""

    rmse: float
    lows: int
    found: int
    false: int
    days: float
    warning: tuple[float, ...]


Rule = Callable[[Series], Said]


def persistence(series: Series) -> Said:
    """What is, stays."""
    return _seen(series, series.distinct().values)


def linear(series: Series) -> Said:
    """The slope of the last 15 minutes goes on."""
    hour = lags(series.distinct(), slice(None))
    return _seen(series, hour[:, 0] + AHEAD / 15 * (hour[:, 0] - hour[:, 3]))


def ar2(series: Series) -> Said:
    """Nightscout's ar2.js: y = ln(G/140), y(+1) = 1.716 y(0) - 0.723 y(-1), within 36 and 400."""
    now, before = np.log(lags(series.distinct(), slice(None))[:, :2].T / 140)
    for _ in range(AHEAD // 5):
        now, before = 1.716 * now - 0.723 * before, now
    return _seen(series, np.clip(140 * np.exp(now), 36, 400))


def ridge(series: Series) -> Said:
    """Plain ridge on twelve lags in mg/dL, pulled to zero, fitted each day on all days before; AR2 on the first."""
    told, known = series.distinct(), evidence(series)
    (outcome, true), hour = later(told, AHEAD), lags(told, slice(None))
    at, values = told.at.astype(np.int64), ar2(series).values
    day = (at - at[0]) // (1440 * MINUTE)
    for each in range(1, int(day[-1]) + 1):
        past = known.sufficient & true & (at + AHEAD * MINUTE < at[0] + each * 1440 * MINUTE)
        middle = outcome[past].mean()
        centred = hour[past] - middle
        penalty = np.eye(LAGS) * centred[:, 0].var()
        weights = np.linalg.solve(centred.T @ centred + penalty, centred.T @ (outcome[past] - middle))
        values[day == each] = middle + (hour[day == each] - middle) @ weights
    return _seen(series, values)


def ours(series: Series) -> dict[str, Said]:
    """The model of alerts.forecast: lows likelier than not, as the others tell them; and what the gate announces."""
    count = len(series.distinct())
    values, chances, announced = np.full(count, np.nan), np.zeros(count), np.zeros(count, bool)
    for n, step in enumerate(replay(series)):
        recent = series.between(step.now - timedelta(hours=2), step.now + timedelta(microseconds=1))
        forecast = predict(step.model, recent, step.now, AHEAD)
        if forecast is not None:
            values[n], chances[n] = forecast.value, forecast.chance_below(LOW)
        announced[n] = step.announced is not None
    return {"ours, chance over 1/2": Said(values, chances > 0.5), "ours, through the gate": Said(values, announced)}


def all_rules(series: Series) -> dict[str, Said]:
    """What each rule said of the trace."""
    others = {"persistence": persistence, "linear 15 min": linear, "AR2 (Nightscout)": ar2, "ridge, own days": ridge}
    return {name: rule(series) for name, rule in others.items()} | ours(series)


def scored(series: Series, said: Said) -> Score:
    """A rule's score on a trace."""
    known = evidence(series)
    told, (outcome, true) = known.told, later(known.told, AHEAD)
    asked = known.sufficient & true
    quiet = [bool(told.between(moment(at) - QUIET, moment(at) + _A_LITTLE).levels.below(LOW).any()) for at in told.at]
    due = told.at[said.low & known.sufficient & ~np.array(quiet, bool)]
    begun = np.array([instant(low) for low in lows(series)], "datetime64[us]")
    warnings, false = _spaced(due, begun)
    return Score(
        rmse=float(np.sqrt(np.mean((said.values - outcome)[asked] ** 2))),
        lows=len(begun),
        found=len(warnings),
        false=false,
        days=float(known.minutes[known.sufficient].sum()) / 1440,
        warning=tuple(warnings),
    )


_A_LITTLE = timedelta(microseconds=1)


def _spaced(due: Instants, begun: Instants) -> tuple[list[float], int]:
    """Minutes of warning of each low found, and false alarms: one alarm at a time."""
    warnings, false, free = [], 0, np.datetime64(0, "us")
    for at in due:
        if at < free:
            continue
        after = begun[(begun > at) & (begun <= at + np.timedelta64(PATIENCE))]
        if len(after):
            warnings.append(float((after[0] - at) / np.timedelta64(1, "m")))
            free = after[0]
        else:
            false, free = false + 1, at + np.timedelta64(PROVEN)
    return warnings, false


def _seen(series: Series, values: Floats) -> Said:
    """The values, and a low where one is below the bound of its sensor's unit."""
    return Said(values, levels(values, series.distinct().in_mmol).below(LOW))


def groups(files: list[Path], people: int) -> dict[str, list[Series]]:
    """Traces by the name they are shown under: real ones each alone, virtual people together."""
    real = {path.stem: [read_trace(path, ZoneInfo("UTC"))] for path in files}
    sensors = {"5 min": (people, 14, 5), "15 min": (people, 14, 15), "1 min": (people // 4, 7, 1)}
    virtual = {
        f"{count} virtual, {name}, {days} days": virtual_people(count, days, step, SEED)
        for name, (count, days, step) in sensors.items()
        if count
    }
    return real | virtual


def shown(name: str, scores: dict[str, list[Score]]) -> Table:
    """A group's table, one line a rule."""
    head = ("RMSE mg/dL", "lows found", "false a day", "minutes of warning: median")
    table = Table(name, *head, title=None)
    for rule, each in scores.items():
        warnings = [minutes for score in each for minutes in score.warning]
        found, there = sum(score.found for score in each), sum(score.lows for score in each)
        daily = sum(score.false for score in each) / sum(score.days for score in each)
        error = mean(score.rmse for score in each)
        warned = f"{median(warnings):.0f}" if warnings else "—"
        table.add_row(rule, f"{error:.2f}", f"{found} of {there}", f"{daily:.2f}", warned)
    return table


def speed(series: Series) -> str:
    """CPU milliseconds of a prediction and of training on the whole, each the median of many."""
    model, hours = train(series), series.between(moment(series.at[-1]) - timedelta(hours=4), moment(series.at[-1]))
    now = moment(hours.at[-1])
    one = _milliseconds(lambda: predict(model, hours, now), 500)
    whole = _milliseconds(lambda: train(series), 15)
    days = (series.at[-1] - series.at[0]) / np.timedelta64(1, "D")
    return f"a prediction {one:.3f} ms; training on {days:.0f} days ({len(series):,} readings) {whole:.1f} ms"


def _milliseconds(what: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        begun = process_time()
        what()
        taken.append(1000 * (process_time() - begun))
    return median(taken)


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="Traces; without any, those of the tests.")] = None,
    people: Annotated[int, typer.Option(help="Virtual people a sensor; 0 for none.")] = 12,
) -> None:
    """RMSE, lows found, false alarms and warning of each rule on each trace; then the speed."""
    console = Console()
    for name, traces in groups(files or sorted(CAPTURES.glob("*.csv")), people).items():
        scores: dict[str, list[Score]] = {}
        for series in track(traces, name, console=console, transient=True):
            for rule, said in all_rules(series).items():
                scores.setdefault(rule, []).append(scored(series, said))
        console.print(shown(name, scores))
    for step in (5, 1):
        console.print(f"{step}-minute sensor: {speed(virtual_people(1, 14, step, SEED)[0])}")


if __name__ == "__main__":
    typer.run(main)
