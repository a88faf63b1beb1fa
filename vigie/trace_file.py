"""A sensor's trace in a file: a CSV with the columns `time` and `mg_dl` or `mmol_l`."""

import csv
from collections.abc import Collection
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from hub.errors import Malformed
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L
from timeseries.glucose.series import Series

_FACTORS = {"mg_dl": 1.0, "mmol_l": GLUCOSE_MG_DL_PER_MMOL_L}


def read_trace(path: Path, zone: ZoneInfo) -> Series:
    """The readings by time; rows without a value are none. Times without an offset are those of that zone's clock.

    Raises Malformed, naming the line.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        column = _column(rows.fieldnames or ())
        told = sorted(
            (_time(row["time"], zone, line), _number(row[column], line))
            for line, row in enumerate(rows, start=2)
            if row[column]
        )
    at = np.array([each.replace(tzinfo=None) for each, _ in told], "datetime64[us]")
    values = np.array([value for _, value in told], float) * _FACTORS[column]
    return Series(at, values, np.full(len(told), column == "mmol_l"), zone)


def _column(names: Collection[str]) -> str:
    found = [column for column in _FACTORS if column in names]
    if len(found) != 1 or "time" not in names:
        raise Malformed("give a CSV whose first line names the columns `time` and one of `mg_dl`, `mmol_l`")
    return found[0]


def _time(text: str | None, zone: ZoneInfo, line: int) -> datetime:
    try:
        told = datetime.fromisoformat(text or "")
    except ValueError:
        raise Malformed(f"line {line}: write the time as 2026-08-21 07:13:00") from None
    return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)


def _number(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Malformed(f"line {line}: the value is not a number")
    return value
