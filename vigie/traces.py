"""Real traces, replayed for ever: the demo's stand-in for a body."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources

_WEIGHED_AT = timedelta(hours=7, minutes=10)


@dataclass(frozen=True, slots=True)
class Trace:
    """Values at their distance from the trace's beginning; it repeats after `length`."""

    offsets: tuple[timedelta, ...]
    values: tuple[float, ...]
    length: timedelta

    def between(self, epoch: datetime, since: datetime, until: datetime) -> Iterator[tuple[datetime, float]]:
        """What was measured after `since` up to `until`, when the first pass began at `epoch`."""
        lap = (since - epoch) // self.length
        while epoch + lap * self.length <= until:
            begin = epoch + lap * self.length
            first, last = bisect_right(self.offsets, since - begin), bisect_right(self.offsets, until - begin)
            yield from ((begin + self.offsets[i], self.values[i]) for i in range(first, last))
            lap += 1


def glucose(name: str, days: int) -> Trace:
    """The last days of a sensor's trace, in mg/dL."""
    rows = [(datetime.fromisoformat(row["time"]), float(row["mg_dl"])) for row in _rows(name)]
    end = rows[-1][0]
    rows = [(at, value) for at, value in rows if at > end - timedelta(days=days)]
    return Trace(tuple(at - rows[0][0] for at, _ in rows), tuple(value for _, value in rows), timedelta(days=days))


def weights(subject: str) -> Trace:
    """One person's daily weights, in kg, some minutes after seven."""
    rows = [
        row
        for row in _rows("krone2020_weightloss_12x63.csv")
        if row["subject"] == subject and row["body_weight"] != "NA"
    ]
    at = [timedelta(days=int(row["day"]), minutes=7 * int(subject)) + _WEIGHED_AT for row in rows]
    return Trace(tuple(at), tuple(float(row["body_weight"]) for row in rows), timedelta(days=63))


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("vigie") / "demo_data" / name).read_text()
    return list(csv.DictReader(text.splitlines()))
