"""Bytes of a CSV file into numbered rows of cells: encoding, delimiter, quoting. What it means is not asked here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from common.sentences import _n
from sales.readers.problems import Problem, Unreadable

DELIMITERS = (";", ",", "\t")
_UTF8_MARK = b"\xef\xbb\xbf"

# What a file is when it is no CSV, by its first bytes, and what to do about it.
_OTHER_KINDS = (
    (b"PK\x03\x04", _n("This is an Excel workbook. Save it as CSV and send that file.")),
    (b"\xd0\xcf\x11\xe0", _n("This is an old Excel workbook. Save it as CSV and send that file.")),
    (b"%PDF", _n("This is a PDF. Send the report as a CSV file.")),
    (b"\xff\xfe", _n("This file is written in UTF-16. Save it as CSV in UTF-8 and send that file.")),
    (b"\xfe\xff", _n("This file is written in UTF-16. Save it as CSV in UTF-8 and send that file.")),
)


def decode(content: bytes) -> tuple[str, str]:
    """The file's text and the name of its encoding: UTF-8, else Windows-1252. Raises `Unreadable`."""
    for start, advice in _OTHER_KINDS:
        if content.startswith(start):
            raise Unreadable([Problem.at(None, "", "", advice)])
    if b"\x00" in content:
        raise Unreadable([Problem.at(None, "", "", _n("The file contains binary zeros, so it is no CSV file."))])
    encodings = ("utf-8-sig",) if content.startswith(_UTF8_MARK) else ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Unreadable([Problem.at(None, "", "", _n("The characters of the file are neither UTF-8 nor Windows-1252."))])


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number as a spreadsheet counts them; empty rows count and are left out. Raises `Unreadable`.

    A quoted line break does not begin a new row.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            sentence = _n("Quotation marks in this row are not closed or not doubled, or a cell is far too long.")
            raise Unreadable([Problem.at(number, "", "", sentence)], rows=max(0, number - 2)) from error
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells
