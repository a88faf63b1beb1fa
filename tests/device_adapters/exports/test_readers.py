"""Every reader: it recognises its own files and nobody else's, and loses no row whatever the text."""

import json
import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_adapters.adapter import decode
from device_adapters.devices.native_file import ADAPTER
from device_adapters.export import Contents, Reader, reader_for, readers
from device_adapters.export_items import Owner, payloads
from device_adapters.export_table import text_of
from hub.errors import DecodeError, Malformed, Refusal
from hub.measurements import RawPayload
from tests.device_adapters.captures import NOW
from tests.device_adapters.exports.files import NAMES, PARIS, RECOGNISED, STATED, history, libreview, read, reader, text
from tests.support.examples import so_many

PAGE = (Path(__file__).parents[3] / "docs" / "imports.md").read_text(encoding="utf-8")
every_reader = pytest.mark.parametrize("each", readers(), ids=lambda each: str(each.name))
quick = settings(max_examples=so_many(40))
OWNER = Owner("test", "0a1b2c3d")


def assert_sound(contents: Contents) -> None:
    """Each row becomes one measurement or one refusal, never a number that is none."""
    assert all(row.number is None or math.isfinite(row.number) for row in contents.rows)
    for payload in payloads(OWNER, contents.rows, PARIS):
        decoded = decode(RawPayload(ADAPTER.channel, ADAPTER.sources[0], payload, NOW))
        assert len(decoded.measurements) + len(decoded.refused) == 1


@pytest.mark.parametrize("name", RECOGNISED)
def test_exactly_one_reader_recognises_a_file(name: str) -> None:
    assert len([each for each in readers() if each.recognises(text(name))]) == 1


@every_reader
def test_every_reader_has_a_file_of_its_own(each: Reader) -> None:
    assert any(reader(name) is each for name in RECOGNISED)


@every_reader
def test_every_reader_is_in_the_documentation(each: Reader) -> None:
    assert f"`{each.name}`" in PAGE


@every_reader
@given(rubbish=st.text(max_size=200))
def test_rubbish_is_nobodys(each: Reader, rubbish: str) -> None:
    assert not each.recognises(rubbish)


def test_a_file_nobody_recognises_is_answered_with_all_that_is() -> None:
    with pytest.raises(DecodeError, match=r"clarity \(.*libreview \(.*withings \(.*--mapping"):
        reader_for("day,glucose\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_files_rows_are_all_readable(name: str) -> None:
    rows = read(name).rows
    assert rows
    assert all(row.readable for row in rows)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(data=st.data())
def test_a_truncated_file_gives_rows_or_a_named_error(name: str, data: st.DataObject) -> None:
    whole = text(name)
    with suppress(Refusal):
        assert_sound(read(name, whole[: data.draw(st.integers(0, len(whole)))]))


@pytest.mark.parametrize("name", NAMES)
@quick
@given(data=st.data())
def test_a_file_with_anything_written_into_it_gives_rows_or_a_named_error(name: str, data: st.DataObject) -> None:
    whole = text(name)
    place = data.draw(st.integers(0, len(whole)))
    put_in = data.draw(st.text(max_size=30) | st.text(alphabet='0123456789,;."\n\t-: /', max_size=30))
    with suppress(Refusal):
        assert_sound(read(name, text_of((whole[:place] + put_in + whole[place:]).encode())))


@given(data=st.binary(max_size=300))
def test_any_bytes_are_text_or_a_named_error(data: bytes) -> None:
    with suppress(Malformed):
        assert "\r" not in text_of(data)


cell = st.text(alphabet='ab01259.,- :"é', max_size=12)


@given(rows=st.lists(st.tuples(cell, st.sampled_from("0123456x"), cell, cell, cell), max_size=8))
def test_every_row_is_counted_once(rows: list[tuple[str, str, str, str, str]]) -> None:
    quoted = [[f'"{value.replace(chr(34), chr(34) * 2)}"' for value in row] for row in rows]
    lines = [",".join(["Libre", "S1", *row]) for row in quoted]
    with suppress(Malformed):  # dates that contradict one another
        contents = reader("libreview-en-mmol-l.csv").read(libreview(*lines), None)
        assert len(contents.rows) + contents.unmeasured.total() == len(rows)
        assert [row.text for row in contents.rows] == [lines[row.line - 3] for row in contents.rows]


@pytest.mark.parametrize("name", NAMES)
def test_the_names_of_a_files_rows_differ_and_are_the_same_again(name: str) -> None:
    first, second = (list(payloads(OWNER, read(name).rows, PARIS)) for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)


def test_a_scan_and_a_history_record_of_one_minute_and_value_have_two_names() -> None:
    whole = libreview(history("15-01-2024 08:00", "112"), "Libre,S1,15-01-2024 08:00,1,,112,")
    rows = reader_for(whole).read(whole, None).rows
    assert len({json.loads(payload)["readings"][0]["id"] for payload in payloads(OWNER, rows, PARIS)}) == 2


@pytest.mark.parametrize("name", sorted(STATED))
def test_a_file_that_does_not_say_its_unit_is_not_read_without_one(name: str) -> None:
    with pytest.raises(Refusal, match="add --unit"):
        reader(name).read(text(name), None)


@pytest.mark.parametrize("name", sorted({*NAMES} - {*STATED}))
def test_a_file_that_says_its_units_takes_no_other(name: str) -> None:
    with pytest.raises(Refusal, match="leave --unit out"):
        reader(name).read(text(name), STATED["xdrip-mg-dl.csv"])
