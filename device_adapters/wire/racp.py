"""Record Access Control Point (0x2A52), Glucose Service 1.0.1, section 3.4: what is asked, and how it is answered.

Deleting records exists in the specification and not here.
"""

from datetime import datetime
from typing import Final

from device_adapters.wire.reader import Reader
from hub.errors import Malformed

UUID: Final = "2a52"

ALL = bytes((1, 1))
FIRST = bytes((1, 5))
LAST = bytes((1, 6))
COUNT_ALL = bytes((4, 1))
ABORT = bytes((3, 0))

REPORT = 1
SUCCESS, NO_RECORDS = 1, 6
NOT_UNDERSTOOD = (2, 3, 4, 5, 9)
"""Codes of a device that does not know this way of asking: ask for everything instead."""

_SEQUENCE, _USER_FACING_TIME = 1, 2
_OPERATIONS = {
    1: "report-stored-records",
    2: "delete-stored-records",
    3: "abort",
    4: "report-number-of-stored-records",
}
_CODES = {
    1: "success",
    2: "op-code-not-supported",
    3: "invalid-operator",
    4: "operator-not-supported",
    5: "invalid-operand",
    6: "no-records-found",
    7: "abort-unsuccessful",
    8: "procedure-not-completed",
    9: "operand-not-supported",
    10: "server-busy",
}


def since(number: int) -> bytes:
    """Report the records from that one on: a sequence number, or under 0x181F a time offset in minutes."""
    return bytes((1, 3, _SEQUENCE)) + number.to_bytes(2, "little")


def count_since(number: int) -> bytes:
    """How many records there are from that one on."""
    return bytes((4, 3, _SEQUENCE)) + number.to_bytes(2, "little")


def between(first: int, last: int) -> bytes:
    """Report the records from `first` to `last`, both included."""
    return bytes((1, 4, _SEQUENCE)) + first.to_bytes(2, "little") + last.to_bytes(2, "little")


def since_time(moment: datetime) -> bytes:
    """Report the records whose user facing time is that or later."""
    clock = bytes((moment.month, moment.day, moment.hour, moment.minute, moment.second))
    return bytes((1, 3, _USER_FACING_TIME)) + moment.year.to_bytes(2, "little") + clock


def response_code(payload: bytes, asked: int = REPORT) -> int | None:
    """The code that ends the procedure `asked` for; None for the end of another, or anything else; raises Malformed."""
    said = racp_answer(payload)
    return payload[3] if said["op"] == "response" and payload[2] == asked else None


def racp_answer(payload: bytes) -> dict[str, object]:
    """Reads what the device indicates: the end of a procedure, or a number of records; raises Malformed."""
    reader = Reader(payload)
    operation, operator = reader.u8(), reader.u8()
    if operation not in (5, 6) or operator != 0:
        raise Malformed("an answer of the control point must be 05 00 (a count) or 06 00 (a response)")
    if operation == 5:
        return {"op": "number-of-records-response", "number_of_records": _count(reader)}
    asked, code = reader.u8(), reader.u8()
    reader.end()
    return {
        "op": "response",
        "request_op": _OPERATIONS.get(asked, asked),
        "response": _CODES.get(code, f"reserved-{code}"),
    }


def _count(reader: Reader) -> int:
    """The specification's count has two bytes; devices with one or four exist."""
    if reader.left not in (1, 2, 4):
        raise Malformed("a number of records must have 1, 2 or 4 bytes")
    return reader.unsigned(reader.left)
