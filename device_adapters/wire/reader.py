"""A strict little-endian reader: what is missing and what is left over are both the wrong layout."""

from datetime import datetime

from device_adapters.wire.numbers import Number, medical_float, sfloat, signed
from hub.errors import Malformed


class Reader:
    """Takes fields off the front of a payload; raises Malformed when one is not wholly there."""

    def __init__(self, payload: bytes) -> None:
        """Read that payload from its beginning."""
        self._payload = payload
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self._payload) - self._at

    @property
    def read_so_far(self) -> bytes:
        """The bytes already read."""
        return self._payload[: self._at]

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if self.left < count:
            raise Malformed(f"truncated: {self._at + count} bytes needed, {len(self._payload)} there")
        self._at += count
        return self._payload[self._at - count : self._at]

    def unsigned(self, count: int) -> int:
        """The next bytes as an unsigned integer, the lowest byte first."""
        return int.from_bytes(self.take(count), "little")

    def u8(self) -> int:
        """One byte."""
        return self.unsigned(1)

    def u16(self) -> int:
        """Two bytes."""
        return self.unsigned(2)

    def i8(self) -> int:
        """One byte, two's complement."""
        return signed(self.u8(), 8)

    def i16(self) -> int:
        """Two bytes, two's complement."""
        return signed(self.u16(), 16)

    def sfloat(self) -> Number:
        """An SFLOAT."""
        return sfloat(self.u16())

    def medical_float(self) -> Number:
        """A FLOAT."""
        return medical_float(self.unsigned(4))

    def date_time(self) -> datetime | None:
        """The seven bytes of Date Time (0x2A08): in no zone; None if it is unknown or no calendar has it."""
        return date_time(self.take(7))

    def end(self) -> None:
        """Nothing may be left; raises Malformed."""
        if self.left:
            raise Malformed(f"{self.left} bytes too many: the layout is not the one its flags announce")


def date_time(seven: bytes) -> datetime | None:
    """Year, month, day, hour, minute, second as a display shows them; a zero year, month or day says unknown."""
    year = int.from_bytes(seven[:2], "little")
    try:
        return datetime(year, *seven[2:])  # noqa: DTZ001 - the display of a clock that knows no zone
    except ValueError:
        return None
