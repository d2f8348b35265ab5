"""Lists that organisers paste or upload, as rows of text: pasted lines, CSV and XLSX, within limits.

Files come from outside the house too (a partner's list), so they are read as text only: no formulas, no entities,
no more than ``MOST_ROWS`` rows, ``MOST_PACKED`` bytes and ``MOST_UNPACKED`` bytes once unpacked (privacy-security, 9).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from nsr_events.core.spreadsheets import from_text

MOST_ROWS = 2_000
MOST_COLUMNS = 60
MOST_PACKED = 2 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_TEXT = 2 * 1024 * 1024
"""Bytes of all cells together: what a form carries from one step to the next, within Django's limit of 2.5 MB."""

MOST_MEMBERS = 500
LONGEST_CELL = 5_000

NAMED_ADDRESS = re.compile(r'^\s*"?([^"<>]*?)"?\s*<\s*([^<>\s]+@[^<>\s]+)\s*>\s*$')
BETWEEN_ADDRESSES = re.compile(r"[;,](?=[^;,]*@)")
ONE_ADDRESS = re.compile(r"^\s*[^\s,;<>]+@[^\s,;<>]+\s*$")


class Unreadable(Exception):  # noqa: N818
    """The list cannot be taken; ``code`` says why: too_large, too_many_rows, no_table, empty."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Rows = list[list[str]]


@dataclass(frozen=True)
class Table:
    """Rows of text, all equally long; ``headings`` are empty where the list has none."""

    rows: Rows
    headings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many columns there are."""
        return max((len(row) for row in [self.headings, *self.rows]), default=0)

    def column(self, number: int) -> list[str]:
        """The cells of a column."""
        return [row[number] if number < len(row) else "" for row in self.rows]


def read_pasted(text: str) -> Rows:
    """Return the rows of pasted lines: cells apart by tab, ``;`` or comma, or one ``Name <mail>`` a line.

    Raises ``Unreadable``.
    """
    if len(text) > MOST_TEXT:
        raise Unreadable("too_large")
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    # People copy the To field of a mail: several addresses on a line, apart by ; or comma.
    parts = [part for line in lines for part in BETWEEN_ADDRESSES.split(line.strip(" ;,")) if part.strip()]
    if parts and all(NAMED_ADDRESS.match(part) or ONE_ADDRESS.match(part) for part in parts):
        return _limited(map(_address_row, parts))
    separator = _separator(lines)
    return _limited(_csv_rows("\n".join(lines), separator))


def _address_row(part: str) -> list[str]:
    found = NAMED_ADDRESS.match(part)
    return [found[1].strip(), found[2]] if found else ["", part.strip()]


def _separator(lines: list[str]) -> str:
    """The sign that stands on most lines; a tab before a semicolon before a comma."""
    return max("\t;,", key=lambda sign: (sum(sign in line for line in lines), -"\t;,".index(sign)))


def _csv_rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        raise Unreadable("no_table") from None


def read_file(uploaded: BinaryIO, name: str, size: int) -> Rows:
    """Return the rows of an uploaded CSV or XLSX file. Raises ``Unreadable``."""
    if size > MOST_PACKED:
        raise Unreadable("too_large")
    data = uploaded.read(MOST_PACKED + 1)
    if len(data) > MOST_PACKED:
        raise Unreadable("too_large")
    if data[:4] == b"PK\x03\x04":
        return _limited(_xlsx_rows(data))
    text = _decoded(data)
    rows = _csv_rows(text, _separator(text.splitlines()[:50]))
    # Our own export puts an apostrophe before what would be a formula.
    return _limited([from_text(cell) for cell in row] for row in rows)


def _decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else what Norwegian Windows writes."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _strictly(data, "utf-16")
    if b"\x00" in data:
        raise Unreadable("no_table")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("no_table") from None


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    _check_unpacked(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise Unreadable("no_table")
        sheet = book.worksheets[0]
        # A file may claim any size: only so many cells are ever asked for.
        for row in sheet.iter_rows(max_row=MOST_ROWS * 2, max_col=MOST_COLUMNS, values_only=True):
            yield [_cell(value) for value in row]
        book.close()
    except (
        InvalidFileException, zipfile.BadZipFile, DefusedXmlException, SyntaxError, KeyError, ValueError, TypeError,
        AttributeError, IndexError, OSError,
    ):  # fmt: skip
        # openpyxl meets a broken file with whatever comes first; both XML parsers it may use call theirs a SyntaxError.
        raise Unreadable("no_table") from None


def _check_unpacked(data: bytes) -> None:
    """Refuse archives that unpack to more than is allowed, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise Unreadable("no_table") from None
    # zipfile reads no more of a member than it claims to hold, so a lie about the size gains nothing.
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Unreadable("too_large")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "hour") and hasattr(value, "date") and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return str(value)


def _limited(rows: Iterable[list[str]]) -> Rows:
    """Take what is not empty, within the limits, without what no database takes."""
    found: Rows = []
    size = 0
    for cells in map(_plain_row, rows):
        if not any(cells):
            continue
        size += sum(len(cell.encode()) for cell in cells)
        if size > MOST_TEXT:
            raise Unreadable("too_large")
        if len(found) > MOST_ROWS:
            raise Unreadable("too_many_rows")
        found.append(cells)
    if not found:
        raise Unreadable("empty")
    return found


def cleaned(rows: Iterable[list[str]]) -> Rows:
    """Return rows that a browser carried, cleaned like those that were read; empty ones are left out."""
    return [cells for cells in map(_plain_row, rows) if any(cells)]


def _plain_row(row: list[str]) -> list[str]:
    return [_plain(cell) for cell in row[:MOST_COLUMNS]]


def _plain(cell: str) -> str:
    kept = "".join(
        letter for letter in cell if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", kept).strip()[:LONGEST_CELL]


def with_headings(rows: Rows, known: Iterable[str]) -> Table:
    """Return a table: the first row are headings when it holds no address and names a known column.

    Raises ``Unreadable`` when there are headings only, or more rows than are taken.
    """
    names = {heading_key(name) for name in known}
    first = [heading_key(cell) for cell in rows[0]]
    is_heading = not any("@" in cell for cell in rows[0]) and any(cell in names for cell in first)
    table = Table(rows[1:], tuple(rows[0])) if is_heading else Table(rows)
    if not table.rows:
        raise Unreadable("empty")
    if len(table.rows) > MOST_ROWS:
        raise Unreadable("too_many_rows")
    return table


def heading_key(text: str) -> str:
    """The form in which headings are compared: small letters and digits only."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
