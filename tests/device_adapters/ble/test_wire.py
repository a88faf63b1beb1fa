"""Numbers, dates and checksums as the specifications define them, and readers that forgive nothing."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters.wire.cgm import Start
from device_adapters.wire.crc import mcrf4xx, xmodem
from device_adapters.wire.device import current_time, write_current_time
from device_adapters.wire.numbers import Special, medical_float, sfloat
from device_adapters.wire.racp import between
from device_adapters.wire.reader import Reader, date_time
from hub.errors import Malformed
from tests.device_adapters.ble.vectors import Vector, vectors

exponents = st.integers(-8, 7)
mantissas = st.integers(-2048, 2047)


@pytest.mark.parametrize("vector", vectors("sfloat"), ids=str)
def test_an_sfloat_is_the_number_its_file_says(vector: Vector) -> None:
    assert float(sfloat(int.from_bytes(vector.payload, "little"))) == vector.expected["value"]


@pytest.mark.parametrize("vector", vectors("sfloat-special"), ids=str)
def test_a_special_is_no_number(vector: Vector) -> None:
    assert sfloat(int.from_bytes(vector.payload, "little")) == Special(vector.expected["special"])


@given(mantissas, exponents)
def test_an_sfloat_is_its_mantissa_times_ten_to_its_exponent(mantissa: int, exponent: int) -> None:
    word = (exponent & 15) << 12 | mantissa & 0xFFF
    expected = Decimal(mantissa) * Decimal(10) ** exponent
    assert sfloat(word) == expected or (exponent == 0 and isinstance(sfloat(word), Special))


def test_exactly_five_words_of_sfloat_are_special() -> None:
    special = [word for word in range(1 << 16) if isinstance(sfloat(word), Special)]
    assert special == [0x07FE, 0x07FF, 0x0800, 0x0801, 0x0802]


@given(st.integers(-(1 << 23) + 3, (1 << 23) - 3), st.integers(-128, 127))
def test_a_float_is_its_mantissa_times_ten_to_its_exponent(mantissa: int, exponent: int) -> None:
    word = (exponent & 0xFF) << 24 | mantissa & 0xFFFFFF
    assert medical_float(word) == Decimal(mantissa).scaleb(exponent)


@pytest.mark.parametrize(
    ("word", "special"),
    [
        (0x007FFFFE, Special.PLUS_INFINITY),
        (0x007FFFFF, Special.NAN),
        (0x00800000, Special.NRES),
        (0x00800001, Special.RESERVED),
        (0x00800002, Special.MINUS_INFINITY),
    ],
)
def test_a_special_float_is_no_number(word: int, special: Special) -> None:
    assert medical_float(word) is special


def test_a_body_temperature_as_the_service_writes_it() -> None:
    assert medical_float(0xFF00016C) == Decimal("36.4")


def test_the_checksums_agree_with_their_published_check_values() -> None:
    assert mcrf4xx(b"123456789") == 0x6F91
    assert xmodem(b"123456789") == 0x31C3


@given(st.binary(min_size=1, max_size=40), st.integers(0, 319))
def test_any_flipped_bit_changes_the_checksum(data: bytes, place: int) -> None:
    flipped = bytearray(data)
    flipped[place // 8 % len(data)] ^= 1 << place % 8
    assert mcrf4xx(bytes(flipped)) != mcrf4xx(data)


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31, 23, 59, 59)))  # noqa: DTZ001
def test_a_clock_that_is_written_is_read_as_it_was(moment: datetime) -> None:
    read = current_time(write_current_time(moment))
    assert read is not None
    assert read.replace(microsecond=0) == moment.replace(microsecond=0)


@pytest.mark.parametrize("seven", ["00000000000000", "00000101000000", "e807000a000000", "e807010000000a"])
def test_a_date_with_a_zero_is_unknown(seven: str) -> None:
    assert date_time(bytes.fromhex(seven)) is None


@pytest.mark.parametrize(
    "seven", ["ea070d20190000", "ea07021e080000", "ea070101180000", "ea0701010a3c00", "ffff0101000000"]
)
def test_a_date_no_calendar_has_is_none(seven: str) -> None:
    assert date_time(bytes.fromhex(seven)) is None


@given(st.binary(max_size=8), st.integers(0, 12))
def test_a_reader_never_gives_fewer_bytes_than_it_was_asked_for(payload: bytes, count: int) -> None:
    reader = Reader(payload)
    with pytest.raises(Malformed):
        reader.take(len(payload) + 1 + count)
    assert reader.take(len(payload)) == payload
    reader.end()


def test_what_is_left_over_is_the_wrong_layout() -> None:
    with pytest.raises(Malformed):
        Reader(b"\0").end()


def test_a_range_of_records_is_written_with_both_its_ends() -> None:
    assert between(10, 20) == bytes.fromhex("0104010a001400")


def test_a_session_start_in_paris_in_summer_is_two_hours_ahead_of_utc() -> None:
    start = Start(datetime(2026, 7, 1, 8), 60, 60, crc=False)  # noqa: DTZ001 - a display
    assert start.moment is not None
    assert start.moment.isoformat() == "2026-07-01T08:00:00+02:00"


@pytest.mark.parametrize(("zone", "dst"), [(None, 60), (60, None), (None, None)])
def test_a_session_start_in_an_unknown_zone_stays_a_display(zone: int | None, dst: int | None) -> None:
    start = Start(datetime(2026, 7, 1, 8), zone, dst, crc=False)  # noqa: DTZ001 - a display
    assert start.moment == datetime(2026, 7, 1, 8)  # noqa: DTZ001
