"""Bytes of a CSV file into rows of cells: encoding, delimiter, quoting. What it means is not asked here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from common.sentences import _n
from sales.readers.kinds import check_text
from sales.readers.problems import Unreadable
from sales.readers.source import Cell

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHARACTERS = _n("The characters of the file are neither UTF-8, UTF-16 nor Windows-1252.")
_SAMPLE = 4096
_PLAIN_SHARE = 0.7
"""Of every second byte: how many are zero in UTF-16 of what is mostly Latin letters and digits."""


def encoding_of(content: bytes) -> str:
    """UTF-8, UTF-16 with a mark or where it is plain, else Windows-1252. Raises `Unreadable`."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _checked(content, (encoding,))
    if b"\x00" in content:
        return _checked(content, _without_mark(content[:_SAMPLE]))
    return _checked(content, ("utf-8", "cp1252"))


def _without_mark(sample: bytes) -> tuple[str, ...]:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * _PLAIN_SHARE
    if odd >= most and not even:
        return ("utf-16-le",)
    if even >= most and not odd:
        return ("utf-16-be",)
    raise Unreadable.because(_n("The file contains binary zeros, so it is no CSV file."))


def _checked(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise Unreadable.because(_n("The file contains binary zeros, so it is no CSV file."))
        check_text(text[:_SAMPLE])
        return encoding
    raise Unreadable.because(_CHARACTERS)


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
            raise Unreadable.because(_CHARACTERS) from None

    def day_of(self, serial: float) -> date | None:
        return None
