"""Bytes of a CSV file into rows of cells: encoding, delimiter, quoting. What it means is not asked here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from common.sentences import _n
from sales.readers.kinds import check_text
from sales.readers.layout import ONE_BYTE
from sales.readers.problems import Unreadable
from sales.readers.source import Cell

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CHARACTERS = _n("The characters of the file are neither UTF-8, UTF-16 nor Windows-1252.")
_SAMPLE = 4096
_PLAIN_SHARE = 0.7
"""Of every second byte: how many are zero in UTF-16 of what is mostly Latin letters and digits."""
RARE = ("cp850", "mac-roman")
"""What is neither UTF-8 nor Windows-1252 comes from an old system that writes one of these; no file says which."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FOREIGN_WORD = re.compile(rb"[^;,|\s\x80-\xff]{0,20}[\x80-\xff][^;,|\s]{0,20}")


def encoding_of(content: bytes, remembered: str = "") -> str:
    """UTF-8, UTF-16 with a mark or where it is plain, else `remembered`, else Windows-1252; "" where only a person can
    say it. Raises `Unreadable`."""
    if marked := _marked(content):
        return encoding_as_said(content, marked)
    if b"\x00" in content:
        return encoding_as_said(content, _without_mark(content[:_SAMPLE]))
    usual = ["utf-8", "cp1252"]
    if remembered in ONE_BYTE:
        # A file that shows nothing by itself is one of those that the distributor always sends.
        usual.insert(0 if content.isascii() else 1, remembered)
    for encoding in usual:
        if _decodes(content, encoding):
            return encoding
    if _CONTROL.search(content):
        raise Unreadable.because(CHARACTERS)
    return ""


def encoding_as_said(content: bytes, encoding: str) -> str:
    """What a person chose, with its mark where the file has one. Raises `Unreadable` where it cannot be."""
    marked = _marked(content)
    said = marked if marked and encoding.startswith("utf") else encoding
    if not _decodes(content, said):
        raise Unreadable.because(CHARACTERS)
    return said


def rare_words(content: bytes) -> dict[str, str]:
    """What a file can be written in that is in no usual encoding, and how a word of it reads then."""
    found = _FOREIGN_WORD.search(content)
    return {encoding: found[0].decode(encoding) if found else "" for encoding in RARE}


def _marked(content: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")


def _without_mark(sample: bytes) -> str:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * _PLAIN_SHARE
    if odd >= most and not even:
        return "utf-16-le"
    if even >= most and not odd:
        return "utf-16-be"
    raise Unreadable.because(_n("The file contains binary zeros, so it is no CSV file."))


def _decodes(content: bytes, encoding: str) -> bool:
    """Raises `Unreadable` where the text is none of a table."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return False
    if "\x00" in text:
        raise Unreadable.because(_n("The file contains binary zeros, so it is no CSV file."))
    check_text(text[:_SAMPLE])
    return True


@dataclass(frozen=True)
class CsvSource:
    """Text is decoded while it is read: no more of it is in memory than a row."""

    content: bytes
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[list[Cell]]:
        """A quoted line break does not begin a new row."""
        text = io.TextIOWrapper(io.BytesIO(self.content), self.encoding, newline="")
        rows: Iterator[list[Cell]] = csv.reader(text, delimiter=self.delimiter, strict=True)  # type: ignore[assignment]
        number = 0
        try:
            for cells in rows:
                number += 1
                yield cells
        except csv.Error as error:
            sentence = _n("Quotation marks in this row are not closed or not doubled, or a cell is far too long.")
            raise Unreadable.because(sentence, at=number + 1, rows=max(0, number - 1)) from error
        except UnicodeDecodeError:
            raise Unreadable.because(CHARACTERS) from None

    def day_of(self, serial: float) -> date | None:
        return None
