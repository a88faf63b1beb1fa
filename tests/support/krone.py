"""Twelve people's morning weights over 63 days, and figures computed from them elsewhere."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from timeseries.weight.series import WeightSeries

FOLDER = Path(__file__).parent.parent / "captures" / "weight"
START = datetime(2020, 1, 1, 7, tzinfo=UTC)
"""The data count days only; a winter in Paris is as good as any."""

Weighed = tuple[int, float]


def weighed() -> dict[int, list[Weighed]]:
    """(day, kg) of each person, without the missing days."""
    people: dict[int, list[Weighed]] = {}
    with (FOLDER / "krone2020_weightloss_12x63.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            days = people.setdefault(int(row["subject"]), [])
            if row["body_weight"] not in ("", "NA"):
                days.append((int(row["day"]), float(row["body_weight"])))
    return people


def series_of(days: list[Weighed]) -> WeightSeries:
    """The same as a series, each at 8 in the morning in Paris."""
    at = np.array([(START + timedelta(days=day)).replace(tzinfo=None) for day, _ in days], dtype="datetime64[us]")
    return WeightSeries(at, np.array([kg for _, kg in days]), ZoneInfo("Europe/Paris"))


def reference() -> dict[str, Any]:
    """reference.json."""
    found: dict[str, Any] = json.loads((FOLDER / "reference.json").read_text())
    return found
