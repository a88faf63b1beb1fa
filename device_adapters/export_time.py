"""Times in export files: read in the order of their day and month, and placed in the person's zone.

Exports hold wall-clock times without a zone. Which of 02-03 is the day is decided from the whole file or not at all.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from device_adapters.export import Row
from hub.errors import Malformed


class Order(StrEnum):
    """How a date is written: year, month and day."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


_STAMP = re.compile(
    r"([0-9]{1,4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,4})[T ]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    r"\s*([ap]\.?m\.?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_LAST_MONTH, _LAST_DAY = 12, 31


def read_stamp(text: str, order: Order) -> datetime | None:
    """The time as written, with its offset if it has one; None if it is none in that order.

    A date that begins with a year of four digits is year, month, day in every order.
    """
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    first, second, third, hour, minute, seconds, fraction, half, offset = match.groups()
    if len(first) == 4:
        order = Order.YMD
    parts = dict(zip(order, (first, second, third), strict=True))
    if len(parts["y"]) != 4:
        return None
    try:
        return datetime(
            int(parts["y"]), int(parts["m"]), int(parts["d"]), _hour(int(hour), half), int(minute), int(seconds or 0),
            int((fraction or "0")[:6].ljust(6, "0")), _offset(offset),
        )  # fmt: skip
    except ValueError:
        return None


def _hour(hour: int, half: str | None) -> int:
    """Of 24; in a half of the day, twelve comes before one."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in "zZ":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def day_or_month_first(stamps: Iterable[str], otherwise: Order | None) -> Order:
    """Which comes first in dates that do not begin with the year: what a day after the 12th shows.

    `otherwise` is what holds when no date shows it. Raises Malformed if they contradict one another, or nothing tells.
    """
    pairs = {(int(m[1]), int(m[2])) for stamp in stamps if (m := _STAMP.match(stamp)) and len(m[1]) < 4}
    days_first = any(_LAST_MONTH < one <= _LAST_DAY and two <= _LAST_MONTH for one, two in pairs)
    months_first = any(_LAST_MONTH < two <= _LAST_DAY and one <= _LAST_MONTH for one, two in pairs)
    if days_first and months_first:
        raise Malformed("some dates have the day first and some the month: export it again, and change nothing in it")
    if days_first or months_first:
        return Order.DMY if days_first else Order.MDY
    if otherwise is None and any(one != two for one, two in pairs):
        raise Malformed("no date tells day and month apart: export a period with a day after the 12th of a month")
    return otherwise or Order.DMY


def find_stamps(text: str) -> Iterator[str]:
    """The times somewhere in a text, as in the line above LibreView's columns."""
    return (match.group().strip() for match in _STAMP.finditer(text))


def instants(rows: Sequence[Row], zone: ZoneInfo) -> list[datetime | None]:
    """When each row was, in the zone; None where its time cannot be read.

    In the hour that clocks go through twice, the file's order decides, device by device and record by record: the first
    pass, until the time steps back (or stands still with another value). A time that clocks skip is an hour later, as
    hub.readings places it: of a clock that was not put forward.
    """
    placed: list[datetime | None] = [None] * len(rows)
    streams: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        if row.time is not None and row.time.tzinfo is None:
            streams.setdefault((row.serial, row.series), []).append(place)
        else:
            placed[place] = row.time
    for stream in streams.values():
        times = [rows[place].time for place in stream]
        forward = stream if _oldest_first(times) else stream[::-1]
        for place, fold in zip(forward, _passes([rows[place] for place in forward], zone), strict=True):
            time = rows[place].time
            placed[place] = time and time.replace(tzinfo=zone, fold=fold)
    return placed


def _oldest_first(times: Sequence[datetime | None]) -> bool:
    first, last = times[0], times[-1]
    return first is None or last is None or first <= last


def _passes(rows: Iterable[Row], zone: ZoneInfo) -> Iterator[int]:
    """0 for a time's first pass, 1 for its second; rows oldest first."""
    fold, before = 0, None
    for row in rows:
        if not _comes_twice(row.time, zone):
            fold, before = 0, None
        else:
            if before is None or before.time is None or row.time is None or before.time.date() != row.time.date():
                fold = 0
            elif row.time < before.time or (row.time == before.time and row.written != before.written):
                fold = 1
            before = row
        yield fold


def _comes_twice(time: datetime | None, zone: ZoneInfo) -> bool:
    """True in the hour that is repeated when clocks are turned back."""
    if time is None:
        return False
    first, second = (time.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second
