"""The rows of an export file as the hub's own items, each with a name that a second import finds again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from device_adapters.export import Row
from device_adapters.export_time import instants

_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,59}")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose file it is: `export` is the reader's name, `mark` what tells this person from others (8 characters).

    `held` are ids of devices that nobody but this person ever held: a file that names one means that very device.
    """

    export: str
    mark: str
    held: frozenset[str] = frozenset()

    def address(self, serial: str) -> str:
        """The address of the device in this person's exports.

        The mark is in it, so that a serial that is somebody else's sensor cannot carry readings into another record.
        """
        if serial in self.held:
            return serial
        known = serial if _SERIAL.fullmatch(serial) else _digest(serial) if serial else "unknown"
        return f"export:{self.export}:{known}:{self.mark}"


def payloads(owner: Owner, rows: Sequence[Row], zone: ZoneInfo) -> Iterator[bytes]:
    """One payload a row, in their order; its original line is beside it, for whoever looks into the quarantine."""
    first_passes: set[str] = set()
    for row, moment in zip(rows, instants(rows, zone), strict=True):
        key = row.key or _key(owner.export, row)
        if moment is not None and moment.fold and key in first_passes:
            key = f"{key}-2"  # the same clock time and value once more, an hour later
        elif moment is not None and not moment.fold:
            first_passes.add(key)
        item: dict[str, Any] = {
            "id": key,
            "kind": row.kind,
            "value": row.written if row.number is None else row.number,
            "unit": row.unit,
            "taken_at": row.stamp if moment is None else moment.isoformat(),
        }
        if row.time is not None and row.time.tzinfo is None:
            item["device_time"] = row.time.isoformat()
        if row.condition is not None:
            item["condition"] = row.condition
        yield to_json({"device": owner.address(row.serial), "readings": [item], "raw": row.text})


def _key(export: str, row: Row) -> str:
    """What makes two rows one: the format, the device, the sort of record, the time and the value, as read.

    Not the line: overlapping exports hold the same rows at other places.
    """
    time = row.stamp if row.time is None else row.time.isoformat()
    value = row.written if row.number is None else repr(row.number)
    return _digest("\0".join((export, row.serial, row.series, time, value)))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
