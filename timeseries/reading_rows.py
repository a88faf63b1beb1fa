"""How a Reading stands in its table: columns with their types, and the way there and back."""

import json
from typing import Any
from uuid import UUID

from hub.database import Jsonb
from hub.measurements import CHANNEL_BY_NUMBER, CHANNEL_NUMBER, CONDITION_BY_NUMBER, CONDITION_NUMBER
from hub.quantities import KIND_BY_NUMBER, KINDS, UNIT_BY_NUMBER, UNIT_NUMBER, Quantity
from hub.readings import TIME_SOURCE_BY_NUMBER, TIME_SOURCE_NUMBER, Reading
from timeseries.store import Found

COLUMNS = {
    "taken_at": "timestamptz",
    "received_at": "timestamptz",
    "key": "bytea",
    "value": "float8",
    "raw_value": "float8",
    "device_time": "timestamp",
    "sequence": "int8",
    "device": "int4",
    "kind": "int2",
    "raw_unit": "int2",
    "utc_offset": "int2",
    "condition": "int2",
    "channel": "int2",
    "time_source": "int2",
    "context": "jsonb",
}
"""What a reading and an unassigned one have in common; `person`, or `household` and `hint`, come after."""

TYPES = [*COLUMNS.values(), "int4"]
"""For COPY in binary, where a UUID is its 16 bytes."""

NAMES = ", ".join(COLUMNS)


def row(r: Reading) -> tuple[Any, ...]:
    """The reading as values of COLUMNS, then its person."""
    stamp, condition = r.device_time, r.condition
    return (
        r.taken_at,
        r.received_at,
        r.key,
        r.value,
        r.raw.value,
        None if stamp is None else stamp.replace(tzinfo=None),
        r.sequence,
        r.device,
        KINDS[r.kind].number,
        UNIT_NUMBER[r.raw.unit],
        r.utc_offset,
        None if condition is None else CONDITION_NUMBER[condition],
        CHANNEL_NUMBER[r.channel],
        TIME_SOURCE_NUMBER[r.time_source],
        None if r.context is None else Jsonb(json.loads(r.context)),
        r.person,
    )


def named(r: Reading) -> dict[str, Any]:
    """The reading's values by column name."""
    return dict(zip([*COLUMNS, "person"], row(r), strict=True)) | {"key": UUID(bytes=r.key)}


FOUND = (
    "r.kind, r.taken_at, r.utc_offset, r.value, r.raw_value, r.raw_unit, r.condition, d.id, r.channel, r.time_source, "
    "r.received_at, r.device_time, r.key"
)
"""The columns that `found` reads, of a reading `r` and its device `d`."""


def found(values: tuple[Any, ...]) -> Found:
    """A row of FOUND as it is read back."""
    kind, taken_at, offset, value, raw, unit, condition, device, channel, source, received, stamp, key = values
    return Found(
        kind=KIND_BY_NUMBER[kind],
        taken_at=taken_at,
        utc_offset=offset,
        value=value,
        raw=Quantity(raw, UNIT_BY_NUMBER[unit]),
        condition=None if condition is None else CONDITION_BY_NUMBER[condition],
        device=device,
        channel=CHANNEL_BY_NUMBER[channel],
        time_source=TIME_SOURCE_BY_NUMBER[source],
        received_at=received,
        device_time=stamp,
        key=key.bytes,
    )
