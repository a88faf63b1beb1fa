"""What virtual devices put on the wire, written from the formats and not from the decoders, so that an error in one
is not hidden by the same error in the other. Golden bytes of real devices stand in the tests.

SFLOAT: IEEE 11073-20601; glucose 0x2A18: Glucose Service 1.0.1; 0x2AA7: CGM Service 1.0.2; 0x2A9D: Weight Scale
Service 1.0; Mi Scale: as heard from the devices.
"""

from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from struct import pack

CAPILLARY_WHOLE_BLOOD = 1
FINGER = 1


class Operator(IntEnum):
    """Which records are meant, in a request to a record access control point (0x2A52)."""

    ALL = 1
    UP_TO = 2
    FROM = 3
    BETWEEN = 4
    FIRST = 5
    LAST = 6


class Answer(IntEnum):
    """How such a request ended."""

    DONE = 1
    UNKNOWN_REQUEST = 2
    UNKNOWN_OPERATOR = 4
    BAD_OPERAND = 5
    NO_RECORDS = 6
    ABORT_FAILED = 7


def sfloat(value: Decimal) -> bytes:
    """A decimal in 16 bits: 4 of exponent, 12 of mantissa; raises OverflowError if it does not fit exactly."""
    _, _, exponent = value.as_tuple()
    mantissa = value.scaleb(-exponent) if isinstance(exponent, int) else value
    if not isinstance(exponent, int) or not -8 <= exponent <= 7 or not -2045 <= mantissa <= 2045:
        raise OverflowError("not a number that an SFLOAT holds")
    return pack("<H", (exponent & 0xF) << 12 | int(mantissa) & 0xFFF)


def stamp(at: datetime) -> bytes:
    """A date-time of seven bytes, in the device's own clock."""
    return pack("<H5B", at.year, at.month, at.day, at.hour, at.minute, at.second)


def glucose(sequence: int, at: datetime, mg_dl: int, *, offset_minutes: int | None = None) -> bytes:
    """A glucose measurement (0x2A18) in mg/dL, which the format writes in kg/L."""
    flags = 0x02 | (0x01 if offset_minutes is not None else 0)
    offset = b"" if offset_minutes is None else pack("<h", offset_minutes)
    kind = CAPILLARY_WHOLE_BLOOD | FINGER << 4
    return pack("<BH", flags, sequence) + stamp(at) + offset + sfloat(Decimal(mg_dl).scaleb(-5)) + bytes([kind])


def glucose_mmol(sequence: int, at: datetime, mmol_l: Decimal) -> bytes:
    """A glucose measurement (0x2A18) in tenths of mmol/L, which the format writes in mol/L."""
    amount = sfloat(Decimal(int(mmol_l * 10)).scaleb(-4))
    return pack("<BH", 0x06, sequence) + stamp(at) + amount + bytes([CAPILLARY_WHOLE_BLOOD | FINGER << 4])


def cgm(minutes: int, mg_dl: int, *, checked: bool = False) -> bytes:
    """A sensor's measurement (0x2AA7), `minutes` since its session began; `checked`: with its E2E-CRC."""
    body = pack("<B", 0) + sfloat(Decimal(mg_dl)) + pack("<H", minutes)
    whole = bytes([len(body) + 1 + (2 if checked else 0)]) + body
    return whole + (pack("<H", crc(whole)) if checked else b"")


def crc(data: bytes) -> int:
    """The E2E-CRC: polynomial 0x1021 reflected, from 0xFFFF, lowest bit first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register


def session_start(at: datetime, *, quarters: int = 0, daylight: int = 0) -> bytes:
    """A sensor's session start (0x2AAA): its clock, its zone in quarters of an hour, its daylight saving."""
    return stamp(at) + pack("<bB", quarters, daylight)


def weight(kg: Decimal, at: datetime | None = None, user: int | None = None) -> bytes:
    """A weighing (0x2A9D), in steps of 5 g."""
    flags = (0x02 if at else 0) | (0x04 if user is not None else 0)
    tail = (stamp(at) if at else b"") + (b"" if user is None else bytes([user]))
    return pack("<BH", flags, int(kg * 200)) + tail


def mi_scale(kg: Decimal, at: datetime, *, stable: bool = True, removed: bool = False) -> bytes:
    """A Mi Scale's advertisement (service data 0x181D), in steps of 5 g."""
    control = 0x02 | (0x20 if stable else 0) | (0x80 if removed else 0)
    return pack("<BH", control, int(kg * 200)) + stamp(at)


def mi_body_scale(kg: Decimal, at: datetime, *, stable: bool = True, removed: bool = False) -> bytes:
    """A Mi Body Composition Scale's advertisement (service data 0x181B), in steps of 5 g, without an impedance."""
    control = 0x04 | (0x20 if stable else 0) | (0x80 if removed else 0)
    return pack("<BB", 0x02, control) + stamp(at) + pack("<HH", 0, int(kg * 200))


def request(operator: Operator, *operands: int, count: bool = False) -> bytes:
    """A request to report records, or to count them; operands are record numbers."""
    number = b"\x01" + b"".join(pack("<H", operand) for operand in operands) if operands else b""
    return bytes([4 if count else 1, operator]) + number


def answer(asked: int, how: Answer) -> bytes:
    """The end of a request."""
    return bytes([6, 0, asked, how])


def counted(records: int) -> bytes:
    """The answer to a request to count."""
    return pack("<BBH", 5, 0, records)
