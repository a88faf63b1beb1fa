"""Stored readings as columns of numbers: read as arrays, so that a trend costs little more than its SELECT."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hub.database import Connection, raw_rows
from hub.quantities import KINDS, Kind
from timeseries.glucose.one_source import Samples

POSTGRES_EPOCH_US = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""PostgreSQL counts microseconds from here."""

_HEADER = 20
"""Bytes before the first element of an array in one dimension: dimensions, nulls, type, length, lower bound."""

_SELECT = """
    SELECT array_agg(taken_at), array_agg(coalesce(value, 'NaN')), array_agg(raw_value), array_agg(raw_unit),
           array_agg(coalesce(condition, 0::int2)), array_agg(device), array_agg(received_at), array_agg(key)
    FROM reading WHERE person = %s AND kind = %s AND taken_at >= %s AND taken_at < %s
"""


def samples(connection: Connection, person: int, kind: Kind, since: datetime, until: datetime) -> Samples:
    """One person's records of one kind from `since` up to but not including `until`, in any order."""
    (row,) = raw_rows(connection, _SELECT, (person, KINDS[kind].number, since, until))
    return samples_of(row)


def samples_of(arrays: Sequence[bytes | None]) -> Samples:
    """The records whose columns these arrays are, in PostgreSQL's binary format and the order of `_SELECT`."""
    at, value, raw_value, raw_unit, condition, device, received, key = arrays
    return Samples(
        at=moments(at),
        value=elements(value, ">f8").astype(np.float64),
        raw_value=elements(raw_value, ">f8").astype(np.float64),
        raw_unit=elements(raw_unit, ">i2").astype(np.int16),
        condition=elements(condition, ">i2").astype(np.int16),
        device=elements(device, ">i4").astype(np.int32),
        received=moments(received),
        key=elements(key, "S16").astype(np.bytes_),
    )


def moments(array: bytes | None) -> NDArray[np.int64]:
    """Times as microseconds since 1970."""
    return elements(array, ">i8").astype(np.int64) + POSTGRES_EPOCH_US


def elements(array: bytes | None, element: str) -> NDArray[np.generic]:
    """The elements of an array without nulls, each of which stands after its length; None is the empty one."""
    return np.frombuffer(array or bytes(_HEADER), _told(element), offset=_HEADER)["value"]


@cache
def _told(element: str) -> np.dtype[np.void]:
    return np.dtype([("length", ">i4"), ("value", element)])
