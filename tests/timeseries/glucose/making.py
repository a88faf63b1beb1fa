"""Series to try things on."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from hub.measurements import CONDITION_NUMBER, Condition
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, UNIT_NUMBER, Unit
from timeseries.glucose.one_source import Samples
from timeseries.glucose.series import Series, instant

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CGM = Path(__file__).parents[2] / "captures" / "cgm"
TRACES = ("cgmq_dexcom", "cgmq_libre")

MG, MMOL, G_L = (UNIT_NUMBER[unit] for unit in (Unit.MG_DL, Unit.MMOL_L, Unit.G_L))
LO, HI, FAULT = (
    CONDITION_NUMBER[each] for each in (Condition.BELOW_RANGE, Condition.ABOVE_RANGE, Condition.SENSOR_FAULT)
)


def series(minutes: Sequence[float], values: Sequence[float], start: datetime = NOON, zone: ZoneInfo = PARIS) -> Series:
    """mg/dL at so many minutes after `start`."""
    at = instant(start) + np.round(np.array(minutes, float) * 60e6).astype(np.int64).astype("timedelta64[us]")
    numbers = np.array(values, float)
    return Series(at, numbers, np.zeros(len(numbers), bool), zone)


def every(step: float, values: Sequence[float], start: datetime = NOON, zone: ZoneInfo = PARIS) -> Series:
    """mg/dL every `step` minutes from `start`."""
    return series([step * n for n in range(len(values))], values, start, zone)


def said_in_mmol(of: Series) -> Series:
    """The same numbers, said in mmol/L."""
    return Series(of.at, of.values * GLUCOSE_MG_DL_PER_MMOL_L, np.ones(len(of), bool), of.zone)


def joined(*parts: Series) -> Series:
    """One after the other."""
    return Series(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.in_mmol for part in parts]),
        parts[0].zone,
    )


Row = tuple[float, float | None, float, int, int, int, float, bytes]
"""Minutes after noon, mg/dL, raw value, raw unit, condition, device, minutes received after noon, key."""


def row(
    minute: float,
    value: float | None = 100.0,
    *,
    raw: float = 100.0,
    unit: int = MG,
    condition: int = 0,
    device: int = 1,
    received: float = 0,
    key: bytes = b"k",
) -> Row:
    """One stored record."""
    return minute, value, raw, unit, condition, device, received, key


def samples(rows: Sequence[Row]) -> Samples:
    """The columns of these records."""
    noon = int(NOON.timestamp() * 1e6)
    return Samples(
        at=np.array([noon + round(each[0] * 60e6) for each in rows], np.int64),
        value=np.array([np.nan if each[1] is None else each[1] for each in rows], float),
        raw_value=np.array([each[2] for each in rows], float),
        raw_unit=np.array([each[3] for each in rows], np.int16),
        condition=np.array([each[4] for each in rows], np.int16),
        device=np.array([each[5] for each in rows], np.int32),
        received=np.array([noon + round(each[6] * 60e6) for each in rows], np.int64),
        key=np.array([each[7] for each in rows], "S16"),
    )


def minutes_of(of: Series) -> list[float]:
    """Minutes after noon of each reading."""
    after: NDArray[np.int64] = (of.at - instant(NOON)).astype(np.int64)
    return [each / 60e6 for each in after.tolist()]


@cache
def trace(name: str) -> Series:
    """A real trace; its wall clock never changes, so it is read as UTC."""
    with (CGM / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    at = np.array([each["time"] for each in rows], "datetime64[us]")
    values = np.array([float(each["mg_dl"]) for each in rows])
    return Series(at, values, np.zeros(len(rows), bool), ZoneInfo("UTC"))


@cache
def reference() -> dict[str, Any]:
    """What the tools of the field give for the traces."""
    told: dict[str, Any] = json.loads((CGM / "reference.json").read_text())["traces"]
    return told


def recommended(name: str, metric: str) -> float:
    """What iglu gives for a trace."""
    return float(reference()[name]["metrics"][metric]["recommended"])


traces = st.lists(
    st.tuples(st.sampled_from((1, 4.9, 5, 5.1, 10, 15, 46, 200, 1500)), st.integers(39, 401)), max_size=80
).map(lambda told: series(np.cumsum([apart for apart, _ in told]).tolist(), [value for _, value in told]))
"""Series of any steps and gaps."""
