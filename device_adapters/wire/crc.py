"""The two 16-bit checksums met on the air."""

from binascii import crc_hqx

from hub.errors import Malformed

_POLYNOMIAL = 0x8408
"""x^16 + x^12 + x^5 + 1, reflected."""


def mcrf4xx(data: bytes) -> int:
    """CRC-16/MCRF4XX, the E2E-CRC of Continuous Glucose Monitoring: reflected, from 0xFFFF, nothing added."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc


def xmodem(data: bytes) -> int:
    """CRC-16/XMODEM, as Dexcom transmitters end their frames: from 0."""
    return crc_hqx(data, 0)


def check(computed: int, written: int) -> None:
    """They must agree; raises Malformed."""
    if computed != written:
        raise Malformed("the frame's checksum is wrong: it was damaged on its way")
