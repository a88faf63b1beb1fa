"""Encodings, separators, quotation marks, line numbers: what a spreadsheet does to a file."""

import pytest

from device_adapters.export import Contents, reader_for
from device_adapters.export_table import number, text_of
from hub.errors import Malformed, NotANumber
from tests.device_adapters.exports.files import history, libreview


def read(text: str) -> Contents:
    """What the reader of the text finds."""
    return reader_for(text).read(text, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_french_file_is_read_in_every_encoding_spreadsheets_write(encoding: str) -> None:
    text = libreview(history("15-01-2024 08:00"), french=True)
    assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_are_told_apart_by_comma_semicolon_or_tab(separator: str) -> None:
    text = libreview(history("15-01-2024 08:00", separator=separator), separator=separator)
    assert [row.number for row in read(text).rows] == [112.0]


def test_lines_may_end_as_on_windows_or_an_old_macintosh() -> None:
    text = libreview(history("15-01-2024 08:00"), history("15-01-2024 08:15"))
    for ending in ("\r\n", "\r"):
        assert [row.line for row in read(text_of(text.replace("\n", ending).encode())).rows] == [3, 4]


def test_a_decimal_comma_is_read_between_semicolons_or_quotation_marks() -> None:
    with_semicolons = libreview(history("15-01-2024 08:00", "7,1", ";"), unit="mmol/L", separator=";")
    in_quotes = libreview(history("15-01-2024 08:00", '"7,1"'), unit="mmol/L")
    assert [row.number for text in (with_semicolons, in_quotes) for row in read(text).rows] == [7.1, 7.1]


def test_a_decimal_comma_between_commas_makes_the_row_no_number() -> None:
    [row] = read(libreview(history("15-01-2024 08:00", "7,1"), unit="mmol/L")).rows
    assert row.number is None
    assert row.fault is not None


def test_an_extra_cell_that_is_empty_is_as_suspect_as_a_full_one() -> None:
    [row] = read(libreview(history("15-01-2024 08:00") + ",")).rows
    assert not row.readable


def test_lines_are_numbered_as_an_editor_does_across_notes_of_several_lines() -> None:
    note = 'Libre,S1,15-01-2024 08:05,0,"two\nlines, ""quoted""\n",,'
    rows = read(libreview(history("15-01-2024 08:00"), note, "", history("15-01-2024 08:15"))).rows
    assert [(row.line, row.number) for row in rows] == [(3, 112.0), (4, None), (8, 112.0)]
    assert rows[1].text == note


def test_a_quotation_mark_that_never_ends_is_a_named_error() -> None:
    with pytest.raises(Malformed, match="never closed"):
        read(libreview(history("15-01-2024 08:00"), 'Libre,S1,15-01-2024 08:15,0,"11'))


def test_two_columns_of_one_name_are_a_named_error() -> None:
    with pytest.raises(Malformed, match="same name"):
        read(libreview().replace("Scan Glucose", "Historic Glucose"))


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"PK\x03\x04rest", "unpack it"), (b"Device\0Timestamp", "not a text file"), (b"\x81\x8d\xff", "not a text file")],
)
def test_what_is_no_text_says_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        text_of(data)


@pytest.mark.parametrize(
    "text", ["", "LO", "1 234", "1,234", "-12,345", "1,234.5", "1e3", "nan", "inf", "--1", "٣", "9" * 400, "7."]
)
def test_only_plain_numbers_are_numbers(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("112", 112.0), ("7.1", 7.1), ("7,1", 7.1), ("-0,5", -0.5), ("70,25", 70.25), ("0,125", 0.125),
        ("1234,125", 1234.125), ("12.345", 12.345),
    ],
)  # fmt: skip
def test_a_number_has_a_point_or_a_comma(text: str, value: float) -> None:
    assert number(text) == value


def test_nan_in_a_json_export_is_refused() -> None:
    with pytest.raises(NotANumber):
        read('[{"type": "sgv", "sgv": NaN, "date": 1714544400000}]')
