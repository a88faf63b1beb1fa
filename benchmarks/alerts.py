"""`python -m benchmarks.alerts`: what each rule is worth on each real trace, written into docs/alerts.md.

By default thresholds, but with the rules that ring only where asked for switched on; the forecast is learnt on the way,
from the past only, as a hub would. Predicted lows stand beside the rules people know, all scored alike: how
`benchmarks.forecast` says.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console
from rich.progress import track

from alerts.alert import What
from alerts.replay import in_that_time, replay, tried, worth
from alerts.thresholds import Fast, Thresholds
from benchmarks.forecast import CAPTURES, Said, Score, ar2, linear, persistence, scored
from timeseries.glucose.series import Series, instant
from vigie.alerts_replay import HEAD, cells, of_file
from vigie.trace_file import read_trace

PAGE = Path(__file__).parents[1] / "docs" / "alerts.md"
BEGIN, END = "<!-- made by benchmarks.alerts: begin -->", "<!-- made by benchmarks.alerts: end -->"
UTC = ZoneInfo("UTC")
RULE = "predicted_low"

_USUAL = Thresholds()
ALL_ON = replace(_USUAL, high=replace(_USUAL.high, on=True), fast_fall=Fast(on=True), fast_rise=Fast(on=True))


@dataclass(frozen=True, slots=True)
class Tables:
    """Of one trace: a line a rule, and a line a way of foreseeing lows."""

    name: str
    days: float
    rules: list[tuple[str, ...]]
    foreseen: list[tuple[str, ...]]


def tables(path: Path) -> Tables:
    """A trace's tables."""
    past, series = of_file(path, UTC, None, None), read_trace(path, UTC)
    there, days = in_that_time(past.history, past.since, past.until)
    journal = replay(tried(past.history, [ALL_ON]), past.since, past.until)
    rang = [instant(event.at) for event in journal if event.rule == RULE and event.what is What.RAISED]
    ways = {f"`{RULE}`, as it rings": _as_it_rings(series, rang)} | {
        "persistence: what is, stays": persistence(series),
        "linear, the slope of 15 minutes": linear(series),
        "AR2 (Nightscout)": ar2(series),
    }
    rules = [cells(row) for row in worth(journal, there, days)]
    return Tables(path.stem, days, rules, [_line(name, scored(series, said)) for name, said in ways.items()])


def _as_it_rings(series: Series, rang: list[np.datetime64]) -> Said:
    at = series.distinct().at
    return Said(np.full(len(at), np.nan), np.isin(at, np.array(rang, at.dtype)))


def _line(name: str, score: Score) -> tuple[str, ...]:
    warning = f"{median(score.warning):.0f}" if score.warning else "—"
    return name, f"{score.found} of {score.lows}", f"{score.false / score.days:.2f}", warning


def rewritten(page: str, made: str) -> str:
    """The page with its made part made anew; raises ValueError if its two marks are not there."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"keep the lines {BEGIN} and {END} in docs/alerts.md")
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _said(of: Tables) -> str:
    foreseen = _markdown(("lows foreseen by", "found", "false a day", "minutes of warning"), of.foreseen)
    return f"### {of.name}, {of.days:.1f} days heard\n\n{_markdown(HEAD, of.rules)}\n\n{foreseen}\n"


def main() -> None:
    """Write the page."""
    console = Console(stderr=True)
    made = [tables(path) for path in track(sorted(CAPTURES.glob("*.csv")), "replaying", console=console)]
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), "\n".join(map(_said, made))), encoding="utf-8")


if __name__ == "__main__":
    main()
