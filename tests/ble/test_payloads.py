"""What the virtual devices say, byte for byte: as a real device said it where there is a capture."""

from datetime import datetime
from decimal import Decimal

import pytest

from vigie.virtual import payloads
from vigie.virtual.payloads import Answer, Operator


def at(*when: int) -> datetime:
    return datetime(*when)  # type: ignore[arg-type]  # noqa: DTZ001 - a device's clock


KG, STEPPED_ON = Decimal("72.45"), at(2022, 2, 14, 16, 41, 58)


@pytest.mark.parametrize(
    ("said", "captured"),
    [
        (payloads.glucose(0, at(2020, 3, 14, 23, 23), 112, offset_minutes=0), "030000e407030e171700000070b011"),
        (payloads.glucose(42, at(2024, 3, 15, 14, 30, 45), 104), "022a00e807030f0e1e2d68b011"),
        (payloads.glucose_mmol(1, at(2019, 8, 21, 6, 31, 13), Decimal("5.9")), "060100e3070815061f0d3bc011"),
        (payloads.cgm(35, 100), "060064002300"),
        (payloads.session_start(at(2024, 1, 30, 5, 58, 27), quarters=4, daylight=4), "e807011e053a1b0404"),
        (payloads.weight(Decimal("75.0"), at(2026, 1, 10, 7, 5), user=255), "06983aea07010a070500ff"),
        (payloads.mi_scale(Decimal("61.75"), at(2022, 2, 14, 16, 41, 58)), "223e30e607020e10293a"),
        (payloads.mi_scale(Decimal("118.9"), at(2022, 2, 12, 0, 17, 3), removed=True), "a2e45ce607020c001103"),
        (payloads.mi_body_scale(KG, STEPPED_ON), "0224e607020e10293a00009a38"),
        (payloads.mi_body_scale(KG, STEPPED_ON, removed=True), "02a4e607020e10293a00009a38"),
        (payloads.request(Operator.ALL), "0101"),
        (payloads.request(Operator.FROM, 45), "0103012d00"),
        (payloads.request(Operator.BETWEEN, 10, 20), "0104010a001400"),
        (payloads.request(Operator.ALL, count=True), "0401"),
        (payloads.answer(1, Answer.NO_RECORDS), "06000106"),
        (payloads.counted(258), "05000201"),
    ],
)  # fmt: skip
def test_golden_bytes(said: bytes, captured: str) -> None:
    assert said.hex() == captured


def test_the_checksum_is_that_of_a_real_sensor() -> None:
    assert payloads.crc(bytes.fromhex("0d4373002c010324001a00")) == 0x043E


def test_a_checked_measurement_ends_with_its_checksum() -> None:
    checked = payloads.cgm(35, 100, checked=True)
    assert payloads.crc(checked[:-2]) == int.from_bytes(checked[-2:], "little")


@pytest.mark.parametrize("value", ["0.000678", "-0.000678", "111e-5", "59e-4", "2045", "-2045"])
def test_an_sfloat_is_what_it_says(value: str) -> None:
    word = int.from_bytes(payloads.sfloat(Decimal(value)), "little")
    mantissa = (word & 0xFFF) - 0x1000 * (word >> 11 & 1)
    exponent = (word >> 12) - 16 * (word >> 15)
    assert Decimal(mantissa).scaleb(exponent) == Decimal(value)


@pytest.mark.parametrize("value", ["NaN", "2046", "1e9", "12345"])
def test_what_does_not_fit_an_sfloat_is_refused(value: str) -> None:
    with pytest.raises(OverflowError):
        payloads.sfloat(Decimal(value))
