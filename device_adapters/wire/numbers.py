"""The medical floats of ISO/IEEE 11073-20601, annex F.8: SFLOAT (16 bits) and FLOAT (32 bits), as decimals."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Special(StrEnum):
    """What stands in a number's place and is none."""

    NAN = "NaN"
    NRES = "NRes"
    PLUS_INFINITY = "+INFINITY"
    MINUS_INFINITY = "-INFINITY"
    RESERVED = "reserved"


Number = Decimal | Special

_SFLOAT_SPECIALS: Mapping[int, Special] = MappingProxyType(
    {
        0x07FE: Special.PLUS_INFINITY,
        0x07FF: Special.NAN,
        0x0800: Special.NRES,
        0x0801: Special.RESERVED,
        0x0802: Special.MINUS_INFINITY,
    }
)
_FLOAT_SPECIALS: Mapping[int, Special] = MappingProxyType(
    {
        0x007FFFFE: Special.PLUS_INFINITY,
        0x007FFFFF: Special.NAN,
        0x00800000: Special.NRES,
        0x00800001: Special.RESERVED,
        0x00800002: Special.MINUS_INFINITY,
    }
)


def sfloat(word: int) -> Number:
    """A 16-bit word: 4 bits of exponent, 12 of mantissa, both two's complement.

    Only whole words with exponent 0 are special: 0xFFFF is -0.1, and real meters send it.
    """
    return _SFLOAT_SPECIALS.get(word) or Decimal(signed(word & 0x0FFF, 12)).scaleb(signed(word >> 12, 4))


def medical_float(word: int) -> Number:
    """A 32-bit word: 8 bits of exponent, 24 of mantissa, both two's complement."""
    return _FLOAT_SPECIALS.get(word) or Decimal(signed(word & 0xFFFFFF, 24)).scaleb(signed(word >> 24, 8))


def signed(word: int, bits: int) -> int:
    """An unsigned word of that many bits read as two's complement."""
    return word - (1 << bits) if word >> (bits - 1) else word


def plain(number: Number) -> float | str:
    """The number as JSON can hold it: a float, or the special's name."""
    return number.value if isinstance(number, Special) else float(number)


def names(bits: int, known: tuple[str, ...]) -> list[str]:
    """The names of the bits that are set, the lowest first; bits beyond the known are reserved and left out."""
    return [name for place, name in enumerate(known) if bits >> place & 1]
