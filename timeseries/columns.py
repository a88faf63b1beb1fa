"""Stored readings as columns of numbers: read by binary COPY, so that a trend costs little more than its SELECT."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from hub.database import Connection
from hub.quantities import KINDS, Kind
from timeseries.glucose.one_source import Samples

_POSTGRES_EPOCH_US = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""PostgreSQL counts microseconds from here."""

_HEADER, _TRAILER = 19, 2
"""Bytes before the first and after the last row of a binary COPY without extensions (PostgreSQL manual, COPY)."""

# every field is its length and then its bytes, big-endian; every column here has one length and is never null
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("", ">i4"), ("at", ">i8"),
        ("", ">i4"), ("value", ">f8"),
        ("", ">i4"), ("raw_value", ">f8"),
        ("", ">i4"), ("raw_unit", ">i2"),
        ("", ">i4"), ("condition", ">i2"),
        ("", ">i4"), ("device", ">i4"),
        ("", ">i4"), ("received", ">i8"),
        ("", ">i4"), ("key", "S16"),
        ("", ">i4"), ("attribution", ">i2"),
    ]
)  # fmt: skip

_SELECT = """
    COPY (
        SELECT taken_at, coalesce(value, 'NaN'), raw_value, raw_unit, coalesce(condition, 0::int2), device, received_at,
               key, coalesce(attribution, 0::int2)
        FROM reading WHERE person = %s AND kind = %s AND taken_at >= %s AND taken_at < %s
    ) TO STDOUT (FORMAT BINARY)
"""


def samples(connection: Connection, person: int, kind: Kind, since: datetime, until: datetime) -> Samples:
    """One person's records of one kind from `since` up to but not including `until`, in any order."""
    with connection.cursor().copy(_SELECT, (person, KINDS[kind].number, since, until)) as copy:
        told = b"".join(copy)
    rows = np.frombuffer(told, _ROW, offset=_HEADER, count=(len(told) - _HEADER - _TRAILER) // _ROW.itemsize)
    return Samples(
        at=_microseconds(rows["at"]),
        value=rows["value"].astype(np.float64),
        raw_value=rows["raw_value"].astype(np.float64),
        raw_unit=rows["raw_unit"].astype(np.int16),
        condition=rows["condition"].astype(np.int16),
        device=rows["device"].astype(np.int32),
        received=_microseconds(rows["received"]),
        key=rows["key"],
    )


def _microseconds(column: NDArray[np.int64]) -> NDArray[np.int64]:
    return column.astype(np.int64) + _POSTGRES_EPOCH_US
