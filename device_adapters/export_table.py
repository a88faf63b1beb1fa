"""Export files as text and as tables: whatever the encoding and separator, every row with its line and its own text."""

import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import accumulate
from typing import Any
from unicodedata import normalize
from zipfile import BadZipFile, ZipFile

import pandas as pd

from hub.errors import Malformed, TooLarge

SEARCHED = 10
"""Lines among which the column names are looked for; vendors put a name and a date above them."""

MOST_CELLS = 500
"""Separators in a line; the widest export has twenty columns, and notes may hold some besides."""

MOST_UNPACKED = 1024**3
"""Bytes of an archive's readings; some five million of them."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_QUOTED = re.compile(r'"[^"]*"')

IsHeader = Callable[[Set[str]], bool]


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a table: its cells by the columns' plain names; `fault` if they cannot be told apart."""

    line: int
    text: str
    cells: dict[str, str]
    fault: str | None = None

    def cell(self, column: str | None) -> str:
        """That column's cell; "" where there is none."""
        return self.cells.get(column, "") if column else ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the column names stand (from 0), what separates them, and the names, plain."""

    index: int
    separator: str
    columns: tuple[str, ...]


def text_of(data: bytes) -> str:
    """The file as text, its lines ended by one newline; raises Malformed."""
    if data.startswith(b"PK\x03\x04"):
        data = _own_readings(data)
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise Malformed("this is not a text file: export it as CSV or JSON")
    return text


def _own_readings(data: bytes) -> bytes:
    """The readings of an archive that Vigie made; raises Malformed for any other, TooLarge."""
    try:
        with ZipFile(BytesIO(data)) as archive, archive.open("readings.csv") as file:
            text = file.read(MOST_UNPACKED + 1)
    except (KeyError, BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error, OSError):
        raise Malformed("this is a ZIP archive: unpack it and import the file inside") from None
    if len(text) > MOST_UNPACKED:
        raise TooLarge(f"its readings.csv is longer than {MOST_UNPACKED // 1024**2} MiB: import it in parts")
    return text


def _decoded(data: bytes) -> str:
    """Spreadsheets write UTF-16 or the Windows code page, vendors UTF-8 with or without its mark."""
    marked = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for encoding in (marked, "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Malformed("this is not a text file: export it as CSV or JSON")


def plain(name: str) -> str:
    """A column's name without what differs between releases: case, double spaces, the sort of apostrophe."""
    return " ".join(normalize("NFC", name).replace("’", "'").casefold().split())


def find_header(text: str, is_header: IsHeader) -> Header | None:
    """The column names, if they stand near the beginning; the separator is the one that makes them some."""
    for index, line in enumerate(text.split("\n", SEARCHED)[:SEARCHED]):
        for separator in ",;\t":
            columns = tuple(plain(cell.strip().strip('"')) for cell in line.split(separator))
            if is_header(set(columns)):
                return Header(index, separator, columns)
    return None


def table(text: str, is_header: IsHeader) -> tuple[Header, list[Record]]:
    """The columns and the lines under them, blank ones left out; raises Malformed, TooLarge."""
    header = find_header(text, is_header)
    if header is None:
        raise Malformed("the columns that belong to this export are missing: export it again, and change nothing in it")
    named = [name for name in header.columns if name]
    if len(set(named)) != len(named):
        raise Malformed("two columns have the same name: export it again, and change nothing in it")
    return header, list(_records(header, text.rstrip().split("\n")))


def _records(header: Header, lines: list[str]) -> Iterator[Record]:
    rows = _cells(lines[header.index + 1 :], header)
    starts = accumulate((1 + _newlines(row) for row in rows), initial=header.index + 1)
    for start, row in zip(starts, rows, strict=False):
        if any(row):
            text = "\n".join(lines[start : start + 1 + _newlines(row)])
            cells = dict(zip(header.columns, (cell.strip() for cell in row), strict=False))
            yield Record(start + 1, text, cells, _fault(header, row, text))


def _newlines(row: Iterable[str]) -> int:
    return sum(cell.count("\n") for cell in row)


def _separators(text: str, separator: str) -> int:
    return (_QUOTED.sub("", text) if '"' in text else text).count(separator)


def _fault(header: Header, row: list[str], text: str) -> str | None:
    """A decimal comma between commas moves every cell behind it: such a line says nothing for certain."""
    expected = len(header.columns)
    if _separators(text, header.separator) < expected and not any(row[expected:]):
        return None
    return "more cells than columns: is there a comma inside a number? Save it with another separator"


def _cells(lines: list[str], header: Header) -> list[list[str]]:
    """Every cell as it stands; pandas guesses nothing here."""
    width = max([len(header.columns), *(line.count(header.separator) + 1 for line in lines)])
    if width > MOST_CELLS:
        raise TooLarge(f"a line has more than {MOST_CELLS} cells: this is not the export it begins as")
    if not lines:
        return []
    options: dict[str, Any] = {"dtype": str, "na_filter": False, "skip_blank_lines": False, "index_col": False}
    try:
        frame = pd.read_csv(
            StringIO("\n".join(lines)), sep=header.separator, header=None, names=range(width), **options
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        raise Malformed("a quotation mark is opened and never closed: the file is cut short, export it again") from None
    rows: list[list[str]] = frame.to_numpy(dtype=object).tolist()
    if sum(1 + _newlines(row) for row in rows) != len(lines):
        raise Malformed("the lines cannot be told apart: export it again, and change nothing in it")
    return rows


def number(text: str) -> float | None:
    """A number with a decimal point or comma; None for anything else (thousands, words, nothing).

    12,345 may be twelve thousand, or twelve and a third: it is none either. A file that means so many decimals writes
    them behind a point, or others beside it (12,3456).
    """
    told = _NUMBER.fullmatch(text) and not _THOUSANDS.fullmatch(text)
    value = float(text.replace(",", ".")) if told else math.inf
    return value if math.isfinite(value) else None
