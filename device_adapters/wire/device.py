"""What any device says of itself: Current Time (0x2A2B), Battery Level (0x2A19), Device Information (0x180A)."""

from datetime import datetime
from typing import Final

from device_adapters.wire.reader import Reader
from hub.errors import Malformed

CURRENT_TIME: Final = "2a2b"
DATE_TIME: Final = "2a08"
_SET_BY_HAND = 1


def current_time(payload: bytes) -> datetime | None:
    """Reads a 0x2A2B value (Current Time Service 1.1): the display, in no zone; None if unknown; raises Malformed."""
    reader = Reader(payload)
    moment, weekday, fractions, _reason = reader.date_time(), reader.u8(), reader.u8(), reader.u8()
    reader.end()
    if weekday > 7:
        raise Malformed("a week has seven days")
    return None if moment is None else moment.replace(microsecond=fractions * 1_000_000 // 256)


def date_time_value(payload: bytes) -> datetime | None:
    """Reads a 0x2A08 value, where a device has its clock in one; raises Malformed."""
    reader = Reader(payload)
    moment = reader.date_time()
    reader.end()
    return moment


def write_current_time(moment: datetime) -> bytes:
    """A 0x2A2B value that sets a device's clock to that display."""
    date = moment.year.to_bytes(2, "little") + bytes((moment.month, moment.day))
    clock = bytes((moment.hour, moment.minute, moment.second))
    return date + clock + bytes((moment.isoweekday(), moment.microsecond * 256 // 1_000_000, _SET_BY_HAND))


def current_time_said(payload: bytes) -> dict[str, object]:
    """The same in words; raises Malformed."""
    moment = current_time(payload)
    return {
        "local_time": None if moment is None else moment.replace(microsecond=0).isoformat(),
        "day_of_week": payload[7],
        "fractions256": payload[8],
        "adjust_reason": payload[9],
    }


def battery(payload: bytes) -> dict[str, object]:
    """Reads a 0x2A19 value (Battery Service 1.0); raises Malformed."""
    reader = Reader(payload)
    level = reader.u8()
    reader.end()
    if level > 100:
        raise Malformed("a battery level lies between 0 and 100")
    return {"battery": level, "unit": "%"}


def text(payload: bytes) -> str:
    """Reads a string of Device Information Service 1.1: UTF-8, often with NUL or blanks behind; raises Malformed."""
    try:
        return payload.decode("utf-8").rstrip("\0 ")
    except UnicodeDecodeError:
        raise Malformed("a string of Device Information must be UTF-8") from None
