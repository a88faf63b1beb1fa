"""Ratios: floor and ours in turns, several rounds, medians with their spread, since machines are noisy."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from rich.table import Table

AIM = 0.6


@dataclass(frozen=True, slots=True)
class Speed:
    """What one run took: readings and messages moved, seconds of the clock and of the measured process's CPU."""

    messages: int
    readings: int
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Floor and ours, round by round."""

    name: str
    floor: list[Speed]
    ours: list[Speed]


def compare(name: str, rounds: int, floor: Callable[[], Speed], ours: Callable[[], Speed]) -> Compared:
    """Measure in turns: floor, ours, floor, ours…"""
    pairs = [(floor(), ours()) for _ in range(rounds)]
    return Compared(name, [pair[0] for pair in pairs], [pair[1] for pair in pairs])


def table(all_compared: list[Compared]) -> Table:
    """Medians (least–most), and the ratio of each round's two."""
    shown = Table("", "floor", "ours", "ratio", title="median (least–most) of the rounds; ratio 1: the floor's speed")
    for each in all_compared:
        shown.add_row(f"[bold]{each.name}[/]")
        shown.add_row("readings/s", *_row(each, lambda s: s.readings / s.seconds, "{:,.0f}", faster=True))
        shown.add_row("µs of CPU/message", *_row(each, lambda s: 1e6 * s.cpu / s.messages, "{:,.1f}", faster=False))
    return shown


def _row(each: Compared, figure: Callable[[Speed], float], form: str, faster: bool) -> tuple[str, str, str]:
    floor, ours = [figure(s) for s in each.floor], [figure(s) for s in each.ours]
    ratios = [o / f if faster else f / o for f, o in zip(floor, ours, strict=True)]
    colour = "green" if median(ratios) >= AIM else "red"
    return _spread(floor, form), _spread(ours, form), f"[{colour}]{_spread(ratios, '{:.2f}')}[/]"


def _spread(figures: list[float], form: str) -> str:
    return f"{form} ({form}–{form})".format(median(figures), min(figures), max(figures))
