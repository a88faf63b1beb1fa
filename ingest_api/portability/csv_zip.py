"""An export as CSV files in a ZIP archive: UTF-8, comma, CRLF (RFC 4180), written as it is read.

Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection); numbers, times and
names from closed lists are ours and stay as they are.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from io import RawIOBase, TextIOWrapper
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from hub.quantities import KIND_BY_NUMBER, KINDS
from ingest_api.portability.source import Kept, Row, Source, kinds_of

READING_COLUMNS = (
    "id", "taken_at", "utc_offset_minutes", "kind", "value", "unit", "raw_value", "raw_unit", "condition", "device",
    "device_kind", "provenance", "time_source", "received_at", "device_time", "sequence", "attribution", "context",
)  # fmt: skip

# after a separator of some locale's spreadsheets too: where `;` parts cells, the rest of a cell is a cell
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=[\s\"']*[=+\-@＝＋－＠]|[\t\r])")


def write(source: Source) -> Iterator[bytes]:
    """The archive, in parts."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, columns, pages in _tables(source):
            with archive.open(f"{name}.csv", "w") as file, TextIOWrapper(file, "utf-8", newline="") as text:
                rows = csv.writer(text)
                rows.writerow(columns)
                for page in pages:
                    rows.writerows([_cell(value) for value in row] for row in page)
                    text.flush()
                    yield sink.taken()
    yield sink.taken()


def _tables(source: Source) -> Iterator[tuple[str, tuple[str, ...], Iterable[Iterable[Row]]]]:
    """Name, columns and pages of each; devices after readings, which tell which they are."""
    yield "readings", READING_COLUMNS, (map(_reading, page) for page in source.readings())
    head = ("id", "given", "family", "birth_date", "sex", "time_zone", "conditions", "height_cm")
    yield "person", head, [source.head()]
    yield "devices", ("id", "kind", "model"), [source.devices()]
    yield "pairings", ("device", "since", "until"), [source.pairings()]
    grants = ("id", "to", "role", "kinds", "from", "until", "delegate", "made_at", "may", "representative")
    yield "grants", grants, [[(*row[:3], kinds_of(row[3]), *row[4:]) for row in source.grants()]]
    hidden = ("id", "kind", "device", "reading", "from", "to", "made_at")
    yield "hidden", hidden, [[(row[0], KIND_BY_NUMBER.get(row[1]), *row[2:]) for row in source.hidden()]]
    yield "blocks", ("account", "since"), [source.blocks()]
    yield "emergencies", ("id", "who", "way", "reason", "opened_at", "until"), [source.emergencies()]
    alerts = ("id", "rule", "level", "state", "kinds", "since", "until", "raised_at", "acknowledged_at",
              "acknowledged_by", "resolved_at", "note", "because")  # fmt: skip
    yield "alerts", alerts, ([(*r[:4], kinds_of(r[4]), *r[5:]) for r in page] for page in source.alerts())
    yield from _settled(source)
    log = ("number", "at", "role", "who", "act", "kinds", "emergency")
    yield "access_log", log, ([(*r[:5], kinds_of(r[5]), r[6]) for r in page] for page in source.accesses())


def _settled(source: Source) -> Iterator[tuple[str, tuple[str, ...], Iterable[Iterable[Row]]]]:
    """What is settled about alerts, prevention and being told."""
    yield "thresholds", ("version", "valid_from", "set_by", "document"), [source.thresholds()]
    yield "prevention", ("item", "act", "day", "said_at", "said_by"), [source.prevention()]
    answers = ("last_period", "waist_cm", "active", "greens", "pressure_drug", "high_glucose", "family", "at")
    yield "prevention_answers", answers, [source.answers()]
    yield "chain", ("step", "after_minutes", "to", "role", "reveals"), [source.chain()]
    addresses = ("channel", "address", "language", "glucose_unit", "reveals", "confirmed_at", "added_at")
    yield "addresses", addresses, [source.addresses()]
    yield "quiet_hours", ("since", "until", "time_zone"), [source.quiet_hours()]


def _reading(r: Kept) -> Row:
    context = None if r.context is None else json.dumps(r.context, ensure_ascii=False)
    return (
        r.key, r.taken_at, r.utc_offset, r.kind, r.value, KINDS[r.kind].unit, r.raw.value, r.raw.unit, r.condition,
        r.device, r.device_kind, r.channel, r.time_source, r.received_at, r.device_time, r.sequence, r.attribution,
        context,
    )  # fmt: skip


def _cell(value: Any) -> str:
    """A value as a cell: missing is empty, a number has all its digits, a list is parted by spaces."""
    match value:
        case None:
            return ""
        case UUID() | StrEnum():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime() | date():
            return value.isoformat().replace("+00:00", "Z")
        case list() | tuple():
            return harmless(" ".join(map(str, value)))
        case _:
            return harmless(str(value))


def harmless(text: str) -> str:
    """The text, with an apostrophe wherever a spreadsheet would begin a formula."""
    return _FORMULA.sub(r"\1'", text)


class _Sink(RawIOBase):
    """Takes what is written until it is taken away; cannot seek, so the archive never goes back."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep it until it is taken."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
